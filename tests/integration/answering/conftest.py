"""A question on the scripted network."""

from __future__ import annotations

import pytest

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation
from chimein.people.models import Brand
from tests.factories import traffic
from tests.factories.network import ScriptedNetwork, said


@pytest.fixture
def account(brand: Brand, scripted: ScriptedNetwork) -> ChannelAccount:
    return traffic.account(brand, "scripted", tokens=1000, burst=1000, rate_per_minute=6000)


@pytest.fixture
def question(account: ChannelAccount) -> Conversation:
    traffic.tell(account, said("q1"))
    return traffic.conversation_of("q1")
