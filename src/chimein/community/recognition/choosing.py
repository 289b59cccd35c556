"""What people and leads choose: being shown in leagues; goals, rewards and the pledge of a brand."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from chimein.community import events
from chimein.community.points_models import Recognition
from chimein.community.recognition.rewards import recognition_of
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.core.http import is_web_address
from chimein.people.models import HelperSettings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lead wants for the brand."""

    weekly_goal: int
    reward_every: int
    hook_url: str
    pledge: str
    pledge_url: str


def show_in_leagues(*, actor: Actor, shown: bool, now: datetime) -> None:
    """Be named in leagues, or not; points and statement stay. It counts at once."""
    if actor.membership_id is None:
        raise NotAllowed(_("Only members are in leagues."))
    with db.atomic():
        HelperSettings.objects.update_or_create(member_id=actor.membership_id, defaults={"in_leagues": shown})
        data: dict[str, object] = {"member": actor.membership_id, "shown": shown}
        emit(Fact(events.LEAGUES_CHOSEN, now, actor.label, actor.brand_id, data=data))


def recognise(*, actor: Actor, wanted: Wanted, now: datetime) -> Recognition:
    """A lead sets goal, rewards and pledge. With a first address the hook gets its secret.

    Raises UserError naming what does not fit.
    """
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead may change this."))
    for address in (wanted.hook_url, wanted.pledge_url):
        if address and not _is_address(address):
            raise UserError(_("%(address)s is no complete web address.") % {"address": address[:80]})
    with db.atomic():
        chosen = recognition_of(actor.brand_id)
        chosen.weekly_goal, chosen.reward_every = wanted.weekly_goal, wanted.reward_every
        chosen.hook_url, chosen.pledge, chosen.pledge_url = wanted.hook_url, wanted.pledge, wanted.pledge_url
        if chosen.hook_url and not chosen.hook_secret:
            chosen.hook_secret = new_secret()
        try:
            chosen.full_clean(
                exclude=["brand", "hook_secret"], validate_unique=False, validate_constraints=False
            )
        except ValidationError as error:
            raise UserError(" ".join(error.messages)) from error
        chosen.save()
        data: dict[str, object] = {"goal": chosen.weekly_goal, "reward_every": chosen.reward_every}
        emit(Fact(events.RECOGNITION_SET, now, actor.label, actor.brand_id, data=data))
    return chosen


def _is_address(text: str) -> bool:
    try:
        return is_web_address(text)
    except ValueError:
        return False


def new_secret() -> dict[str, str]:
    """A secret as Standard Webhooks wants it, shown to leads."""
    return {"secret": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()}
