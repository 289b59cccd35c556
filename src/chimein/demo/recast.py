"""The same words from other mouths, so that what comes again is not told by the same people."""

from __future__ import annotations

from chimein.demo.scenario import Customer, Scenario
from chimein.demo.scenario.chance import dice


class Recast:
    """Gives each nameless customer's part to another one of the same language; the named keep theirs."""

    def __init__(self, scenario: Scenario, *, salt: str) -> None:
        self._parts: dict[str, str] = {}
        extras = _extras(scenario)
        for language in sorted({customer.languages[0] for customer in extras}):
            same = [customer.handle for customer in extras if customer.languages[0] == language]
            turn = dice(f"recast:{salt}:{language}").randrange(1, len(same)) if len(same) > 1 else 0
            self._parts.update(zip(same, same[turn:] + same[:turn], strict=True))

    def __call__(self, handle: str) -> str:
        """Who has the part of this account."""
        return self._parts.get(handle, handle)


def _extras(scenario: Scenario) -> list[Customer]:
    """The customers nobody wrote by hand; they follow the written ones and the helpers' own accounts."""
    own = {helper.handle for helper in scenario.trusted}
    places = (place for place, customer in enumerate(scenario.customers) if customer.handle in own)
    return list(scenario.customers[max(places, default=-1) + 1 :])
