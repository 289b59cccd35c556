"""Rows of ``data/people.yaml`` as records."""

from __future__ import annotations

from typing import Any

from chimein.demo.scenario.chance import dice
from chimein.demo.scenario.model import Brand, Colleague, Customer, Newcomer, Product, Topic, TrustedCustomer


def read_brand(row: dict[str, Any]) -> Brand:
    """The brand with its topics and products."""
    topics = tuple(Topic(**{**topic, "keywords": tuple(topic["keywords"])}) for topic in row["topics"])
    lists = {key: tuple(row[key]) for key in ("listening", "unreleased")}
    products = tuple(Product(**product) for product in row["products"])
    return Brand(**{**row, **lists, "topics": topics, "products": products})


def _answering(row: dict[str, Any]) -> dict[str, Any]:
    topics = tuple((key, int(level)) for key, level in row["topics"].items())
    return {**row, "languages": tuple(row["languages"]), "topics": topics, "shift": tuple(row["shift"])}


def read_colleague(row: dict[str, Any]) -> Colleague:
    """A colleague; the file gives the local part of the e-mail address."""
    return Colleague(**_colleague(row))


def _colleague(row: dict[str, Any]) -> dict[str, Any]:
    return {"pinyin": "", **_answering(row), "email": f"{row['email']}@tamarind.example"}


def read_newcomer(row: dict[str, Any]) -> Newcomer:
    """A colleague who is still growing, with the level the demo begins with."""
    return Newcomer(**_colleague(row))


def read_trusted(row: dict[str, Any]) -> TrustedCustomer:
    """A trusted customer; mail goes to an invented address of their own."""
    return TrustedCustomer(**{"email": f"{row['id']}@mail.example", **_answering(row)})


def read_customer(row: dict[str, Any]) -> Customer:
    """A customer written by hand."""
    return Customer(**{"verified": False, **row, "languages": tuple(row["languages"])})


def own_account(helper: TrustedCustomer) -> Customer:
    """The account a trusted customer has on the network, under the person's own handle."""
    rng = dice(f"own:{helper.handle}")
    followers, following = rng.randint(150, 4_000), rng.randint(60, 600)
    bio = "罗望热心客户" if helper.languages[0] == "zh" else "Helps out at Tamarind, not paid for it"
    return Customer(helper.handle, helper.name, bio, helper.languages, followers, following, verified=False)
