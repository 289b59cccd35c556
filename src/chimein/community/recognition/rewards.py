"""Rewards by hook: at each threshold the brand's own system is told, by a signed webhook, and gives what it likes.

No money is kept here. A reward stays when points are taken back later. The call is a row first: it is tried again for
two days, always with the same `webhook-id`, by which the other side knows a repetition.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson

from chimein.channels.adapters.webhook.signature import signed_headers
from chimein.community import events
from chimein.community.points_models import Recognition, Reward
from chimein.core import db
from chimein.core.events import Fact, emit
from chimein.core.http import is_web_address, safe_client
from chimein.core.ids import public_id
from chimein.people.models import Membership

log = logging.getLogger(__name__)

REWARD_CHANNEL = "chimein_rewards"
TYPE = "reward.earned"
_MOST_ATTEMPTS = 12
_LONGEST_WAIT_S = 6 * 3600


def recognition_of(brand_id: int) -> Recognition:
    """How the brand recognises its helpers; the defaults where nobody chose."""
    found = Recognition.objects.filter(brand_id=brand_id).first()
    return found or Recognition(brand_id=brand_id)


def earn(member: Membership, *, total: int, now: datetime) -> int:
    """Keep every threshold up to this total that is new; how many."""
    chosen = recognition_of(member.brand_id)
    bars = set(range(chosen.reward_every, total + 1, chosen.reward_every))
    known = set(Reward.objects.filter(member=member).values_list("points", flat=True))
    new = sorted(bar for bar in bars - known if bar > max(known, default=0))
    for bar in new:
        made = Reward.objects.create(
            brand_id=member.brand_id, member=member, points=bar, public_id=public_id(), at=now,
            due_at=now if chosen.hook_url else None,
        )  # fmt: skip
        data: dict[str, object] = {"member": member.pk, "reward": made.pk, "points": bar}
        emit(Fact(events.REWARD, now, "system:points", member.brand_id, data=data))
    if new and chosen.hook_url:
        db.notify(REWARD_CHANNEL)
    return len(new)


def payload_of(reward: Reward) -> dict[str, Any]:
    """What the other system is told: no e-mail address, no name but the one under the answers."""
    return {
        "type": TYPE,
        "timestamp": reward.at.isoformat(),
        "data": {
            "reward": reward.public_id,
            "brand": reward.brand.slug,
            "member": reward.member.public_id,
            "public_name": reward.member.public_name,
            "role": reward.member.role,
            "team": reward.member.team.slug if reward.member.team else None,
            "points": reward.points,
        },
    }


def tell_one(*, now: datetime) -> bool:
    """Call the hook for the reward due longest; False when none is."""
    with db.atomic():
        rows = Reward.objects.select_for_update(skip_locked=True, of=("self",)).filter(due_at__lte=now)
        known = rows.select_related("member__team", "brand").order_by("due_at")
        reward = known.first()
        if reward is None:
            return False
        _tell(reward, recognition_of(reward.brand_id), now)
    return True


def _tell(reward: Reward, chosen: Recognition, now: datetime) -> None:
    reward.attempts += 1
    reward.error = _call(reward, chosen, now)
    if not reward.error:
        reward.told_at, reward.due_at = now, None
    elif reward.attempts >= _MOST_ATTEMPTS or not chosen.hook_url:
        reward.due_at = None
    else:
        reward.due_at = now + timedelta(seconds=min(30 * 2**reward.attempts, _LONGEST_WAIT_S))
        log.warning("reward %s waits: %s", reward.public_id, reward.error)
    reward.save(update_fields=["attempts", "error", "told_at", "due_at"])


def _call(reward: Reward, chosen: Recognition, now: datetime) -> str:
    """Post it; what went wrong in words, or nothing."""
    if not is_web_address(chosen.hook_url) or not chosen.hook_secret:
        return "there is no complete address and secret"
    body = orjson.dumps(payload_of(reward))
    try:
        headers = signed_headers([chosen.hook_secret["secret"]], f"reward_{reward.public_id}", body, now)
        with safe_client() as client:
            response = client.post(
                chosen.hook_url, content=body, headers={**headers, "content-type": "application/json"}
            )
    except (httpx.HTTPError, ValueError) as error:
        return f"{type(error).__name__}: {error}"[:300]
    return "" if response.is_success else f"answered {response.status_code}"


def tell_due(*, now: datetime) -> int:
    """Call for everything that is due; how many were tried."""
    tried = 0
    while tell_one(now=now):
        tried += 1
    return tried


def next_due() -> datetime | None:
    """When the next call is due."""
    return (
        Reward.objects.filter(due_at__isnull=False)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
