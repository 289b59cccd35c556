"""The pages: escaping, who one is, forms from elsewhere, languages, life below a prefix."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chimein.demo.simnet.app import create_app
from chimein.demo.simnet.texts import TEXTS
from chimein.demo.simnet.visitors import sign, unsign

Warble = Any
Serve = Callable[[Starlette, socket.socket], None]
EVIL = "<script>alert('x')</script>\"' onload=1 & https://a.example/?q=\"><b>"


@pytest.fixture
def browser(warble: Warble) -> Any:
    with httpx.Client(base_url=warble.base, headers={"Origin": warble.base}, follow_redirects=True) as client:
        yield client


def test_everything_is_escaped(warble: Warble, browser: httpx.Client) -> None:
    account = {"handle": "evil", "name": "<i>E</i>", "bio": EVIL}
    warble.persona.post("/persona/accounts", json=account)
    post = warble.say("evil", EVIL)
    warble.persona.post("/persona/evil/messages", json={"to": "ann", "text": EVIL})
    browser.post("/who", data={"handle": "ann"})
    for path in (
        "/",
        "/@evil",
        f"/p/{post['id']}",
        "/search?q=<script>",
        "/who",
        "/messages",
        "/messages/evil",
    ):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "<script>" not in answer.text
        assert "<i>E" not in answer.text
        assert "<b>" not in re.sub(r"<b>(\d|[^<]*</b>)", "", answer.text)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert not re.search(r"<[^>]+ (style|onload|onclick)=", answer.text)
    avatar = browser.get(f"/avatar/{post['author']['id']}.svg").text
    assert "&lt;" in avatar


def test_links_and_names_are_clickable(warble: Warble, browser: httpx.Client) -> None:
    post = warble.say("ann", "@acme see https://example.com/a_@b, please")
    html = browser.get(f"/p/{post['id']}").text
    assert '<a href="/@acme">@acme</a>' in html
    assert (
        '<a href="https://example.com/a_@b" rel="nofollow noopener ugc">https://example.com/a_@b</a>,' in html
    )


def test_a_visitor_takes_part(warble: Warble, browser: httpx.Client) -> None:
    assert browser.post("/post", data={"text": "nobody"}).status_code == 403
    browser.post("/who", data={"new": "1", "handle": "zoe", "name": "Zoe", "bio": "new here"})
    assert browser.post("/who", data={"new": "1", "handle": "ZOE"}).status_code == 409
    browser.post("/post", data={"text": "First\r\nwords @acme"})
    [post] = warble.feed("/api/mentions")
    assert (post["author"]["handle"], post["text"]) == ("zoe", "First\nwords @acme")
    started = re.search(r">([^<]*)</textarea>", browser.get(f"/p/{post['id']}").text)
    assert started, "a reply begins with the names of those it concerns, except one's own"
    assert started[1] == "@acme "
    browser.post("/post", data={"text": f"{started[1]}and more", "reply_to": post["id"]})
    browser.post(f"/p/{post['id']}/edit", data={"text": "Better words @acme"})
    browser.post("/@acme", data={"do": "follow"})
    browser.post("/messages/acme", data={"text": "a secret"})
    feed = warble.feed("/api/mentions")
    assert {(seen["text"], seen["revision"]) for seen in feed} == {
        ("@acme and more", 1),
        ("Better words @acme", 2),
    }
    assert [message["text"] for message in warble.feed("/api/messages")] == ["a secret"]
    assert warble.api.get("/api/me").json()["followers"] == 1
    long = browser.post("/post", data={"text": "x" * 281})
    assert long.status_code == 422
    assert "281 of 280" in long.text
    assert "x" * 281 in long.text, "what was typed is not lost"
    assert browser.post(f"/p/{post['id']}/delete").status_code == 200
    assert browser.get(f"/p/{post['id']}").status_code == 410


def test_only_own_posts_can_be_changed(warble: Warble, browser: httpx.Client) -> None:
    post = warble.say("bob", "mine")
    browser.post("/who", data={"handle": "ann"})
    assert browser.post(f"/p/{post['id']}/edit", data={"text": "yours"}).status_code == 403
    assert browser.post(f"/p/{post['id']}/delete").status_code == 403
    assert browser.post("/who", data={"handle": "acme"}).status_code == 403, "a brand is not for visitors"
    assert warble.api.get(f"/api/posts/{post['id']}").json()["text"] == "mine"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_forms_from_elsewhere_are_refused(warble: Warble, browser: httpx.Client, origin: str) -> None:
    browser.post("/who", data={"handle": "ann"})
    assert browser.post("/post", data={"text": "forged"}, headers={"Origin": origin}).status_code == 403
    assert warble.persona.get("/persona/posts").json()["data"] == []


def test_cookie_cannot_be_forged(warble: Warble, browser: httpx.Client) -> None:
    ann = warble.api.get("/api/accounts/ann").json()["id"]
    answer = browser.post("/post", data={"text": "x"}, headers={"Cookie": f"warble_me={ann}.0000"})
    assert answer.status_code == 403
    assert unsign("s", "a", sign("s", "a", "v")) == "v"
    assert unsign("s", "b", sign("s", "a", "v")) is None
    headers = httpx.post(
        f"{warble.base}/who", data={"handle": "ann"}, headers={"Origin": warble.base}
    ).headers
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(headers["set-cookie"].split("; "))


def test_weather_room(warble: Warble, browser: httpx.Client) -> None:
    assert browser.post("/control", data={"outage": "1"}).status_code == 403
    assert browser.post("/control", data={"key": "wrong"}).status_code == 403
    assert "API is down" in browser.post("/control", data={"key": "test-control-key"}).text
    faults = warble.persona.get("/control/faults").json()
    form = {name: str(value) for name, value in faults.items() if name != "outage"}
    browser.post("/control", data={**form, "lose_rate": "0.25", "outage": "1"})
    changed = warble.persona.get("/control/faults").json()
    assert (changed["outage"], changed["lose_rate"], changed["reads_per_minute"]) == (True, 0.25, 100_000)
    browser.post("/control", data={"calm": "1"})
    assert warble.persona.get("/control/faults").json()["outage"] is False


def test_languages(warble: Warble, browser: httpx.Client) -> None:
    assert "What people are saying" in browser.get("/").text
    assert "大家在说" in browser.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}).text
    assert "大家在说" in browser.get("/?lang=zh").text
    assert "大家在说" in browser.get("/").text, "remembered"
    places = re.compile(r"\{\w+\}")
    for name, (english, chinese) in TEXTS.items():
        assert sorted(places.findall(english)) == sorted(places.findall(chinese)), name


def test_nothing_new_is_answered_shortly(warble: Warble, browser: httpx.Client) -> None:
    warble.say("ann", "one")
    seq = re.search(r'data-seq="(\d+)"', browser.get("/").text)
    assert seq
    assert browser.get("/", headers={"X-Warble-Since": seq[1]}).status_code == 204
    warble.say("ann", "two")
    assert "two" in browser.get("/", headers={"X-Warble-Since": seq[1]}).text


def test_older_posts(warble: Warble, browser: httpx.Client) -> None:
    for number in range(45):
        warble.say("ann", f"number {number}.")
    first = browser.get("/").text
    link = re.search(r'href="\?(before=[\d-]+)"', first)
    assert link
    second = browser.get(f"/?{link[1]}").text
    shown = re.findall(r"number (\d+)\.", first) + re.findall(r"number (\d+)\.", second)
    assert shown == [str(number) for number in range(44, -1, -1)]


def test_below_a_prefix(tmp_path: Path, serve: Serve, listener: socket.socket) -> None:
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    net = create_app(path=tmp_path / "w.sqlite3", base_url=f"{origin}/net")
    serve(Starlette(routes=[Mount("/net", net)]), listener)
    key = (tmp_path / "w.sqlite3.key").read_text()
    try:
        with httpx.Client(base_url=f"{origin}/net", follow_redirects=True) as client:
            made = client.post(
                "/persona/accounts", json={"handle": "ann"}, headers={"X-Control-Key": key}
            ).json()
            assert made["url"] == f"{origin}/net/@ann"
            chosen = client.post("/who", data={"handle": "ann"}, headers={"Origin": origin})
            assert str(chosen.url) == f"{origin}/net/"
            client.post("/post", data={"text": "hello"}, headers={"Origin": origin})
            html = client.get("/").text
            links = set(re.findall(r'(?:href|src|action)="(/[^"#]*)"', html))
            assert all(link.startswith("/net/") for link in links)
            for link in links - {"/net/post"}:
                assert client.get(origin + link).status_code == 200, link
            assert client.get("/api/nothing").json()["error"] == "not_found"
            assert client.get("/nothing").status_code == 404
    finally:
        net.state.network.stop()
    assert (tmp_path / "w.sqlite3.key").stat().st_mode & 0o077 == 0
