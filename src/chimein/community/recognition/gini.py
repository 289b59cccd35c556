"""How evenly a load is spread: the Gini coefficient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def gini(loads: Iterable[float]) -> float:
    """0 when everybody has the same, near 1 when one has all: [0, 0, 0, 4] is .75, [1, 2, 3] is 2/9.

    G = 2 Σ i·x_i / (n Σ x) - (n + 1)/n with the loads rising (C. Gini 1912, as in Sen 1973). No load at all is 0.
    """
    return gini_of(_counted(loads))


def _counted(loads: Iterable[float]) -> dict[float, int]:
    found: dict[float, int] = {}
    for load in loads:
        found[load] = found.get(load, 0) + 1
    return found


def gini_of(people: Mapping[float, int]) -> float:
    """The same from a histogram: how many people have each load."""
    number = sum(people.values())
    total = sum(load * count for load, count in people.items())
    if not number or total <= 0:
        return 0.0
    weighed, before = 0.0, 0
    for load in sorted(people):
        count = people[load]
        weighed += load * (before * count + count * (count + 1) / 2)
        before += count
    return 2 * weighed / (number * total) - (number + 1) / number
