"""What is new, what is known, and which conversation each message belongs to."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from chimein.answering import echoes, merging
from chimein.conversations import threading
from chimein.conversations.threading import Key, Locked, Ref
from chimein.core import db
from chimein.intake.reading import Incoming, Read

if TYPE_CHECKING:
    from chimein.intake.batch import Work


def sort_out(found: Read, work: Work) -> None:
    """Tell new messages from edits and repetitions, also inside the batch."""
    keys = [item.key for item in (*found.posts, *found.deletions)]
    known = {key: ref.message_id for key, ref in threading.find_refs(keys).items() if ref.message_id}
    ids = iter(db.next_ids("conversations_message", len({item.key for item in found.posts} - known.keys())))
    gone = threading.buried(item.key for item in found.posts if item.key not in known)
    for item in found.posts:
        message_id = known.get(item.key)
        if item.key in gone:
            work.repeated.append(item)
        elif message_id is None:
            item.message_id = known[item.key] = next(ids)
            work.new.append(item)
        elif item.record.revision > 1 or item.record.edited_at:
            work.edits.append((message_id, item))
        else:
            work.repeated.append(item)
    for item in found.deletions:
        message_id = known.get(item.key)
        if message_id is None:
            work.repeated.append(item)
        else:
            work.deletions.append((message_id, item))
    threading.bury((item.key for item in found.deletions if item.key not in known), now=work.now)


def claim_echoes(work: Work) -> None:
    """Our own posts coming back are no news: their deliveries are settled, and what replies to them finds them."""
    known = echoes.claim([item for item in work.new if item.record.own], now=work.now)
    work.new = [item for item in work.new if item.message_id not in known]


def place(work: Work) -> dict[int, int | None]:
    """Give each new message its conversation; the ids of conversations to be opened, each with the one before it."""
    if not work.new:
        return {}
    refs = threading.find_refs(key for item in work.new for key in item.keys)
    groups: dict[int, list[Incoming]] = defaultdict(list)
    for number, item in zip(threading.group([item.keys for item in work.new]), work.new, strict=True):
        groups[number].append(item)
    locked = threading.lock(
        {refs[key].conversation_id for item in work.new for key in item.keys if key in refs}
    )
    places = [_Place(items, refs, locked) for items in groups.values()]
    for spot in places:
        spot.join(work)
    opened = _open(places)
    work.closed = {spot.home.id for spot in places if spot.home and spot.home.state == "closed"}
    _remember(places, refs)
    return opened


class _Place:
    """One thread's share of the batch: its items and the conversations they are known to belong to."""

    def __init__(self, items: list[Incoming], refs: dict[Key, Ref], locked: dict[int, Locked]) -> None:
        self.items = items
        found = {refs[key].conversation_id for item in items for key in item.keys if key in refs}
        self.existing = threading.without_earlier({locked[pk].id for pk in found})
        self.home = locked[self.existing[0]] if self.existing else None
        self.late: list[Incoming] = []

    def join(self, work: Work) -> None:
        """Merge conversations that turn out to be one thread; the oldest one stays."""
        if len(self.existing) > 1:
            brand = self.items[0].account.brand_id
            merging.merge(self.existing, brand_id=brand, actor="system:intake", now=work.now)
        if self.home is not None:
            self.late = [item for item in self.items if self._is_too_late(item, self.home)]

    @staticmethod
    def _is_too_late(item: Incoming, home: Locked) -> bool:
        """Whether the matter was closed so long ago that this opens a new one."""
        if home.state != "closed" or home.closed_at is None or item.record.own:
            return False
        return item.posted_at > home.closed_at + timedelta(days=item.account.reopen_days)


def _open(places: list[_Place]) -> dict[int, int | None]:
    wanted = sum((spot.home is None) + bool(spot.late) for spot in places)
    ids = iter(db.next_ids("conversations_conversation", wanted))
    opened: dict[int, int | None] = {}
    for spot in places:
        home = spot.home.id if spot.home else next(ids)
        if spot.home is None:
            opened[home] = None
        for item in spot.items:
            item.conversation_id = home
        if spot.late:
            follow_up = next(ids)
            opened[follow_up] = home
            for item in spot.late:
                item.conversation_id = follow_up
    return opened


def _remember(places: list[_Place], refs: dict[Key, Ref]) -> None:
    fresh: dict[Key, Ref] = {}
    filled: dict[Key, Ref] = {}
    for spot in places:
        for item in spot.items:
            for key in item.keys:
                if key not in refs:
                    fresh.setdefault(key, Ref(item.conversation_id, None))
        for item in spot.late:
            # Whoever replies to the old posts from now on goes on with the new matter.
            filled.update(
                {key: Ref(item.conversation_id, refs[key].message_id) for key in item.keys if key in refs}
            )
        for item in spot.items:
            target = filled if item.key in refs else fresh
            target[item.key] = Ref(item.conversation_id, item.message_id)
    threading.add_refs(fresh)
    threading.fill_refs(filled)
