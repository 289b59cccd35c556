"""The helpers' half of the day: each does one thing at a time and leaves people's work alone."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chimein.core.errors import UserError
from chimein.demo.player import acts, desk
from chimein.demo.player.customers import Customers
from chimein.demo.player.day import Play
from chimein.demo.player.desk import Item
from chimein.demo.player.helpers import Helper, Helpers, Wish
from chimein.demo.player.progress import asked_by, next_step
from chimein.demo.player.town import Town
from chimein.demo.scenario import Scene
from chimein.demo.scenario.model import ANSWER_STEPS
from chimein.people import trust
from chimein.routing import services as routing

log = logging.getLogger(__name__)

_NOT_YET = datetime.max.replace(tzinfo=UTC)
_AGAIN = timedelta(seconds=12)
_MOST_TRIES = 5
_NOBODY_WAITS = timedelta(seconds=15)
_NEVER_CAME = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(seconds=100)
"""Nobody waits longer for what the script puts later: what a desk is brought goes to the next after three minutes."""
_NO_MORE_RINGS = timedelta(minutes=6)


@dataclass(slots=True)
class _Doing:
    """An act on the way; it goes on at `at`."""

    helper: Helper
    act: acts.Act
    at: datetime


@dataclass(frozen=True, slots=True)
class _Due:
    """A written answer whose time has come. `asked`: id of what it answers; `since`: when that was posted."""

    play: Play
    number: int
    asked: str
    since: datetime


class Crew:
    """Everybody who answers. `accounts` are the channel accounts looked at; `pace` divides all pauses.

    `scenes` have a stage direction: somebody gives it back first, a second ring is waited for, a draft is mended.
    """

    def __init__(
        self,
        town: Town,
        customers: Customers,
        helpers: Helpers,
        *,
        brand_id: int,
        accounts: list[int],
        scenes: Iterable[Scene],
        pace: float,
    ) -> None:
        self._town = town
        self._customers = customers
        self._helpers = helpers
        self._scenes = {one.episode.id: one for one in scenes}
        self._brand_id = brand_id
        self._accounts = accounts
        self._pace = pace
        self._doing: dict[int, _Doing] = {}
        self._busy: set[int] = set()
        self._tries: dict[str, int] = {}
        self._not_before: dict[str, datetime] = {}
        self._closed: dict[str, datetime] = {}

    # ------------------------------------------------------------ what is under way
    def run(self, *, now: datetime) -> None:
        """Go on with what was begun, then begin what is due."""
        self._busy = desk.busy_members(self._brand_id, now=now)
        for conversation_id, doing in list(self._doing.items()):
            if doing.at <= now:
                self._go_on(conversation_id, doing, now)
        due = list(self._due(now))
        items = desk.items_of(self._accounts, [one.asked for one in due])
        for one in due:
            self._attend(one, items.get(one.asked), now)

    def _go_on(self, conversation_id: int, doing: _Doing, now: datetime) -> None:
        # Taken out first: when the database fails in the middle, the act is gone and begun anew later.
        del self._doing[conversation_id]
        with suppress(StopIteration):
            try:
                pause = next(doing.act)
            except UserError as refusal:
                log.debug("conversation %s: %s", conversation_id, refusal)
                return
            self._doing[conversation_id] = replace(doing, at=now + timedelta(seconds=pause))

    def let_go(self, *, now: datetime) -> None:
        """The player ends: give back what is in hand, so that nobody waits for the claims to run out."""
        for conversation_id, doing in self._doing.items():
            doing.act.close()
            routing.release(actor=doing.helper.actor, conversation_id=conversation_id, reason="", now=now)
        self._doing.clear()

    def is_free(self, helper: Helper) -> bool:
        """Whether this persona does nothing just now, nor does a person in its place."""
        acting = any(doing.helper.id == helper.id for doing in self._doing.values())
        return not acting and helper.member_id not in self._busy

    # ------------------------------------------------------------ what the script says
    def _due(self, now: datetime) -> Iterator[_Due]:
        for play in self._customers.running.values():
            found = self._by_form(play) if play.by_form else self._on_network(play, now)
            if found is not None:
                yield found

    def _by_form(self, play: Play) -> _Due:
        return _Due(play, 1, play.key(0), _NOT_YET)

    def _on_network(self, play: Play, now: datetime) -> _Due | None:
        coming = next_step(play, self._town, minute=self._customers.minute)
        if coming is None or coming.step.kind not in ANSWER_STEPS:
            return None
        asked = asked_by(play, coming.number, self._town)
        if asked is None:
            return None
        due = min(coming.due, coming.since + _LONGEST_WAIT / self._pace)
        if now < due - acts.lead_time(coming.step.text, self._pace):
            return None
        return _Due(play, coming.number, asked.id, coming.since)

    def _attend(self, due: _Due, item: Item | None, now: datetime) -> None:
        name = due.play.key(due.number)
        if item is None:
            if due.since < now - _NEVER_CAME:
                self._customers.end(due.play, "never came in")
        elif item.conversation_id in self._doing or self._not_before.get(name, now) > now:
            return
        elif not item.is_open:
            self._nobody_waits(due, name, now)
        else:
            self._closed.pop(name, None)
            if self._is_too_soon(due, item, now):
                return
            step, episode = due.play.episode.steps[due.number], due.play.episode
            wish = Wish(step.by, episode.topic, episode.language, by_name=step.wanted == "named")
            scene = self._scenes.get(episode.id) if due.number == 1 else None
            if not self.begin(item, name, step.text, wish, scene, now=now):
                return
            if self._tries[name] > _MOST_TRIES:
                self._customers.end(due.play, "could not be answered")

    def _is_too_soon(self, due: _Due, item: Item, now: datetime) -> bool:
        """Whether more people are to be asked before anybody answers."""
        scene = self._scenes.get(due.play.episode.id)
        waits = scene is not None and item.lane == "crowd" and item.rings < scene.rings
        return waits and now < due.since + _NO_MORE_RINGS / self._pace

    def _nobody_waits(self, due: _Due, name: str, now: datetime) -> None:
        """Answered, and not yet seen on the network; or it needs no answer in ChimeIn's eyes."""
        if due.play.by_form:
            self._customers.end(due.play, "finished")
        elif now - self._closed.setdefault(name, now) > _NOBODY_WAITS / self._pace + timedelta(seconds=2):
            self._customers.end(due.play, "nobody waits")

    # ------------------------------------------------------------ beginning
    def is_at_work_on(self, item: Item) -> bool:
        """Whether one of us has it in hand."""
        return item.conversation_id in self._doing

    def begin(
        self, item: Item, name: str, text: str, wish: Wish, scene: Scene | None = None, *, now: datetime
    ) -> bool:
        """Let somebody answer it with this text, if somebody may and has time; whether anybody has begun."""
        helper = self._helpers.choose(item, wish, self.is_free)
        if helper is None:
            return False
        if not item.is_free_for(helper.member_id, staff=helper.actor.is_staff, now=now):
            return False
        tries = self._tries[name] = self._tries.get(name, 0) + 1
        self._not_before[name] = now + _AGAIN / self._pace
        said = _draft_of(scene, helper, wish) or text
        task = acts.Task(name, helper, item.conversation_id, item.message_id, said, wish.language, self._pace)
        if tries > 1 or not self._detour(item, task, wish, scene, now):
            self._start(helper, item, acts.plain(task) if scene else acts.act_for(task), now)
        return True

    def _detour(self, item: Item, task: acts.Task, wish: Wish, scene: Scene | None, now: datetime) -> bool:
        """Now and then somebody else has it in hand first; in some scenes always, in others never."""
        other = self._helpers.choose(
            item,
            replace(wish, person="", by_name=False),
            lambda one: one.id != task.helper.id and self.is_free(one),
        )
        if other is None or item.kept_for is not None or (scene and not scene.hand_back):
            return False
        turned = replace(task, helper=other)
        act = acts.hand_back(turned, scene.hand_back) if scene else acts.detour_for(turned)
        if act is not None:
            self._start(other, item, act, now)
        return act is not None

    def _start(self, helper: Helper, item: Item, act: acts.Act, now: datetime) -> None:
        self._doing[item.conversation_id] = _Doing(helper, act, now)
        self._go_on(item.conversation_id, self._doing[item.conversation_id], now)


def _draft_of(scene: Scene | None, helper: Helper, wish: Wish) -> str:
    """What somebody coached writes here at first; nothing when they are past that."""
    if scene is None or not scene.draft:
        return ""
    coached = trust.needs_review(helper.member_id, topic=wish.topic, language=wish.language)
    return scene.draft if coached else ""
