"""The people who answer: the scenario's, as actors in ChimeIn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chimein.core.actor import Actor, Role
from chimein.demo.player.desk import Item
from chimein.demo.scenario import Scenario
from chimein.demo.scenario.chance import dice
from chimein.people.access import actor_of
from chimein.people.models import Brand, Membership
from chimein.routing.access import HELPERS_LANES, may_take


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who answers. `topics` are slugs with a level from 1 to 3."""

    id: str
    actor: Actor
    member_id: int
    languages: tuple[str, ...]
    topics: dict[str, int]


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom one would like to answer: a person by id, else somebody for the topic in the language.

    `by_name`: it has to be this person; else whoever was asked may answer in the person's place.
    """

    person: str
    topic: str
    language: str
    by_name: bool = False


class Helpers:
    """Everybody of the scenario who is an active member of the brand and answers."""

    def __init__(self, scenario: Scenario, brand: Brand) -> None:
        members = Membership.objects.select_related("user").filter(
            brand=brand, is_active=True, user__is_active=True
        )
        by_email = {member.user.email: member for member in members}
        self._all = [
            Helper(one.id, actor_of(member), member.pk, one.languages, dict(one.topics))
            for one in (*scenario.helpers, *(new for new in scenario.newcomers if new.level != "new"))
            if (member := by_email.get(one.email)) is not None
        ]
        self._by_id = {helper.id: helper for helper in self._all}
        self._by_member = {helper.member_id: helper for helper in self._all}

    def named(self, person_id: str) -> Helper | None:
        """The helper with this id of the scenario."""
        return self._by_id.get(person_id)

    def member(self, member_id: int | None) -> Helper | None:
        """The helper behind a membership."""
        return self._by_member.get(member_id) if member_id else None

    def everybody(self) -> tuple[Helper, ...]:
        """All of them."""
        return tuple(self._all)

    def choose(self, item: Item, wish: Wish, free: Callable[[Helper], bool]) -> Helper | None:
        """Who takes an item: whoever was asked, else the person wished for, else who is free and fits; None to wait.

        A colleague wished for who may take it but is busy is waited for; an agent is stood in for.
        """
        asked = None if wish.by_name else self.asked(item, wish, free)
        if asked is not None:
            return asked
        wished = self._by_id.get(wish.person)
        if wished is not None and _may(wished, item):
            if free(wished):
                return wished
            if not wished.actor.is_staff:
                return None
        able = [one for one in self._all if _may(one, item) and free(one)]
        return self._best([one for one in able if wish.language in one.languages] or able, item, wish)

    def asked(self, item: Item, wish: Wish, free: Callable[[Helper], bool]) -> Helper | None:
        """One of those the question was brought to who has time and speaks the language, if there is one."""
        those = [one for one in map(self.member, item.brought_to) if one is not None]
        able = [one for one in those if _may(one, item) and wish.language in one.languages and free(one)]
        return self._best(able, item, wish)

    @staticmethod
    def _best(able: list[Helper], item: Item, wish: Wish) -> Helper | None:
        luck = dice(f"choose:{item.conversation_id}")
        return max(able, key=lambda one: (*_fitness(one, item, wish), luck.random()), default=None)


def _may(helper: Helper, item: Item) -> bool:
    """Private matters are the staff's."""
    may = may_take(helper.actor, item.lane, trusted_only=item.trusted_only)
    return may and (helper.actor.is_staff or not item.private)


def _fitness(helper: Helper, item: Item, wish: Wish) -> tuple[bool, int]:
    """The desk is the agents', the crowd's questions are the crowd's; then who knows the topic best."""
    at_home = (
        (helper.actor.role == Role.AGENT) if item.lane not in HELPERS_LANES else not helper.actor.is_staff
    )
    return at_home, helper.topics.get(wish.topic, 0)
