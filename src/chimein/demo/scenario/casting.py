"""Who plays which part: nameless customers get an account, answers meant for a topic or role get a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from chimein.demo.scenario.chance import dice
from chimein.demo.scenario.model import Colleague, Customer, TrustedCustomer

Person = Colleague | TrustedCustomer
_DAY = 24 * 60


class Casting:
    """Chooses the same people for the same data every time, spreading the work."""

    def __init__(
        self,
        colleagues: Iterable[Colleague],
        trusted: Iterable[TrustedCustomer],
        customers: Iterable[Customer],
        newcomers: Iterable[Colleague] = (),
    ) -> None:
        self._people: list[Person] = [*colleagues, *trusted]
        # Newcomers answer only what is given to them by name.
        self._by_id = {person.id: person for person in (*self._people, *newcomers)}
        self._answers: Counter[str] = Counter()
        # Helpers' own accounts ask nothing in the day: they would seem to answer themselves.
        helpers = {person.handle for person in self._people if isinstance(person, TrustedCustomer)}
        self._customers = [c for c in customers if c.handle not in helpers]
        self._posts: Counter[str] = Counter()
        self._order = {c.handle: dice(f"order:{c.handle}").random() for c in self._customers}

    def customer(self, language: str, not_these: Iterable[str] = ()) -> str:
        """Handle of the account in this language that has posted least."""
        fitting = [c for c in self._customers if language in c.languages and c.handle not in set(not_these)]
        if not fitting:
            raise LookupError(f"no customer writes {language}")
        chosen = min(fitting, key=lambda c: (self._posts[c.handle], self._order[c.handle]))
        self._posts[chosen.handle] += 1
        return chosen.handle

    def count_post(self, handle: str) -> None:
        """Remember that a named customer has a part, so that nameless parts go to others."""
        self._posts[handle] += 1

    def answerer(self, wanted: str, language: str, minute: int) -> tuple[Person, str]:
        """The person for ``wanted`` (an id, a role or a topic) and how the person was meant.

        Raises LookupError when nobody fits.
        """
        if wanted in self._by_id:
            return self._by_id[wanted], "named"
        role = [p for p in self._people if isinstance(p, Colleague) and p.role == wanted]
        how, fitting = ("role", role) if role else ("topic", [p for p in self._people if _level(p, wanted)])
        speaking = [p for p in fitting if language in p.languages]
        if not speaking:
            raise LookupError(f"nobody answers {wanted!r} in {language}")
        awake = [p for p in speaking if _on_shift(p, minute)] or speaking
        chosen = min(awake, key=lambda p: ((1 + self._answers[p.id]) / (1 + _level(p, wanted)), p.id))
        self._answers[chosen.id] += 1
        return chosen, f"{how}:{wanted}"


def _level(person: Person, topic: str) -> int:
    return dict(person.topics).get(topic, 0)


def _on_shift(person: Person, minute: int) -> bool:
    start, end = person.shift
    hour = (minute % _DAY) / 60
    return start <= hour < end if start < end else hour >= start or hour < end
