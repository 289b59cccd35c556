"""How somebody wants to be asked: topics, languages, how many a day, quiet hours. It counts with the next question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.people import events
from chimein.people.calendars import knows_zone
from chimein.people.models import HelperSettings, Membership

MOST_A_DAY = 50
_MOST_NAMES = 60
_OF_MEMBER = ("topics", "languages")


@dataclass(frozen=True, slots=True)
class Wishes:
    """`daily_limit` None: as many as are good for one; quiet hours None: none; `timezone` empty: the brand's."""

    takes_offers: bool = True
    daily_limit: int | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    timezone: str = ""
    muted_until: datetime | None = None
    paid_hours_only: bool = False
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """In a form that can be stored in an address."""
        return {
            name: value.isoformat() if isinstance(value, time | datetime) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Wishes:
        """What `as_json` gave out. Raises ValueError or TypeError for anything else."""
        known = {one.name: stored[one.name] for one in fields(cls) if one.name in stored}
        for name, read in (
            ("quiet_from", time.fromisoformat),
            ("quiet_until", time.fromisoformat),
            ("muted_until", datetime.fromisoformat),
        ):
            if known.get(name):
                known[name] = read(known[name])
        return cls(**known | {name: tuple(known.get(name, ())) for name in _OF_MEMBER})


def wishes_of(member: Membership) -> Wishes:
    """How this member wants to be asked; the defaults where nothing was said."""
    row = HelperSettings.objects.filter(member=member).first() or HelperSettings(member=member)
    own = {one.name: getattr(row, one.name) for one in fields(Wishes) if one.name not in _OF_MEMBER}
    return Wishes(**own, topics=tuple(member.topics), languages=tuple(member.languages))


def change_wishes(*, actor: Actor, wishes: Wishes, now: datetime) -> Wishes:
    """Somebody says how they want to be asked; what they had said before. Raises UserError for what makes no sense."""
    _check(wishes)
    if actor.membership_id is None:
        raise NotAllowed(_("Your role does not open this page."))
    with db.atomic():
        member = Membership.objects.select_for_update().filter(
            pk=actor.membership_id, brand_id=actor.brand_id
        ).first()  # fmt: skip
        if member is None:
            raise NotAllowed(_("Your role does not open this page."))
        before = wishes_of(member)
        names = [one.name for one in fields(Wishes) if getattr(before, one.name) != getattr(wishes, one.name)]
        if not names:
            return before
        _write(member, wishes)
        data: dict[str, object] = {"member": member.pk, "names": names}
        emit(Fact(events.HELPING_CHANGED, now, actor.label, actor.brand_id, None, None, data))
    return before


def _write(member: Membership, wishes: Wishes) -> None:
    own = {one.name: getattr(wishes, one.name) for one in fields(Wishes) if one.name not in _OF_MEMBER}
    HelperSettings.objects.update_or_create(member=member, defaults=own)
    member.topics, member.languages = list(wishes.topics), list(wishes.languages)
    member.save(update_fields=list(_OF_MEMBER))


def _check(wishes: Wishes) -> None:
    if wishes.daily_limit is not None and not 0 <= wishes.daily_limit <= MOST_A_DAY:
        raise UserError(_("Between 0 and %(most)d questions a day.") % {"most": MOST_A_DAY})
    if (wishes.quiet_from is None) != (wishes.quiet_until is None):
        raise UserError(_("Quiet hours need a beginning and an end."))
    if wishes.timezone and not knows_zone(wishes.timezone):
        raise UserError(_("There is no time zone of this name."))
    for names in (wishes.topics, wishes.languages):
        if len(names) > _MOST_NAMES or any(not 0 < len(one) <= 50 for one in names):
            raise UserError(_("These are too many."))


def end_of_today(zone: str, *, now: datetime) -> datetime:
    """The next midnight on the clocks of a time zone: until then somebody is mute who is mute for today."""
    local = now.astimezone(ZoneInfo(zone if knows_zone(zone) else "UTC"))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo)
