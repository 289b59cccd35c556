"""Live streams: what happens reaches who may see it, late commits included, and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from django.db import connection, transaction
from django.test import Client

from chimein.channels.models import ChannelAccount
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.events import Fact, all_kinds, emit
from chimein.people.models import Membership, User
from chimein.routing.models import WorkItem
from tests.factories import people, traffic
from tests.factories.traffic import conversation_of, post, tell

from .conftest import Front, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("front door")]
SignIn = Callable[[Actor | User], Client]


class Stream:
    """What one watcher has been told so far."""

    def __init__(self) -> None:
        self.status = 0
        self.text = ""
        self.over = False

    def patches(self) -> list[str]:
        blocks = self.text.split("\n\n")
        return [
            line[6:]
            for one in blocks
            if "event: patch" in one
            for line in one.split("\n")
            if line[:6] == "data: "
        ]

    @property
    def last_id(self) -> str:
        return [line[4:] for line in self.text.split("\n") if line.startswith("id: ")][-1]


@contextmanager
def watching(front: Front, topics: str, client: Client | None = None, since: str = "") -> Iterator[Stream]:
    """Follow topics, signed in as the client is."""
    stream = Stream()
    cookies = {name: morsel.value for name, morsel in client.cookies.items()} if client else {}
    headers = {"last-event-id": since} if since else {}
    http = httpx.Client(trust_env=False, timeout=httpx.Timeout(30, read=5), cookies=cookies)

    def read() -> None:
        try:
            with http.stream("GET", f"{front.url}/live?topics={topics}&lang=en", headers=headers) as response:
                stream.status = response.status_code
                for part in response.iter_text():
                    stream.text += part
        except (httpx.HTTPError, OSError):
            stream.text += ""
        stream.over = True

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    until(lambda: stream.over or "event: hello" in stream.text)
    try:
        yield stream
    finally:
        http.close()
        reader.join(timeout=10)


def _status(front: Front, topics: str, client: Client | None = None) -> int:
    with watching(front, topics, client) as stream:
        return stream.status


@pytest.fixture
def account(front: Front) -> ChannelAccount:
    return traffic.account(people.brand())


@pytest.fixture
def thread(account: ChannelAccount) -> Conversation:
    tell(account, post("q1"))
    return conversation_of("q1")


def _fact(conversation: int, brand: int) -> Fact:
    return Fact(all_kinds()[0], clock.now(), "system:test", brand, conversation)


def test_a_question_reaches_who_watches_the_wall(front: Front, account: ChannelAccount) -> None:
    with watching(front, f"wall:{account.brand_id}") as stream:
        tell(account, post("q1"))
        until(stream.patches)
        assert stream.patches() == [f"<p>{conversation_of('q1').pk} en</p>"]


def test_other_brands_are_not_heard(front: Front, account: ChannelAccount) -> None:
    other = traffic.account(people.brand("Elsewhere"))
    with watching(front, f"wall:{other.brand_id}") as stream:
        tell(account, post("q1"))
        tell(other, post("x1"))
        until(stream.patches)
        assert stream.patches() == [f"<p>{conversation_of('x1').pk} en</p>"]


def test_who_comes_back_gets_what_was_missed(front: Front, account: ChannelAccount) -> None:
    with watching(front, f"wall:{account.brand_id}") as stream:
        tell(account, post("q1"))
        until(stream.patches)
        seen = stream.last_id
    tell(account, post("q2", by="ben"), post("q3", by="cleo"))
    with watching(front, f"wall:{account.brand_id}", since=seen) as again:
        missed = {f"<p>{conversation_of(name).pk} en</p>" for name in ("q2", "q3")}
        until(lambda: missed <= set(again.patches()))
        assert f"<p>{conversation_of('q1').pk} en</p>" not in again.patches()


@pytest.mark.parametrize("away", [False, True], ids=["while watching", "while away"])
def test_an_event_that_commits_late_is_not_skipped(front: Front, account: ChannelAccount, away: bool) -> None:
    """The first transaction writes its event first and commits last."""
    brand = account.brand_id
    written, go_on = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            emit(_fact(111, brand))
            written.set()
            assert go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=late)
    with watching(front, f"wall:{brand}") as stream:
        thread.start()
        assert written.wait(10)
        emit(_fact(222, brand))
        if not away:
            go_on.set()
            until(lambda: {"<p>111 en</p>", "<p>222 en</p>"} <= set(stream.patches()))
    seen = stream.last_id
    go_on.set()
    thread.join()
    with watching(front, f"wall:{brand}", since=seen) as again:
        emit(_fact(333, brand))
        until(lambda: "<p>333 en</p>" in again.patches())
        if away:
            assert {"<p>111 en</p>", "<p>222 en</p>"} <= set(again.patches())


@pytest.mark.parametrize("topics", ["", "wall", "wall:x", "secrets:1", "wall:-1", ",".join(["wall:1"] * 9)])
def test_nonsense_is_refused(front: Front, topics: str) -> None:
    assert _status(front, topics) == 400


def test_who_may_follow_what(front: Front, thread: Conversation, signed_in: SignIn) -> None:
    """Of wall, question, queue, helpers, conversation and presence, as each kind of person."""
    brand, pk = thread.brand_id, thread.pk
    topics = {
        "wall": f"wall:{brand}",
        "question": f"question:{pk}",
        "queue": f"queue:{brand}",
        "helpers": f"helpers:{brand}",
        "conversation": f"conversation:{pk}",
        "presence": f"presence:{pk}",
    }
    public = {"wall", "question"}
    crowd = public | {"helpers"}
    everything = set(topics)
    otto = people.actor(people.brand("Elsewhere"), Role.OWNER)
    members = {role: people.actor(thread.brand, role) for role in Role}

    def seen(who: Client | None) -> set[str]:
        return {name for name, asked in topics.items() if _status(front, asked, who) == 200}

    assert seen(None) == public
    assert seen(signed_in(otto)) == public
    for role, actor in members.items():
        wanted = crowd if role in {Role.COLLEAGUE, Role.TRUSTED_CUSTOMER} else everything
        assert seen(signed_in(actor)) == wanted, role
    WorkItem.objects.update(lane="desk")
    assert seen(signed_in(members[Role.COLLEAGUE])) == public | {"helpers"}
    assert seen(signed_in(members[Role.AGENT])) == everything
    Conversation.objects.update(visibility="private", on_wall=False)
    assert seen(None) == {"wall"}
    assert _status(front, f"wall:{brand},queue:{brand}") == 403, "one that is not allowed is enough"
    assert _status(front, "wall:999999") == 403


def test_a_member_no_more_is_cut_off(front: Front, thread: Conversation, signed_in: SignIn) -> None:
    ann = people.actor(thread.brand, Role.AGENT)
    with watching(front, f"queue:{thread.brand_id}", signed_in(ann)) as stream:
        assert (stream.status, stream.over) == (200, False)
        Membership.objects.filter(user__memberships=ann.membership_id).update(is_active=False)
        until(lambda: stream.over)
    assert _status(front, f"queue:{thread.brand_id}", signed_in(ann)) == 403


def test_who_logs_out_is_cut_off(front: Front, thread: Conversation, signed_in: SignIn) -> None:
    from django.contrib.sessions.models import Session

    browser = signed_in(people.actor(thread.brand, Role.AGENT))
    with watching(front, f"queue:{thread.brand_id}", browser) as stream:
        Session.objects.all().delete()
        until(lambda: stream.over)


def test_a_presence_is_told_to_who_works_there(front: Front, thread: Conversation, signed_in: SignIn) -> None:
    from chimein.routing import presence

    ann, bob = (people.actor(thread.brand, Role.AGENT, name) for name in ("Ann", "Bob"))
    with watching(front, f"presence:{thread.pk}", signed_in(ann)) as stream:
        presence.show_up(actor=bob, conversation_id=thread.pk, typing=True, now=clock.now())
        until(stream.patches)
    assert presence.present(thread.pk, now=clock.now()) == [("Bob", True)]
