"""What the script does not know: customers who come back with a last word, and visitors who ask.

Visitors' questions are the visitors' to answer; only after some minutes, and only when the same was asked
before, does a persona tell what helped then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chimein.demo.player import desk, words
from chimein.demo.player.crew import Crew
from chimein.demo.player.customers import Customers
from chimein.demo.player.day import PREFIX
from chimein.demo.player.desk import Item
from chimein.demo.player.helpers import Helpers, Wish
from chimein.demo.player.matching import Memory
from chimein.demo.player.town import Town
from chimein.routing.access import HELPERS_LANES

_EVERY = timedelta(seconds=3)
_LAST_WORD = timedelta(seconds=30)
_SEEDED = "past:"


class Strangers:
    """Finds what nobody is meant to answer. `patience`: how long people have for a question."""

    def __init__(
        self,
        town: Town,
        customers: Customers,
        crew: Crew,
        helpers: Helpers,
        memory: Memory,
        *,
        brand_id: int,
        pace: float,
        patience: timedelta,
    ) -> None:
        self._town = town
        self._customers = customers
        self._crew = crew
        self._helpers = helpers
        self._memory = memory
        self._brand_id = brand_id
        self._pace = pace
        self._patience = patience
        self._next: datetime | None = None
        self._praise = {one.id for one in memory.scenario.episodes if one.kind == "praise"}
        self._unknown: set[str] = set()

    def run(self, *, now: datetime) -> None:
        """Every few seconds: see who waits whom the script has forgotten."""
        if self._next is not None and now < self._next:
            return
        self._next = now + _EVERY / self._pace
        for item in desk.waiting_items(self._brand_id, before=now - _LAST_WORD / self._pace):
            if not self._crew.is_at_work_on(item):
                self._consider(item, now)

    def _consider(self, item: Item, now: datetime) -> None:
        said = self._town.posts.get(item.asked) or self._town.letters.get(item.asked)
        key = said.key if said else item.asked
        if key.startswith(PREFIX):
            if self._wants_a_last_word(item, key):
                self._say_goodbye(item, key, now)
        elif not key.startswith(_SEEDED) and item.waiting_since and item.waiting_since < now - self._patience:
            self._remember(item, now)

    def _wants_a_last_word(self, item: Item, key: str) -> bool:
        """Whether a play has ended with words that wait, and they are kind ones."""
        name, _, number = key.rpartition(":")
        if name in self._customers.running:
            return False
        return item.answered if number != "0" else name.rpartition(":")[2] in self._praise

    def _say_goodbye(self, item: Item, key: str, now: datetime) -> None:
        """A customer of ours came back with a word the script has no answer to."""
        before = self._helpers.member(item.kept_for)
        wish = Wish(before.id if before else "", "", item.language, by_name=before is not None)
        text = words.closing(key, item.language, sober=item.lane not in HELPERS_LANES)
        self._crew.begin(item, f"closing:{key}", text, wish, now=now)

    def _remember(self, item: Item, now: datetime) -> None:
        """Somebody from outside has asked, and nobody has taken it."""
        if item.private or item.lane != "crowd" or item.asked in self._unknown:
            return
        known = self._memory.recall(item.text, item.language)
        if known is None:
            self._unknown.add(item.asked)
            return
        text = words.from_experience(item.asked, known.language, known.answer)
        wish = Wish(known.answerer, known.topic, known.language)
        self._crew.begin(item, f"known:{item.asked}", text, wish, now=now)
