"""Team chats: made by leads, told once of each matter, tried again when away, silent about what is private."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chimein.alerts import bridges, handlers, kinds, posting
from chimein.alerts.bridges import Wish
from chimein.alerts.models import Alert, Bridge, BridgePost, Choice
from chimein.alerts.writing import News, tell
from chimein.conversations.models import Conversation
from chimein.core import clock, db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed, UserError
from chimein.core.events import Fact
from chimein.core.http import ALLOWED_PRIVATE_HOSTS
from chimein.people.models import HelperSettings
from chimein.routing import events as routing
from tests.integration.alerts.conftest import MINUTE, member_of, offer

pytestmark = pytest.mark.django_db


@dataclass
class Chat:
    """A chat on this machine that takes Mattermost's webhooks; `answers` are its next statuses."""

    url: str
    texts: list[str] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    seen: int = 0


@contextmanager
def _running() -> Iterator[Chat]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            chat.seen += 1
            status, headers = chat.answers.pop(0) if chat.answers else (200, {})
            if status == 200:
                chat.texts.append(body["text"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    chat = Chat(f"http://127.0.0.1:{server.server_port}/hooks/abc")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        with ALLOWED_PRIVATE_HOSTS.override((f"127.0.0.1:{server.server_port}",)):
            yield chat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def room() -> Iterator[Chat]:
    with _running() as running:
        yield running


def wish(url: str, /, **changes: Any) -> Wish:
    known: dict[str, Any] = {
        "platform": "mattermost", "name": "Care", "url": url, "sign": "", "language": "en",
        "kinds": ["breach", "mention", "offer"], "lanes": [], "topics": [],
    }  # fmt: skip
    return Wish(**(known | changes))


def connect(lead: Actor, room: Chat, **changes: Any) -> Bridge:
    return bridges.save(actor=lead, wish=wish(room.url, **changes), now=clock.now())


def breach(question: Conversation, *members: Actor) -> None:
    data: dict[str, object] = {
        "members": [one.membership_id for one in members],
        "percent": 100,
        "alarm": False,
    }
    fact = Fact(routing.ESCALATED, clock.now(), "system:routing", question.brand_id, question.pk, None, data)
    with db.atomic():
        handlers.on_escalated([fact])


def post(after: timedelta = timedelta()) -> int:
    return posting.run_due(now=clock.now() + after)


def test_a_room_is_told_once_and_calls_who_asked_for_it(
    room: Chat, question: Conversation, lead: Actor, agent: Actor
) -> None:
    made = connect(lead, room)
    bridges.call_me(actor=lead, bridge_id=made.pk, name="@lena", now=clock.now())
    bridges.call_me(actor=agent, bridge_id=made.pk, name="ann", now=clock.now())
    for _ in range(2):
        breach(question, lead, agent)
        post()
    (text,) = room.texts
    assert "Overdue: a customer waits too long" in text
    assert "How do I pair the headphones?" in text
    assert "@lena" in text
    assert "@ann" not in text, "agents are not called for this until they switch it on"
    assert Alert.objects.get(way="bridge").state == "sent"
    assert Bridge.objects.get().last_ok_at is not None


def test_whoever_has_quiet_hours_is_not_called(room: Chat, question: Conversation, lead: Actor) -> None:
    made = connect(lead, room)
    bridges.call_me(actor=lead, bridge_id=made.pk, name="lena", now=clock.now())
    HelperSettings.objects.create(member_id=member_of(lead), muted_until=clock.now() + timedelta(hours=1))
    breach(question, lead)
    post()
    assert "@lena" not in room.texts[0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lanes": ["vip"]}, 0),
        ({"lanes": ["crowd"]}, 1),
        ({"topics": ["sound"]}, 1),
        ({"topics": ["pans"]}, 0),
        ({"kinds": ["crisis"]}, 0),
    ],
)
def test_a_room_hears_what_it_asked_for(
    room: Chat, question: Conversation, lead: Actor, changes: dict[str, list[str]], told: int
) -> None:
    Conversation.objects.filter(pk=question.pk).update(topic="sound")
    connect(lead, room, **changes)
    breach(question, lead)
    post()
    assert len(room.texts) == told


def test_a_private_message_is_never_quoted(room: Chat, question: Conversation, lead: Actor) -> None:
    Conversation.objects.filter(pk=question.pk).update(visibility="private")
    connect(lead, room)
    breach(question, lead)
    post()
    assert "headphones" not in room.texts[0]


def test_what_is_taken_before_it_is_told_is_not_told(
    room: Chat, question: Conversation, lead: Actor, agent: Actor, colleague: Actor
) -> None:
    from chimein.routing import services

    connect(lead, room)
    offer(question, [colleague])
    services.claim(actor=agent, conversation_id=question.pk, now=clock.now())
    post()
    assert room.texts == []


def test_a_chat_that_is_away_is_asked_again_and_its_health_shows(
    room: Chat, question: Conversation, lead: Actor
) -> None:
    connect(lead, room)
    room.answers = [(503, {}), (429, {"Retry-After": "120"})]
    breach(question, lead)
    post()
    assert "503" in Bridge.objects.get().last_error
    post(timedelta(seconds=15))
    post(timedelta(seconds=100))
    assert room.seen == 2, "it asked for two minutes"
    post(timedelta(seconds=140))
    assert len(room.texts) == 1
    assert Bridge.objects.get().last_error == ""


def test_a_room_that_is_gone_is_not_asked_for_ever(room: Chat, question: Conversation, lead: Actor) -> None:
    connect(lead, room)
    room.answers = [(404, {})]
    breach(question, lead)
    post()
    post(60 * MINUTE)
    assert (room.seen, BridgePost.objects.get().state) == (1, "failed")


def test_no_more_than_a_room_takes(
    room: Chat, question: Conversation, lead: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(lead, room, kinds=["mention"])
    monkeypatch.setattr(
        "chimein.alerts.posting._pace", lambda bridge, now: now + MINUTE if len(room.texts) > 1 else None
    )
    for number in range(4):
        tell(News(kinds.MENTION, lead.brand_id, f"n{number}", clock.now(), question.pk), [])
    post()
    assert len(room.texts) == 2


def test_the_pace_is_the_platform_s(room: Chat, question: Conversation, lead: Actor) -> None:
    made = connect(lead, room)
    now = clock.now()
    for number in range(60):
        BridgePost.objects.create(
            bridge=made, kind="offer", subject=f"s{number}", due_at=now, state="sent",
            sent_at=now - timedelta(seconds=50 - number / 2),
        )  # fmt: skip
    wait = posting._pace(made, now)
    assert wait == now + timedelta(seconds=10)


def test_trying_says_what_is_wrong(room: Chat, lead: Actor) -> None:
    made = connect(lead, room)
    assert bridges.try_out(actor=lead, bridge_id=made.pk, now=clock.now()).ok
    assert "ChimeIn is connected to this room" in room.texts[0]
    room.answers = [(400, {})]
    reply = bridges.try_out(actor=lead, bridge_id=made.pk, now=clock.now())
    assert (reply.ok, "400" in reply.error) == (False, True)


def test_an_address_inside_our_network_is_never_called(lead: Actor) -> None:
    made = bridges.save(actor=lead, wish=wish("http://127.0.0.1:1/hooks/secret"), now=clock.now())
    reply = bridges.try_out(actor=lead, bridge_id=made.pk, now=clock.now())
    assert "private network" in reply.error
    assert "hooks/secret" not in reply.error


@pytest.mark.parametrize(
    "changes",
    [
        {"platform": "slack", "url": "https://evil.example/services/x"},
        {"platform": "feishu", "url": "http://open.feishu.cn/open-apis/bot/v2/hook/x"},
        {"url": "ftp://chat.example/x"},
        {"url": "https://chat.example:99999/x"},
        {"url": ""},
        {"name": "  "},
        {"platform": "icq"},
    ],
)
def test_what_cannot_be_is_refused(lead: Actor, changes: dict[str, str]) -> None:
    with pytest.raises(UserError):
        bridges.save(actor=lead, wish=wish("https://chat.example/hooks/x", **changes), now=clock.now())
    assert not Bridge.objects.exists()


def test_only_leads_connect_rooms(agent: Actor, lead: Actor) -> None:
    with pytest.raises(NotAllowed):
        bridges.save(actor=agent, wish=wish("https://chat.example/hooks/x"), now=clock.now())


def test_a_secret_stays_when_the_form_is_sent_without_it(lead: Actor) -> None:
    first = wish("https://oapi.dingtalk.com/robot/send?access_token=a", platform="dingtalk", sign="SEC1")
    made = bridges.save(actor=lead, wish=first, now=clock.now())
    again = wish("", platform="dingtalk", name="Other")
    bridges.save(actor=lead, wish=again, now=clock.now(), bridge_id=made.pk)
    made.refresh_from_db()
    assert (made.name, made.secret["sign"]) == ("Other", "SEC1")
    moved = wish("https://oapi.dingtalk.com/robot/send?access_token=b", platform="dingtalk")
    bridges.save(actor=lead, wish=moved, now=clock.now(), bridge_id=made.pk)
    made.refresh_from_db()
    assert made.secret["sign"] == "", "another robot has another secret"


def test_the_address_is_not_readable_in_the_database(lead: Actor) -> None:
    bridges.save(actor=lead, wish=wish("https://chat.example/hooks/verysecret"), now=clock.now())
    (stored,) = db.fetch("SELECT encode(secret, 'escape') FROM alerts_bridge")
    assert "verysecret" not in stored[0]


def test_a_removed_room_is_told_nothing_and_can_come_back(
    room: Chat, question: Conversation, lead: Actor
) -> None:
    made = connect(lead, room)
    bridges.remove(actor=lead, bridge_id=made.pk, back=False, now=clock.now())
    breach(question, lead)
    assert not BridgePost.objects.exists()
    bridges.remove(actor=lead, bridge_id=made.pk, back=True, now=clock.now())
    Alert.objects.all().delete()
    breach(question, lead)
    post()
    assert len(room.texts) == 1


def test_a_note_calls_colleagues_by_name(
    room: Chat, question: Conversation, agent: Actor, lead: Actor
) -> None:
    from chimein.answering.services import add_note

    connect(lead, room, kinds=["mention"])
    Choice.objects.create(member_id=member_of(lead), kind="mention", way="mail", wanted=True)
    add_note(
        actor=agent, conversation_id=question.pk, text="@Lena, is this ours? a@b.example", now=clock.now()
    )
    post()
    told = Alert.objects.filter(kind="mention")
    assert {one.member_id for one in told} == {lead.membership_id}
    assert "Ann calls a colleague" in room.texts[0]
    assert "is this ours" not in room.texts[0], "a note stays inside"
