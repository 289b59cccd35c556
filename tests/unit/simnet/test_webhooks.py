"""Webhooks: signed, repeated until accepted, sent once however many senders run; and their faults."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from chimein.demo.simnet.store import Store
from chimein.demo.simnet.webhooks import Sender

Warble = Any
Receiver = Any
Wait = Callable[[Callable[[], bool]], None]


def kinds(receiver: Receiver) -> list[str]:
    return [json.loads(hook.body)["type"] for hook in receiver.got]


def states(warble: Warble) -> list[str]:
    with warble.network.store.read() as db:
        return [row["state"] for row in db.execute("SELECT state FROM outbox ORDER BY id")]


def test_signature(warble: Warble, receiver: Receiver) -> None:
    post = warble.say("ann", "@acme 你好")
    hook = receiver.wait_for(1)[0]
    stamp = hook.headers["x-warble-timestamp"]
    mac = hmac.new(b"hush", stamp.encode() + b"." + hook.body, hashlib.sha256).hexdigest()
    assert hook.headers["x-warble-signature"] == f"sha256={mac}"
    assert abs(int(stamp) - time.time()) < 30
    event = json.loads(hook.body)
    assert hook.headers["x-warble-delivery"] == event["id"]
    assert (event["type"], event["post"]) == ("post.created", post)
    assert warble.api.get("/api/webhook").json() == {"url": receiver.url}


def test_every_kind_of_event_in_order(warble: Warble, receiver: Receiver) -> None:
    post = warble.say("ann", "@acme one")
    warble.persona.patch(f"/persona/ann/posts/{post['id']}", json={"text": "two"})
    warble.persona.delete(f"/persona/ann/posts/{post['id']}")
    receiver.wait_for(3)
    warble.persona.post("/persona/ann/messages", json={"to": "acme", "text": "hello"})
    receiver.wait_for(4)
    warble.persona.post("/persona/bob/follow/acme")
    receiver.wait_for(5)
    warble.api.post("/api/posts", json={"text": "our own words are not told to us"})
    warble.say("bob", "nor what does not concern us")
    warble.persona.post("/persona/bulk", json={"posts": [{"author": "bob", "text": "@acme nor bulk"}]})
    time.sleep(0.4)
    assert kinds(receiver) == [
        "post.created",
        "post.edited",
        "post.deleted",
        "message.created",
        "follow.created",
    ]
    assert json.loads(receiver.got[2].body)["post"]["deleted"] is True
    assert json.loads(receiver.got[4].body)["follow"]["follower"]["handle"] == "bob"


def test_retries_until_accepted(warble: Warble, receiver: Receiver, wait_until: Wait) -> None:
    receiver.statuses += [500, 302]
    warble.say("ann", "@acme once more")
    receiver.wait_for(3)
    wait_until(lambda: states(warble) == ["delivered"])
    assert len({hook.headers["x-warble-delivery"] for hook in receiver.got}) == 1
    assert len({hook.body for hook in receiver.got}) == 1


def test_given_up_after_the_last_retry(warble: Warble, receiver: Receiver, wait_until: Wait) -> None:
    receiver.statuses += [500] * 10
    warble.say("ann", "@acme anybody there?")
    wait_until(lambda: states(warble) == ["dropped"])
    assert len(receiver.got) == 3


def test_several_senders_deliver_each_event_once(
    warble: Warble, receiver: Receiver, wait_until: Wait
) -> None:
    stores = [Store(warble.network.store.path) for _ in range(3)]
    others = [Sender(store) for store in stores]
    for sender in others:
        sender.start()
    try:
        for number in range(60):
            warble.say("ann", f"@acme {number}")
        receiver.wait_for(60, 30)
        wait_until(lambda: set(states(warble)) == {"delivered"})
    finally:
        for sender in others:
            sender.stop()
        for store in stores:
            store.close()
    assert len({hook.headers["x-warble-delivery"] for hook in receiver.got}) == len(receiver.got) == 60


def test_event_of_a_killed_sender_is_taken_over(warble: Warble, receiver: Receiver) -> None:
    warble.network.sender.stop()
    warble.say("ann", "@acme hold on")
    with warble.network.store.write() as db:
        db.execute("UPDATE outbox SET attempts = 1, leased_until = ?", (int(time.time() * 1000) + 600,))
    warble.network.sender.start()
    time.sleep(0.3)
    assert receiver.got == []
    receiver.wait_for(1)


def test_lost_duplicate_and_delayed(warble: Warble, receiver: Receiver, wait_until: Wait) -> None:
    warble.faults(lose_rate=1)
    warble.say("ann", "@acme lost")
    assert states(warble) == ["lost"]
    warble.faults(lose_rate=0, duplicate_rate=1)
    warble.say("ann", "@acme twice")
    receiver.wait_for(2)
    assert receiver.got[0].headers["x-warble-delivery"] == receiver.got[1].headers["x-warble-delivery"]
    warble.faults(duplicate_rate=0, reorder_rate=1)
    warble.say("ann", "@acme slow")
    warble.faults(reorder_rate=0)
    warble.say("ann", "@acme fast")
    receiver.wait_for(4)
    texts = [json.loads(hook.body)["post"]["text"] for hook in receiver.got]
    assert texts == ["@acme twice", "@acme twice", "@acme fast", "@acme slow"]


def test_removed_webhook(warble: Warble, receiver: Receiver) -> None:
    assert warble.api.delete("/api/webhook").status_code == 200
    assert warble.api.get("/api/webhook").status_code == 404
    warble.say("ann", "@acme hello")
    assert states(warble) == []
    bad = warble.api.put("/api/webhook", json={"url": "ftp://x", "secret": "s"})
    assert bad.json()["error"] == "invalid_field"
