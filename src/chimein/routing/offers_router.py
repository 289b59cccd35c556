"""The router: items whose time has come are looked at in sets, and people are asked, a few at a time.

All of one look is one transaction that holds the brand and its items: offers, events and the next look appear together
or not at all, so that a router may die anywhere, and any number of them may run.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from chimein.core import db
from chimein.core.options import option
from chimein.routing import candidates, offers_book, offers_copies, offers_leaving, timers
from chimein.routing.candidates import Pool
from chimein.routing.matching.budget import Bucket
from chimein.routing.matching.settings import DEFAULT
from chimein.routing.offers_asking import Asking
from chimein.routing.offers_book import Asked
from chimein.routing.offers_items import Item, add_asked, take_due
from chimein.routing.offers_leaving import Desk
from chimein.routing.policies.registry import PRODUCT, named

log = logging.getLogger(__name__)

ROUTING_POLICY = option(
    "ROUTING_POLICY", PRODUCT, "The policy that chooses who is asked (an entry point of chimein.routing)."
)
LOCK_SPACE = 7401
AGAIN = timedelta(seconds=30)
"""Between two looks at a question that could go to the desk, or that nobody can be asked for."""
_AFTER_ERROR = timedelta(seconds=30)

_pools: dict[int, Pool] = {}


def run_due(*, now: datetime) -> int:
    """Look at everything whose time has come, a batch of each brand; how many items."""
    done = 0
    for brand_id in timers.due_brands(now=now):
        try:
            with db.atomic():
                done += _run_brand(brand_id, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("the offers of brand %s stumbled; they are tried again soon", brand_id)
            timers.put_off(brand_id=brand_id, now=now, until=now + _AFTER_ERROR)
    return done


@dataclass
class _Look:
    """What comes of one look at a brand's items."""

    now: datetime
    times: list[tuple[int, datetime | None, int]] = field(default_factory=list)
    withdrawn: dict[int, str] = field(default_factory=dict)
    set_free: dict[int, datetime] = field(default_factory=dict)
    leaving: dict[int, str] = field(default_factory=dict)
    unkept: list[int] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def again(self, item: Item, *moments: datetime | None, ring: int | None = None) -> None:
        """Look at it again at the earliest of these moments."""
        at = min((one for one in moments if one is not None), default=None)
        self.times.append((item.id, at, item.ring if ring is None else ring))


def _run_brand(brand_id: int, now: datetime) -> int:
    if not db.try_lock(LOCK_SPACE, brand_id):
        return 0
    items = take_due(brand_id, now=now)
    look = _Look(now)
    waiting = [one for one in items if not _put_aside(one, look)]
    desk = offers_leaving.desk_of(brand_id, now=now) if waiting else Desk(0, 0)
    staying = [one for one in waiting if not _leaves(one, look, desk)]
    alone = _with_copies(staying, look)
    if alone:
        _ask(brand_id, alone, look, desk)
    _write(look, [one.id for one in staying])
    return len(items)


def _put_aside(item: Item, look: _Look) -> bool:
    """Nobody of the crowd is needed now: offers go, copies are looked at on their own."""
    if not item.gone:
        return False
    look.withdrawn[item.id] = item.gone
    look.again(item)
    if item.gone != "taken":
        patience = offers_copies.PATIENCE if item.gone == "answered" else timedelta()
        look.set_free[item.id] = look.now + patience
    return True


def _leaves(item: Item, look: _Look, desk: Desk) -> bool:
    """Whether it goes to the desk now: handed over, too late for the crowd, or the desk can take it."""
    now = look.now
    reason = ""
    if item.desk_at is not None:
        reason = item.desk_reason if item.desk_at <= now else ""
    elif now >= item.fallback_at:
        reason = offers_leaving.LATE
    elif now >= item.assist_at and desk.take_one():
        reason = offers_leaving.ASSIST
    if reason:
        look.leaving[item.id] = reason
        look.withdrawn[item.id] = "moved"
    return bool(reason)


def _with_copies(items: Sequence[Item], look: _Look) -> list[Item]:
    """Let near copies travel with what they repeat; the items that have to be asked for themselves."""
    leaders = offers_copies.find(
        [one for one in items if one.ring == 0 and one.copy_of is None], now=look.now
    )
    offers_copies.join(leaders)
    for one in items:
        one.copy_of = leaders.get(one.id, one.copy_of)
    waiting = offers_copies.leading(items)
    travelling = [one for one in items if one.copy_of in waiting]
    for one in travelling:
        look.again(one, look.now + offers_copies.PATIENCE, _next_chance(one, look.now))
    offers_copies.alone([one.id for one in items if one.copy_of is not None and one.copy_of not in waiting])
    return [one for one in items if one.copy_of not in waiting]


