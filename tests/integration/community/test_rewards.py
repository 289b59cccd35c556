"""Rewards: told once a threshold, signed as Standard Webhooks says, again while the other side is down."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from chimein.channels.adapters.webhook.signature import verify
from chimein.channels.models import ChannelAccount
from chimein.community.points_models import Recognition, Reward
from chimein.community.recognition import choosing, rewards
from chimein.core import clock, http
from chimein.core.actor import Role
from chimein.people.models import Brand, Membership
from tests.factories import people, recognised

pytestmark = pytest.mark.django_db


class Listener:
    """A brand's own system: keeps what it is told, and answers what the test says."""

    def __init__(self) -> None:
        self.status = 204
        self.heard: list[tuple[dict[str, str], bytes]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.heard.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Silent."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    with http.ALLOWED_PRIVATE_HOSTS.override((made.host,)):
        yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def ann(brand: Brand) -> Membership:
    return people.member(brand, Role.COLLEAGUE, "Ann")


def hook(brand: Brand, url: str, every: int = 30) -> Recognition:
    return Recognition.objects.create(
        brand=brand, reward_every=every, hook_url=url, hook_secret=choosing.new_secret()
    )


def solve(account: ChannelAccount, member: Membership, times: int) -> None:
    for _ in range(times):
        recognised.came_of(recognised.answer(account, member), "thanked", "solved")
    recognised.settle()


def test_each_threshold_is_told_once_and_signed(
    account: ChannelAccount, brand: Brand, ann: Membership, listener: Listener
) -> None:
    chosen = hook(brand, f"http://{listener.host}/in")
    solve(account, ann, 3)
    now = clock.now()
    assert rewards.tell_due(now=now) == 2
    assert rewards.tell_due(now=now) == 0
    assert rewards.next_due() is None
    headers, body = listener.heard[0]
    assert verify([chosen.hook_secret["secret"]], headers, body, now)
    said = json.loads(body)
    assert said["type"] == "reward.earned"
    assert (said["data"]["points"], said["data"]["public_name"]) == (30, "Ann")
    assert ann.user.email not in body.decode()
    assert {one.points for one in Reward.objects.filter(told_at=now)} == {30, 60}


def test_a_loss_takes_no_reward_back_and_gives_none_twice(
    account: ChannelAccount, brand: Brand, ann: Membership
) -> None:
    Recognition.objects.create(brand=brand, reward_every=20)
    made = recognised.answer(account, ann)
    recognised.came_of(made, "thanked", "solved")
    recognised.settle()
    recognised.came_of(made, "reopened")
    solve(account, ann, 1)
    assert list(Reward.objects.values_list("points", "due_at")) == [(20, None)]


def test_it_is_tried_again_with_the_same_id(
    account: ChannelAccount, brand: Brand, ann: Membership, listener: Listener
) -> None:
    hook(brand, f"http://{listener.host}/in", every=20)
    solve(account, ann, 1)
    now, listener.status = clock.now(), 503
    assert rewards.tell_due(now=now) == 1
    reward = Reward.objects.get()
    assert (reward.told_at, reward.error, reward.attempts) == (None, "answered 503", 1)
    assert reward.due_at is not None
    assert reward.due_at > now
    listener.status = 200
    rewards.tell_due(now=now + timedelta(hours=1))
    ids = {headers["webhook-id"] for headers, _body in listener.heard}
    assert len(listener.heard) == 2
    assert len(ids) == 1
    assert Reward.objects.get(due_at=None).told_at is not None


def test_a_private_address_is_not_called(account: ChannelAccount, brand: Brand, ann: Membership) -> None:
    hook(brand, "http://127.0.0.1:9/in", every=20)
    solve(account, ann, 1)
    rewards.tell_due(now=clock.now())
    assert "private network" in Reward.objects.get().error


def test_it_is_given_up_in_the_end(account: ChannelAccount, brand: Brand, ann: Membership) -> None:
    hook(brand, "http://127.0.0.1:9/in", every=20)
    solve(account, ann, 1)
    now = clock.now()
    for day in range(30):
        rewards.tell_due(now=now + timedelta(days=day))
    assert Reward.objects.get().attempts == 12
    assert rewards.next_due() is None
