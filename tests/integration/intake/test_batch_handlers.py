"""Who hears of what comes by the thousand is called once a batch."""

from __future__ import annotations

from collections.abc import Sequence
from unittest import mock

import pytest

from chimein.core import events
from chimein.core.clock import now
from chimein.core.events import Fact, emit_many, in_batches
from chimein.triage.events import READ_AGAIN, RESTORED

pytestmark = pytest.mark.django_db


def test_a_batch_handler_hears_all_facts_of_its_kind_at_once_and_others_each() -> None:
    heard: list[int] = []
    single: list[int | None] = []

    @in_batches
    def together(facts: Sequence[Fact]) -> None:
        heard.append(len(facts))

    def one_by_one(fact: Fact) -> None:
        single.append(fact.message_id)

    handlers = {READ_AGAIN.name: [together, one_by_one], RESTORED.name: [one_by_one]}
    with mock.patch.dict(events._HANDLERS, handlers, clear=True):
        emit_many(
            Fact(kind, now(), "test", None, None, number)
            for number, kind in enumerate((READ_AGAIN, RESTORED, READ_AGAIN))
        )
    assert heard == [2]
    assert single == [0, 1, 2]
