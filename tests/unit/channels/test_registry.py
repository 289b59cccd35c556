"""Networks are found by their entry points."""

from __future__ import annotations

import pytest

from chimein.channels import registry
from chimein.channels.port import RETRYABLE, Adapter, SendErrorCode


def test_every_installed_adapter_is_one() -> None:
    assert {"archive", "warble", "webform", "webhook"} <= set(registry.names())
    for name in registry.names():
        found = registry.adapter_for(name)
        assert isinstance(found, Adapter)
        assert (found.name, bool(found.label)) == (name, True)


def test_an_unknown_one_is_named_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"'pigeon'.*webhook"):
        registry.adapter_for("pigeon")


def test_only_what_is_surely_not_posted_and_may_work_later_is_tried_again() -> None:
    assert {SendErrorCode.RATE_LIMITED, SendErrorCode.TEMPORARY} == RETRYABLE
