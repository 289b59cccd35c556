"""The way out at the foot of every mail: a signed link that works without a login, in one click of the mail program.

Sources: RFC 2369 (List-Unsubscribe), RFC 8058 (one click: a POST of ``List-Unsubscribe=One-Click`` without cookies).
A GET only asks: scanners of mail open every link.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse

from chimein.alerts import choices
from chimein.alerts.kinds import KINDS, Way
from chimein.people.access import actor_of
from chimein.people.models import Membership

_SALT = "chimein.alerts.off"


def token_for(member_id: int, kind: str) -> str:
    """A word that switches mails of this kind off for this member, and does nothing else. It does not expire."""
    return signing.dumps([member_id, kind], salt=_SALT, compress=True)


def read(token: str) -> tuple[int, str] | None:
    """Whom and what a token names; None when it is not ours."""
    try:
        member_id, kind = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (int(member_id), kind) if kind in KINDS else None


def address_for(member_id: int, kind: str) -> str:
    """The complete address of the way out."""
    return f"{settings.BASE_URL}{reverse('alerts-off', args=[token_for(member_id, kind)])}"


def headers_for(member_id: int, kind: str) -> dict[str, str]:
    """The headers by which a mail program offers its own button."""
    return {
        "List-Unsubscribe": f"<{address_for(member_id, kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def switch(member_id: int, kind: str, *, wanted: bool, now: datetime) -> Membership | None:
    """Switch mails of this kind off, or on again; the member, or None when there is none any more."""
    member = Membership.objects.select_related("brand", "user").filter(pk=member_id).first()
    if member is not None:
        choices.choose(actor=actor_of(member), kind=kind, way=Way.MAIL, wanted=wanted, now=now)
    return member
