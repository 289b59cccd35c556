"""The console's pages seen by people of a brand with some traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation
from chimein.people.models import Brand
from tests.factories import traffic

HTMX = {"HX-Request": "true"}


class Console:
    """One brand's addresses and traffic, in the words of the tests."""

    def __init__(self, brand: Brand, account: ChannelAccount) -> None:
        self.brand = brand
        self.account = account

    def url(self, name: str, *args: object) -> str:
        return reverse(f"console-{name}", args=[self.brand.slug, *args])

    def of(self, external_id: str, name: str = "conversation") -> str:
        """An address of the conversation that holds this message."""
        return self.url(name, self.conversation(external_id).public_id)

    def conversation(self, external_id: str) -> Conversation:
        return traffic.conversation_of(external_id)

    def ask(self, id: str, text: str = "How do I pair the headphones?", **more: Any) -> Conversation:
        """A customer asks in public, half an hour before the tests' end of time."""
        traffic.tell(self.account, traffic.post(id, text, **{"by": f"by-{id}", "at": 330, **more}))
        return self.conversation(id)


@pytest.fixture
def console(brand: Brand, account: ChannelAccount) -> Console:
    return Console(brand, account)


@contextmanager
def _at_most(number: int) -> Iterator[None]:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        yield
    told = "\n".join(query["sql"][:140] for query in seen.captured_queries)
    assert len(seen) <= number, f"{len(seen)} statements, at most {number} allowed:\n{told}"


@pytest.fixture
def at_most() -> Callable[[int], Any]:
    """`with at_most(15): …` fails when more SQL statements run."""
    return _at_most


@pytest.fixture
def page_of() -> Callable[[Client, str], str]:
    """A page's text; it must be there."""

    def read(client: Client, url: str) -> str:
        response = client.get(url)
        assert response.status_code == 200, (url, response.status_code)
        return response.content.decode()

    return read
