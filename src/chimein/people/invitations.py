"""How people come in: by the domain of their mail address, by a code, and what leads do with both."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import STAFF_ROLES, Actor, Role
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.core.ids import public_id
from chimein.people import events
from chimein.people.models import Invitation, MailDomain, Membership, Team, User

INVITABLE = (Role.COLLEAGUE, Role.TRUSTED_CUSTOMER, Role.AGENT)
MOST_USES = 5000
MOST_DAYS = 365
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS = 4
_DOMAIN = re.compile(r"(?=.{4,120}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_FOR_EVERYBODY = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com",
        "me.com", "aol.com", "gmx.net", "gmx.de", "web.de", "mail.com", "proton.me", "protonmail.com", "yandex.ru",
        "mail.ru", "qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com",
        "aliyun.com", "139.com", "189.cn", "wo.cn", "tom.com", "21cn.com",
    }
)  # fmt: skip


def _only_leads(actor: Actor) -> None:
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead of the brand may do this."))


def _hash(code: str) -> bytes:
    """Codes are 77 random bits, so a fast hash is enough; spaces, dashes and case do not matter."""
    plain = "".join(char for char in code.upper() if char in _ALPHABET)
    return hashlib.sha256(b"chimein:invitation:" + plain.encode()).digest()


# ------------------------------------------------------------------ codes
def make(
    *,
    actor: Actor,
    role: str,
    now: datetime,
    days: int = 14,
    uses: int = 1,
    team_id: int | None = None,
    email: str = "",
    note: str = "",
) -> tuple[Invitation, str]:
    """A new code, which is shown this once. Raises UserError for figures or a role that make no sense."""
    _only_leads(actor)
    if role not in INVITABLE:
        raise UserError(_("Nobody is invited into this role."))
    if not 1 <= uses <= MOST_USES or not 1 <= days <= MOST_DAYS:
        raise UserError(_("A code works for 1 to 5,000 people and 1 to 365 days."))
    if role in STAFF_ROLES and uses > 1:
        raise UserError(_("Agents are invited one by one."))
    if team_id is not None and not Team.objects.filter(pk=team_id, brand_id=actor.brand_id).exists():
        raise UserError(_("There is no such team."))
    code = "-".join("".join(secrets.choice(_ALPHABET) for _sign in range(4)) for _group in range(_GROUPS))
    with db.atomic():
        made = Invitation.objects.create(
            brand_id=actor.brand_id, code_hash=_hash(code), hint=code[:4], role=str(role), team_id=team_id,
            email=email.strip().lower(), note=note.strip()[:120], most_uses=uses, by_id=actor.membership_id,
            expires_at=now + timedelta(days=days), created_at=now,
        )  # fmt: skip
        data: dict[str, object] = {"invitation": made.pk, "role": made.role, "uses": uses}
        emit(Fact(events.INVITED, now, actor.label, actor.brand_id, None, None, data))
    return made, code


def revoke(*, actor: Actor, invitation_id: int, now: datetime) -> None:
    """The code works no more; who came in by it stays."""
    _set_revoked(actor, invitation_id, now, was=None)


def allow_again(*, actor: Actor, invitation_id: int, now: datetime) -> None:
    """Undo a revocation."""
    _set_revoked(actor, invitation_id, now, was=now)


def _set_revoked(actor: Actor, invitation_id: int, now: datetime, *, was: datetime | None) -> None:
    _only_leads(actor)
    rows = Invitation.objects.filter(
        pk=invitation_id, brand_id=actor.brand_id, revoked_at__isnull=was is None
    )
    with db.atomic():
        if not rows.update(revoked_at=None if was else now):
            raise Conflict(_("Somebody was faster."))
        if was is None:
            emit(
                Fact(
                    events.REVOKED,
                    now,
                    actor.label,
                    actor.brand_id,
                    None,
                    None,
                    {"invitation": invitation_id},
                )
            )


def look(code: str, *, now: datetime) -> Invitation:
    """The invitation behind a code that still works. Raises UserError, saying what is wrong with it."""
    rows = Invitation.objects.select_related("brand", "team").filter(code_hash=_hash(code))
    found = rows.first()
    if found is None:
        raise UserError(_("We do not know this code. Look for a mistyped sign."))
    if found.revoked_at is not None:
        raise UserError(_("This code was withdrawn. Ask for a new one."))
    if found.expires_at <= now:
        raise UserError(_("This code has run out. Ask for a new one."))
    if found.uses >= found.most_uses:
        raise UserError(_("This code is used up. Ask for a new one."))
    return found


def accept(*, user: User, code: str, now: datetime) -> Membership:
    """Become a member by a code; a member already stays what they are, and the code keeps its use.

    Raises UserError for a code that does not work, or is for another address.
    """
    found = look(code, now=now)
    known = Membership.objects.filter(user=user, brand=found.brand, is_active=True).first()
    if known is not None:
        return known
    if found.email and found.email not in proven_addresses(user):
        raise UserError(_("This code is for another mail address, or yours is not confirmed yet."))
    with db.atomic():
        taken = db.execute(
            """UPDATE people_invitation SET uses = uses + 1
               WHERE id = %s AND uses < most_uses AND revoked_at IS NULL AND expires_at > %s""",
            (found.pk, now),
        )
        if not taken:
            raise UserError(_("This code is used up. Ask for a new one."))
        return _join(user, found.brand_id, found.role, found.team_id, now, "code", found.pk)


def _join(
    user: User, brand_id: int, role: str, team_id: int | None, now: datetime, way: str, invitation: int | None
) -> Membership:
    """A membership; who was let go before stays out. Raises NotAllowed for them."""
    name = (user.name or user.email.split("@")[0])[:40]
    try:
        with transaction.atomic():
            made = Membership.objects.create(
                user=user, brand_id=brand_id, role=role, team_id=team_id, public_id=public_id(), public_name=name,
                languages=["zh" if user.language.startswith("zh") else "en"], created_at=now,
            )  # fmt: skip
    except IntegrityError:
        known = Membership.objects.get(user=user, brand_id=brand_id)
        if not known.is_active:
            raise NotAllowed(_("Your membership was ended. Talk to the care lead.")) from None
        return known
    data = {"member": made.pk, "role": role, "way": way, "invitation": invitation}
    emit(Fact(events.JOINED, now, f"user:{user.pk}", brand_id, None, None, data))
    return made


# ------------------------------------------------------------------ mail domains
def add_domain(*, actor: Actor, domain: str, now: datetime) -> MailDomain:
    """Who proves an address of this domain may join as a colleague. Raises UserError for one that anybody can have."""
    _only_leads(actor)
    plain = domain.strip().lower().removeprefix("@")
    if not _DOMAIN.fullmatch(plain):
        raise UserError(_("This is no mail domain. It looks like: tamarind.example"))
    if plain in _FOR_EVERYBODY:
        raise UserError(_("Anybody can have an address at %(domain)s.") % {"domain": plain})
    made, _new = MailDomain.objects.get_or_create(
        brand_id=actor.brand_id, domain=plain, defaults={"by_id": actor.membership_id, "created_at": now}
    )
    return made


def remove_domain(*, actor: Actor, domain: str) -> None:
    """Nobody else joins by this domain; who did stays."""
    _only_leads(actor)
    MailDomain.objects.filter(brand_id=actor.brand_id, domain=domain).delete()


def proven_addresses(user: User) -> set[str]:
    """The mail addresses that somebody has confirmed, in lower case."""
    rows = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return {address.lower() for address in rows}


def domains_for(user: User, *, proven: bool) -> list[MailDomain]:
    """Brands that this person may join by a confirmed address, or could by one that is not confirmed yet."""
    addresses = EmailAddress.objects.filter(user=user, verified=proven).values_list("email", flat=True)
    ends = {address.lower().rpartition("@")[2] for address in addresses}
    rows = MailDomain.objects.select_related("brand").filter(domain__in=ends)
    return list(rows.exclude(brand__memberships__user=user).order_by("brand__name"))


def join_by_domain(*, user: User, brand_slug: str, now: datetime) -> Membership:
    """Become a colleague by the own mail address. Raises NotAllowed when no confirmed address belongs to the brand."""
    for one in domains_for(user, proven=True):
        if one.brand.slug == brand_slug:
            with db.atomic():
                return _join(user, one.brand_id, one.role, None, now, "domain", None)
    raise NotAllowed(_("None of your confirmed addresses belongs to this brand."))
