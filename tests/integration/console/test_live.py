"""Who may follow the console live: what is drawn for staff is never sent to helpers."""

from __future__ import annotations

import pytest

from chimein.core.actor import Actor
from chimein.people.models import User
from chimein.web import topics
from tests.integration.console.conftest import Console


@pytest.mark.parametrize("name", ["conversation", "presence"])
def test_the_thread_with_notes_is_followed_by_staff_only(
    console: Console, agent: Actor, colleague: Actor, trusted: Actor, stranger: User, name: str
) -> None:
    keys = [(name, console.ask("q").pk)]
    users = {user.pk: user for user in User.objects.all()}
    assert topics.allowed(users[agent.user_id or 0], keys)
    for outside in (users[colleague.user_id or 0], users[trusted.user_id or 0], stranger, None):
        assert not topics.allowed(outside, keys)


def test_the_queue_is_for_staff_the_pulse_for_helpers(
    console: Console, agent: Actor, colleague: Actor
) -> None:
    users = {user.pk: user for user in User.objects.all()}
    assert topics.allowed(users[agent.user_id or 0], [("queue", console.brand.pk)])
    assert not topics.allowed(users[colleague.user_id or 0], [("queue", console.brand.pk)])
    assert topics.allowed(users[colleague.user_id or 0], [("helpers", console.brand.pk)])
