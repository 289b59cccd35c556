"""Starting and stopping the product, and speaking on its simulated network as anybody."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

import httpx

from chimein.demo.simnet.webhooks import signature

ROOT = Path(__file__).resolve().parents[2]
BRAND = "tamarind"
# Shorter than in life, so that the tests wait little; typing still keeps a claim as long as it does in life.
LEASE_SECONDS = 20
UNDO_SECONDS = 6
_SETTINGS = {
    "CHIMEIN_LEASE_SECONDS": str(LEASE_SECONDS),
    "CHIMEIN_UNDO_SECONDS": str(UNDO_SECONDS),
    "CHIMEIN_ASKS_PER_HOUR": "500",
    "CHIMEIN_POLL_SECONDS": "2",
    "CHIMEIN_MATCHED_FIRST_MINUTES": "0",
    "CHIMEIN_REVIEW_SAMPLE_PERCENT": "0",
    "CHIMEIN_VETO_SECONDS": "4",
    "CHIMEIN_CROWD_MINUTES": "45",  # what is looked at must not go to the desk meanwhile
}
_STARTS_WITHIN_S = 120.0

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Product:
    """A running ChimeIn with its network."""

    url: str
    folder: Path
    log: Path
    client: httpx.Client = field(repr=False)

    def persona(self, method: str, path: str, body: Json | None = None) -> Json:
        """Call the network's API for scripts, as any of its accounts."""
        key = (self.folder / "warble.sqlite3.key").read_text().strip()
        answer = self.client.request(method, f"/net{path}", json=body, headers={"X-Control-Key": key})
        answer.raise_for_status()
        return dict(answer.json())

    def join(self, handle: str, name: str, *, followers: int = 40) -> None:
        """Make an account on the network."""
        self.persona("POST", "/persona/accounts", {"handle": handle, "name": name, "followers": followers})

    def say(self, handle: str, text: str, *, reply_to: str = "") -> str:
        """Post as this account; the post's id."""
        body = {"text": text} | ({"reply_to": reply_to} if reply_to else {})
        return str(self.persona("POST", f"/persona/{handle}/posts", body)["id"])

    def weather(self, **switches: object) -> None:
        """Set what goes wrong on the network."""
        self.persona("PUT", "/control/faults", dict(switches))

    def replies_to(self, post_id: str) -> list[Json]:
        """What stands below a post on the network, written by the brand, oldest first."""
        found = [post for post in self._all_posts() if post.get("reply_to") == post_id]
        return [post for post in found if post["author"]["handle"] == BRAND]

    def posts_of_brand(self) -> list[str]:
        """Every text the brand has posted, private messages included."""
        posts = [post["text"] for post in self._all_posts() if post["author"]["handle"] == BRAND]
        private = self.persona("GET", "/persona/messages?limit=1000")["data"]
        return posts + [message["text"] for message in private]

    def send_garbage(self) -> None:
        """The network signs and sends something that makes no sense."""
        with closing(sqlite3.connect(self.folder / "warble.sqlite3")) as db:
            rows = db.execute("SELECT webhook_url, webhook_secret FROM apps WHERE webhook_url <> ''")
            url, secret = rows.fetchone()
        body = b'{"type": "post.created", "data": "not what anybody expects"}'
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Warble-Timestamp": moment,
            "X-Warble-Signature": signature(secret, moment, body),
            "X-Warble-Delivery": f"garbage-{time.monotonic_ns()}",
        }
        assert self.client.post(url, content=body, headers=headers).status_code == 200

    def _all_posts(self) -> list[Json]:
        found: list[Json] = []
        since = ""
        while True:
            page = self.persona("GET", f"/persona/posts?limit=1000&since={since}")
            found += [row for row in page["data"] if not row.get("deleted")]
            if not page["more"]:
                return found
            since = page["cursor"]


def until(check: Callable[[], T | None], *, within_s: float = 15.0, what: str = "it") -> T:
    """The first true result of `check`, asked again and again. Fails when there is none in time."""
    deadline = time.monotonic() + within_s
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not happen within {within_s:g} s"
        time.sleep(0.1)


@contextmanager
def running_product(*, speed: float = 0) -> Iterator[Product]:
    """The product in a folder of its own, on a free port; everything is gone afterwards.

    With a `speed` the demo's people play their day in it.
    """
    folder = Path(tempfile.mkdtemp(prefix="chimein-e2e-"))
    folder.chmod(0o711)  # the database server may run as another account
    port = _free_port()
    log = folder / "terminal.log"
    with log.open("wb") as out:
        process = _start(port, folder, out, speed)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                product = Product(f"http://127.0.0.1:{port}", folder, log, client)
                _wait_until_ready(product, process, plays=bool(speed))
                yield product
        finally:
            _stop(process)
    shutil.rmtree(folder, ignore_errors=True)


def _start(port: int, folder: Path, out: IO[bytes], speed: float) -> subprocess.Popen[bytes]:
    own = ("DATABASE_URL", "CHIMEIN_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    environment |= {"CHIMEIN_VAR": str(folder), **_SETTINGS}
    command = [sys.executable, "-m", "tests.e2e.serve", str(port), *([f"{speed:g}"] if speed else [])]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_ready(product: Product, process: subprocess.Popen[bytes], *, plays: bool) -> None:
    """Until pages are served and, where nothing goes on besides, the network's past has been taken in."""

    def ready() -> bool:
        assert process.poll() is None, product.log.read_text(errors="replace")[-3000:]
        try:
            return product.client.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    until(ready, within_s=_STARTS_WITHIN_S, what="the start")
    if not plays:
        until(lambda: _past_is_in(product), within_s=60, what="taking in the past")


def _past_is_in(product: Product) -> bool:
    before = product.client.get(f"/en/{BRAND}/feed.json").json()["items"]
    time.sleep(2.5)
    return bool(before) and before == product.client.get(f"/en/{BRAND}/feed.json").json()["items"]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