def _next_chance(item: Item, now: datetime) -> datetime:
    """When to see again whether the desk takes it."""
    return item.assist_at if now < item.assist_at else min(now + AGAIN, max(now, item.fallback_at))


def _ask(brand_id: int, items: Sequence[Item], look: _Look, desk: Desk) -> None:
    now = look.now
    add_asked(items)
    offers_book.revive([one.id for one in items if one.ring > 0 and one.asked])
    anew = [one for one in items if one.ring == 0 and one.asked]
    offers_book.forget([one.id for one in anew])
    for one in anew:
        one.asked, one.ring_began_at = {}, None
    pool, bucket = _pool_and_bucket(brand_id, now)
    asking = Asking(
        pool=pool, bucket=bucket, policy=named(ROUTING_POLICY.get()), now=now, settings=DEFAULT,
        copies=offers_copies.counts([one.id for one in items]),
    )  # fmt: skip
    asking.learn_who_knows_whom(items)
    for item in items:
        _ask_for(item, asking, look, desk)
    look.asked = asking.asked
    _keep_bucket(bucket, brand_id, now)
    pool.version = now


def _ask_for(item: Item, asking: Asking, look: _Look, desk: Desk) -> None:
    """One item: who answered before is asked first, then rings; and when to look again."""
    now = look.now
    if item.desk_at is not None:  # somebody handed it over, and the others may still object
        look.again(item, item.desk_at)
        return
    if item.is_kept(now):
        if asking.may_wait_for_first_choice(item):
            asking.ask_first_choice(item)
            look.again(item, item.first_choice_until, ring=max(item.ring, 1))
            return
        look.unkept.append(item.id)
    made = asking.ring(item)
    if made.nobody and not any(item.asked.values()) and desk.present:
        look.leaving[item.id] = offers_leaving.NOBODY
        look.withdrawn[item.id] = "moved"
        return
    retry = now + AGAIN if made.nobody else None
    look.again(item, made.next_at, retry, _next_chance(item, now), ring=made.rings)


_BUDGET = "SELECT tokens, extract(epoch FROM at)::float8, at FROM routing_offerbudget WHERE brand_id = %s"
_KEEP_BUDGET = """
INSERT INTO routing_offerbudget (brand_id, tokens, at) VALUES (%s, %s, %s)
ON CONFLICT (brand_id) DO UPDATE SET tokens = excluded.tokens, at = excluded.at
"""


def _pool_and_bucket(brand_id: int, now: datetime) -> tuple[Pool, Bucket]:
    """Who may be asked, read within the last second unless another router wrote since, and the brand's allowance."""
    row = db.fetch_one(_BUDGET, (brand_id,))
    version = row[2] if row else None
    pool = _pools.get(brand_id)
    if pool is None or pool.version != version or not timedelta() <= now - pool.at <= candidates.MAX_AGE:
        pool = _pools[brand_id] = candidates.load(brand_id, now=now, version=version)
    count = len(pool.people)
    if row is None:
        return pool, Bucket.full(count, now.timestamp(), DEFAULT)
    return pool, Bucket(helpers=count, tokens=row[0], at=row[1])


def _keep_bucket(bucket: Bucket, brand_id: int, now: datetime) -> None:
    bucket.refill(now.timestamp(), DEFAULT)
    db.execute(_KEEP_BUDGET, (brand_id, bucket.tokens, now))


def _write(look: _Look, staying: Sequence[int]) -> None:
    """Everything that was decided, in sets."""
    now = look.now
    offers_book.withdraw(look.withdrawn, now=now)
    timers.set_times(look.times)
    offers_leaving.leave(look.leaving, now=now)
    offers_copies.set_free(look.set_free)
    if look.unkept:
        db.execute(
            "UPDATE routing_workitem SET first_choice_until = NULL WHERE conversation_id = ANY(%s)",
            (look.unkept,),
        )
    if staying:
        offers_book.withdraw_from_outsiders(list(staying), now=now)
    offers_book.make(look.asked, now=now)


def forget_pools() -> None:
    """Read everybody anew with the next look; for tests."""
    _pools.clear()
