"""The 300 customers: those written by hand, and the rest made from lists of names with a fixed seed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from typing import Any

from chimein.demo.scenario.chance import dice
from chimein.demo.scenario.model import Customer

_SEED = "tamarind-customers"
# Share of accounts below so many followers; straight lines between these points on a logarithmic scale give
# the spread of accounts that write to brands: median 1,000, 9 % from 10,000 up, 0.8 % from 100,000 up.
_SPREAD = ((0.0, 4.0), (0.15, 90.0), (0.5, 1_000.0), (0.91, 10_000.0), (0.992, 100_000.0), (1.0, 900_000.0))


def followers_at(share: float) -> int:
    """Followers of the account below which ``share`` (0..1) of all accounts lie."""
    for (low, few), (high, many) in itertools.pairwise(_SPREAD):
        if share <= high:
            growth: float = (many / few) ** ((share - low) / (high - low))
            return round(few * growth)
    raise ValueError(f"share {share} is not between 0 and 1")


def make_customers(written: Iterable[Customer], names: dict[str, Any], total: int) -> tuple[Customer, ...]:
    """All customers: the written ones, filled up to ``total`` so that the whole has the wanted spread."""
    first = list(written)
    rng = dice(_SEED)
    counts = _remaining_counts([customer.followers for customer in first], total)
    rng.shuffle(counts)
    taken = {customer.handle for customer in first}
    made = _endless_people(names, taken, rng)
    return (*first, *(_customer(next(made), count, rng) for count in counts))


def _remaining_counts(written: list[int], total: int) -> list[int]:
    """The ideal follower counts of ``total`` accounts without those nearest to the written ones."""
    ideal = [followers_at((index + 0.5) / total) for index in range(total)]
    for count in sorted(written):
        ideal.remove(_nearest(ideal, count))
    return ideal


def _nearest(values: list[int], wanted: int) -> int:
    return min(values, key=lambda value: abs(value - wanted))


def _customer(person: tuple[str, str, str, str], followers: int, rng: random.Random) -> Customer:
    handle, name, bio, language = person
    following = round(rng.uniform(40, 900))
    verified = followers >= 50_000 and rng.random() < 0.6
    return Customer(handle, name, bio, (language,), followers, following, verified)


def _endless_people(
    names: dict[str, Any], taken: set[str], rng: random.Random
) -> Iterator[tuple[str, str, str, str]]:
    """New people as (handle, name, bio, language): 14 Chinese, 14 English, 1 Spanish, 1 Japanese in 30."""
    languages = ["zh", "en"] * 14 + ["es", "ja"]
    bios = {language: list(names[language]["bios"]) for language in ("zh", "en", "es", "ja")}
    for language in languages * 100:
        pool = names[language]
        name, handle = _new_name(pool, taken, rng)
        taken.add(handle)
        left = bios[language] or [""]
        bio = left.pop(rng.randrange(len(left))) if rng.random() < 0.75 else ""
        yield handle, name, bio, language


def _new_name(pool: dict[str, Any], taken: set[str], rng: random.Random) -> tuple[str, str]:
    """A display name and a free handle; names are [text, spelling for the handle] pairs."""
    while True:
        if pool.get("nicknames") and rng.random() < 0.35:
            name, stem = pool["nicknames"][rng.randrange(len(pool["nicknames"]))]
        else:
            given, family = rng.choice(pool["given"]), rng.choice(pool["family"])
            name = pool["order"].format(given=given[0], family=family[0])
            stem = rng.choice(pool["stems"]).format(given=given[1], family=family[1], f=family[1][:1])
        handle = stem + rng.choice(("", "", str(rng.randint(2, 99)), f"_{rng.randint(80, 99)}"))
        if handle not in taken:
            return name, handle
