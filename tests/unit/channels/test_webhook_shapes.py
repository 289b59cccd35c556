"""What another system may say of a message."""

from __future__ import annotations

from chimein.channels.adapters.webhook.shapes import Message

GIVEN = {"id": "1", "author": {"id": "a"}, "text": "How?", "created_at": "2026-11-20T09:00:00Z"}


def test_how_often_a_post_was_passed_on_is_kept() -> None:
    assert Message.model_validate(GIVEN | {"shares": 12}).record("").shares == 12
    assert Message.model_validate(GIVEN).record("").shares == 0
