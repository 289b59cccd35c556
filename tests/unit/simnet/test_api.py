"""The platform API: login, posts, idempotency, feeds, limits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

Warble = Any


def test_login_and_token(warble: Warble) -> None:
    form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "wrong"}
    refused = warble.api.post("/oauth/token", data=form)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    for headers in ({"Authorization": "Bearer nonsense"}, {"Authorization": ""}):
        answer = warble.api.get("/api/me", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= set(answer.headers)
    assert warble.api.get("/api/me").json()["handle"] == "acme"


def test_token_expires(warble: Warble) -> None:
    with warble.network.store.write() as db:
        db.execute("UPDATE tokens SET expires_at = 0")
    assert warble.api.get("/api/me").json()["error"] == "invalid_token"


def test_shape_of_a_post(warble: Warble) -> None:
    root = warble.say("ann", "Hi @ACME, my kettle sings. @nobody a@bob.example")
    reply = warble.say("bob", "Mine too", reply_to=root["id"], created_at="2020-01-01T00:00:00Z")
    post = warble.api.get(f"/api/posts/{root['id']}").json()
    assert post["mentions"] == ["acme"]
    assert post["url"] == f"{warble.base}/p/{root['id']}"
    author = {"id", "handle", "name", "avatar_url", "followers", "following", "verified", "url"}
    place = {"id", "url", "reply_to", "conversation_id", "author", "mentions"}
    assert set(post) == place | {"text", "created_at", "edited_at", "revision", "deleted"}
    assert set(post["author"]) == author
    assert (reply["reply_to"], reply["conversation_id"]) == (root["id"], root["id"])
    assert reply["created_at"] > root["created_at"], "a reply can't be older than what it answers"
    assert int(reply["id"]) > int(root["id"])
    assert httpx.get(post["author"]["avatar_url"]).headers["content-type"].startswith("image/svg")


def test_same_key_at_the_same_time_is_one_post(warble: Warble) -> None:
    start = threading.Barrier(50)

    def send(_: int) -> httpx.Response:
        with httpx.Client(base_url=warble.base, headers=dict(warble.api.headers), timeout=30) as client:
            start.wait()
            return client.post("/api/posts", json={"text": "once"}, headers={"Idempotency-Key": "k1"})

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(answer.headers.get("idempotent-replayed") == "true" for answer in answers) == 49
    assert len(warble.persona.get("/persona/posts").json()["data"]) == 1


def test_key_reuse_and_lookup(warble: Warble) -> None:
    headers = {"Idempotency-Key": "k2"}
    made = warble.api.post("/api/posts", json={"text": "one"}, headers=headers).json()
    other = warble.api.post("/api/posts", json={"text": "two"}, headers=headers)
    assert (other.status_code, other.json()["error"]) == (409, "key_reused")
    assert warble.api.get("/api/posts", params={"idempotency_key": "k2"}).json() == {"data": [made]}
    assert warble.api.get("/api/posts", params={"idempotency_key": "k3"}).json() == {"data": []}


def test_refusals(warble: Warble) -> None:
    post = warble.say("ann", "@acme hello")
    long = warble.api.post("/api/posts", json={"text": "好" * 141})
    assert (long.status_code, long.json()["error"]) == (422, "too_long")
    assert (long.json()["limit"], long.json()["length"]) == (280, 282)
    assert warble.api.post("/api/posts", json={"text": "好" * 140}).status_code == 201
    assert warble.api.post("/api/posts", json={"text": " "}).json()["error"] == "empty"
    assert warble.api.post("/api/posts", content=b"{").json()["error"] == "bad_request"
    assert warble.api.post("/api/posts", content=b'{"text": "\\ud800"}').status_code == 422
    assert (
        warble.api.patch(f"/api/posts/{post['id']}", json={"text": "mine"}).json()["error"] == "not_allowed"
    )
    warble.persona.post("/persona/ann/block/acme")
    blocked = warble.api.post("/api/posts", json={"text": "hi", "reply_to": post["id"]})
    assert (blocked.status_code, blocked.json()["error"]) == (403, "not_allowed")
    warble.persona.delete("/persona/ann/block/acme")
    warble.persona.delete(f"/persona/ann/posts/{post['id']}")
    gone = warble.api.post("/api/posts", json={"text": "hi", "reply_to": post["id"]})
    assert (gone.status_code, gone.json()["error"]) == (410, "target_gone")
    assert warble.api.get(f"/api/posts/{post['id']}").status_code == 410
    assert warble.api.get("/api/posts/1").status_code == 404
    assert warble.api.get("/api/nothing").json()["error"] == "not_found"
    assert warble.persona.get("/persona/posts", headers={"X-Control-Key": ""}).status_code == 401


def test_mentions_hold_what_concerns_the_brand(warble: Warble) -> None:
    named = warble.say("ann", "Dear @acme")
    warble.say("bob", "Unrelated")
    quiet = warble.say("bob", "acme without the sign")
    below = warble.say("li", "I wonder as well", reply_to=quiet["id"])
    ids = [post["id"] for post in warble.feed("/api/mentions")]
    assert ids == [named["id"]]
    answer = warble.api.post("/api/posts", json={"text": "Here!", "reply_to": quiet["id"]}).json()
    more = warble.say("bob", "Oh, thanks", reply_to=answer["id"])
    ids = [post["id"] for post in warble.feed("/api/mentions")]
    assert set(ids) == {named["id"], quiet["id"], below["id"], answer["id"], more["id"]}
    assert ids[0] == named["id"]
    assert len(ids) == 5


def test_edits_and_deletions_reappear(warble: Warble) -> None:
    post = warble.say("ann", "@acme it is broken")
    page = warble.api.get("/api/mentions").json()
    warble.persona.patch(f"/persona/ann/posts/{post['id']}", json={"text": "it is fine again"})
    page = warble.api.get("/api/mentions", params={"cursor": page["cursor"]}).json()
    assert [(seen["text"], seen["revision"]) for seen in page["data"]] == [("it is fine again", 2)]
    assert page["data"][0]["edited_at"]
    searched = warble.feed("/api/search", q="BROKEN")
    assert [seen["id"] for seen in searched] == [post["id"]], "found by what it said before the edit"
    warble.persona.delete(f"/persona/ann/posts/{post['id']}")
    page = warble.api.get("/api/mentions", params={"cursor": page["cursor"]}).json()
    tombstone = {"id": post["id"], "conversation_id": post["id"], "deleted": True, "author": post["author"]}
    assert page["data"] == [tombstone]
    assert warble.feed("/api/search", q="broken") == [tombstone]


def test_cursor_never_skips_while_others_write(warble: Warble) -> None:
    count, writers = 40, 4

    def write(writer: int) -> None:
        with httpx.Client(base_url=warble.base, headers=dict(warble.persona.headers), timeout=30) as client:
            for number in range(count):
                answer = client.post("/persona/ann/posts", json={"text": f"@acme {writer}-{number}"})
                assert answer.status_code == 201

    seen: list[str] = []
    with ThreadPoolExecutor(writers) as pool:
        jobs = [pool.submit(write, writer) for writer in range(writers)]
        cursor = ""
        while True:
            finished = all(job.done() for job in jobs)
            page = warble.api.get("/api/mentions", params={"cursor": cursor, "limit": 7}).json()
            cursor = page["cursor"]
            seen += [post["id"] for post in page["data"]]
            if finished and not page["more"]:
                break
    for job in jobs:
        job.result()
    assert len(seen) == len(set(seen)) == count * writers


def test_search(warble: Warble) -> None:
    one = warble.say("ann", "My KETTLE sings")
    two = warble.say("bob", "我的热水壶坏了")
    warble.say("li", "Nothing to see")
    assert [post["id"] for post in warble.feed("/api/search", q=["kettle", "热水壶"], limit=1)] == [
        one["id"],
        two["id"],
    ]
    assert [post["id"] for post in warble.feed("/api/search", q="热水壶 OR sofa")] == [two["id"]]
    assert warble.api.get("/api/search").status_code == 400
    mentions = warble.api.get("/api/mentions").json()["cursor"]
    assert (
        warble.api.get("/api/search", params={"q": "x", "cursor": mentions}).json()["error"] == "bad_cursor"
    )


def test_messages(warble: Warble) -> None:
    refused = warble.api.post("/api/messages", json={"to": "ann", "text": "psst"})
    assert (refused.status_code, refused.json()["error"]) == (403, "not_allowed")
    first = warble.persona.post("/persona/ann/messages", json={"to": "acme", "text": "hello"}).json()
    headers = {"Idempotency-Key": "m1"}
    answer = warble.api.post("/api/messages", json={"to": "ann", "text": "hi"}, headers=headers)
    again = warble.api.post("/api/messages", json={"to": "ann", "text": "hi"}, headers=headers)
    assert (answer.status_code, again.status_code) == (201, 200)
    assert (
        again.json() == answer.json() == warble.api.get("/api/messages?idempotency_key=m1").json()["data"][0]
    )
    low, high = sorted((first["from"]["id"], first["to"]["id"]), key=int)
    assert first["conversation_id"] == answer.json()["conversation_id"] == f"dm-{low}-{high}"
    warble.persona.post("/persona/ann/messages", json={"to": "bob", "text": "not for the brand"})
    assert [message["text"] for message in warble.feed("/api/messages")] == ["hello", "hi"]
    warble.persona.post("/persona/bob/follow/acme")
    assert warble.api.post("/api/messages", json={"to": "bob", "text": "welcome"}).status_code == 201
    assert warble.api.post("/api/messages", json={"to": "bob", "text": "x" * 1001}).json()["limit"] == 1000


def test_thread_order(warble: Warble) -> None:
    root = warble.say("ann", "root")
    one = warble.say("bob", "one", reply_to=root["id"])
    two = warble.say("li", "two", reply_to=root["id"])
    deep = warble.say("ann", "deep", reply_to=one["id"])
    data = warble.api.get(f"/api/posts/{deep['id']}/thread").json()["data"]
    assert [post["id"] for post in data] == [root["id"], one["id"], two["id"], deep["id"]]
    html = httpx.get(root["url"]).text
    places = [html.index(f'id="p{post["id"]}"') for post in (root, one, deep, two)]
    assert places == sorted(places), "on the page an answer stands right below what it answers"


def test_rate_limit(warble: Warble) -> None:
    warble.faults(reads_per_minute=3, posts_per_minute=1)
    statuses = [warble.api.get("/api/me").status_code for _ in range(8)]
    assert 429 in statuses
    last = warble.api.get("/api/me")
    if last.status_code == 200:  # a new minute began just now
        last = [warble.api.get("/api/me") for _ in range(3)][-1]
    assert last.json()["error"] == "rate_limited"
    assert last.headers["x-rate-limit-remaining"] == "0"
    assert 1 <= int(last.headers["retry-after"]) <= 60


def test_bulk_is_all_or_nothing(warble: Warble) -> None:
    posts = [
        {"author": "new1", "text": "question for @acme", "created_at": "2026-01-01T10:00:00Z", "ref": "q"},
        {"author": "acme", "text": "answer", "reply_to": "q", "created_at": "2026-01-01T10:05:00Z"},
    ]
    body = {"accounts": [{"handle": "new1", "name": "New", "followers": 5}], "posts": posts}
    bad = {**body, "posts": [*posts, {"author": "nobody", "text": "x"}]}
    refused = warble.persona.post("/persona/bulk", json=bad)
    assert (refused.status_code, refused.json()["index"]) == (404, 2)
    assert warble.persona.get("/persona/posts").json()["data"] == []
    made = warble.persona.post("/persona/bulk", json=body).json()
    feed = warble.feed("/api/mentions")
    assert [post["id"] for post in feed] == made["ids"]
    assert (feed[1]["reply_to"], feed[1]["created_at"]) == (made["refs"]["q"], "2026-01-01T10:05:00.000Z")


@pytest.mark.parametrize("since", ["", "0"])
def test_all_posts_for_checks(warble: Warble, since: str) -> None:
    warble.say("ann", "one")
    data = warble.persona.get("/persona/posts", params={"since": since}).json()["data"]
    assert [(post["text"], post["idempotency_key"]) for post in data] == [("one", None)]
    after = warble.persona.get("/persona/posts", params={"since": data[0]["seq"]}).json()
    assert after["data"] == []


def test_account_that_becomes_a_brand_gets_its_feed(warble: Warble) -> None:
    post = warble.say("ann", "dear @li")
    warble.persona.post("/persona/apps", json={"client_id": "two", "client_secret": "s", "handle": "li"})
    form = {"grant_type": "client_credentials", "client_id": "two", "client_secret": "s"}
    token = warble.api.post("/oauth/token", data=form).json()["access_token"]
    page = warble.api.get("/api/mentions", headers={"Authorization": f"Bearer {token}"}).json()
    assert [seen["id"] for seen in page["data"]] == [post["id"]]
