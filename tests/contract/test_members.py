"""Every installed adapter has the port's members, and says of itself only what fits together."""

from __future__ import annotations

import pytest

from chimein.channels.port import Adapter
from chimein.core.http import safe_client
from chimein.core.text.measure import length
from tests.contract.kits import INSTALLED, KITS, recorded

every = pytest.mark.parametrize("name", INSTALLED)


def test_the_three_of_the_house_are_installed() -> None:
    assert {"warble", "webform", "webhook"} <= set(INSTALLED)


@every
def test_it_has_a_kit_and_recorded_payloads(name: str) -> None:
    assert name in KITS, f"add a Kit for {name} to kits.py"
    assert len(recorded(name)) >= 3, f"record payloads of {name}, its own posts among them"


@every
def test_it_has_the_members_of_the_port(name: str) -> None:
    adapter = KITS[name].adapter
    assert isinstance(adapter, Adapter)
    assert adapter.name == name
    assert adapter.label
    assert len(name) <= 30, "the column for it has 30 characters"


@every
def test_its_capabilities_fit_together(name: str) -> None:
    adapter = KITS[name].adapter
    able = adapter.capabilities
    assert able.max_length > 0
    assert able.direct_max_length > 0
    assert length("hello", able.measure) == 5
    assert able.polls == bool(adapter.streams), "who polls has streams, and the other way round"
    assert len(set(adapter.streams)) == len(adapter.streams)
    if able.public_reply or able.direct_message:
        assert able.can_look_up or able.idempotent, "or an uncertain answer could never be settled"


@every
def test_an_account_without_credentials_is_told_what_to_do(name: str) -> None:
    kit = KITS[name]
    with safe_client() as client:
        health = kit.adapter.check(kit.account_with(), client)
    assert health.ok or (health.problem and health.remedy), "words for what is wrong and what to do"
    assert health.ok == (name in {"webform", "archive"}), "those two need no credentials"
