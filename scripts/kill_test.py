"""Kill web, worker and database at random moments of a living day; afterwards nothing may be lost or doubled.

    python scripts/kill_test.py --kills 20

It runs the demo as a user would (`chimein up --demo`), sends SIGKILL to one of its processes again and again, lets
everything recover, and then holds the network's own record against ours: each post that concerns the brand is one
message and was received once, each answer of ours stands on the network once. Exits with 1 when that is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import psycopg

from chimein.runtime.pg_access import Access, free_port

MARKS = {"web": "chimein.web.serve", "worker": "worker", "database": "postgres"}
_RECOVER_S = 120.0


class Stage:
    """The running demo, seen from outside."""

    def __init__(self, folder: Path, *, speed: float) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = (folder / "kill_test.log").open("wb")
        command = [
            sys.executable,
            "-m",
            "chimein",
            "up",
            "--demo",
            "--port",
            str(self.port),
            "--speed",
            str(speed),
        ]
        env = {**os.environ, "CHIMEIN_VAR": str(folder)}
        env.pop("DATABASE_URL", None)
        self.process = subprocess.Popen(command, env=env, stdout=self.log, stderr=self.log)
        self.base = f"http://127.0.0.1:{self.port}"

    def healthy(self) -> bool:
        try:
            return httpx.get(f"{self.base}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def victim(self, kind: str) -> psutil.Process | None:
        """One of the supervisor's children: the oldest process of that kind."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = child.cmdline()
            except psutil.Error:
                continue
            if kind == "database" and line and line[0].endswith("postgres") and "-D" in line:
                return child
            if kind != "database" and MARKS[kind] in line[:4]:
                return child
        return None

    def query(self, sql: str) -> list[tuple[object, ...]]:
        access = Access.load(self.folder / "postgres.json")
        assert access is not None
        with psycopg.connect(access.url("chimein"), connect_timeout=3) as connection:
            return connection.execute(sql).fetchall()

    def posts(self) -> list[dict[str, object]]:
        """Everything that was ever posted, as the network itself knows it."""
        key = (self.folder / "warble.sqlite3.key").read_text().strip()
        found: list[dict[str, object]] = []
        cursor = ""
        while True:
            answer = httpx.get(
                f"{self.base}/net/persona/posts", params={"since": cursor}, headers={"X-Control-Key": key}, timeout=20
            ).raise_for_status().json()  # fmt: skip
            found += answer["data"]
            if not answer.get("more"):
                return found
            cursor = str(answer["cursor"])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def wait_for(what: str, ready: Callable[[], bool], *, seconds: float) -> None:
    """Until something is so. Raises TimeoutError, saying what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if ready():
                return
        except (httpx.HTTPError, psycopg.Error, OSError, KeyError):
            pass
        time.sleep(0.5)
    raise TimeoutError(what)


def kill_some(stage: Stage, kills: int, seed: int) -> Counter[str]:
    """Send SIGKILL to random parts at random moments, also while they are still recovering."""
    random_ = random.Random(seed)
    killed: Counter[str] = Counter()
    while sum(killed.values()) < kills:
        time.sleep(random_.uniform(0.5, 6.0))
        kind = random_.choice(tuple(MARKS))
        victim = stage.victim(kind)
        if victim is None:
            continue
        victim.kill()
        killed[kind] += 1
        print(f"killed {kind} ({sum(killed.values())}/{kills})", flush=True)
    return killed


_OURS = """
SELECT m.external_id, m.direction, count(*), count(e.id)
FROM conversations_message m
LEFT JOIN core_event e ON e.message_id = m.id AND e.kind IN ('message.received', 'message.published')
JOIN channels_channelaccount a ON a.id = m.account_id AND a.adapter = 'warble'
WHERE m.external_id IS NOT NULL AND m.visibility = 'public' GROUP BY 1, 2
"""


def concerns_brand(post: dict[str, object], threads: set[object], words: list[str]) -> bool:
    """Whether the network would show this post to the brand: it names it, or stands in one of its threads."""
    text = str(post.get("text", "")).lower()
    return post["conversation_id"] in threads or any(word in text for word in words)


def compare(stage: Stage, snapshot: list[dict[str, object]]) -> list[str]:
    """What is wrong: posts that are missing or doubled here, answers that are doubled or unknown there."""
    rows = stage.query(_OURS)
    ours = {str(row[0]): row for row in rows}
    brand = str(stage.query("SELECT external_id FROM channels_channelaccount WHERE adapter = 'warble'")[0][0])
    named = stage.query("SELECT listening_words, slug FROM people_brand")
    words = [str(word).lower() for word in [*named[0][0], named[0][1]]]  # type: ignore[misc]
    by_brand = [post for post in snapshot if post["author"]["id"] == brand]  # type: ignore[index]
    threads = {post["conversation_id"] for post in by_brand}
    problems = [
        f"post {post['id']} is missing: {str(post['text'])[:60]!r}"
        for post in snapshot
        if not post.get("deleted") and concerns_brand(post, threads, words) and str(post["id"]) not in ours
    ]
    problems += [
        f"post {pk} is here {n} times, told {told} times" for pk, _, n, told in rows if (n, told) != (1, 1)
    ]
    return problems + wrong_answers(stage, brand)


def wrong_answers(stage: Stage, brand: str) -> list[str]:
    """Answers that stand there twice, and deliveries of ours that are not there.

    Ours are read first, since the day goes on.
    """
    sent = stage.query(
        """SELECT d.external_id FROM channels_delivery d JOIN channels_channelaccount a ON a.id = d.account_id
           WHERE d.state = 'sent' AND NOT d.private AND a.adapter = 'warble'"""
    )
    keys = Counter(str(row[0]) for row in sent)
    by_brand = [post for post in stage.posts() if post["author"]["id"] == brand]  # type: ignore[index]
    said = Counter((post.get("reply_to"), post.get("text")) for post in by_brand if not post.get("deleted"))
    there = {str(post["id"]) for post in by_brand}
    problems = [f"answer posted {n} times: {text!r}" for (_, text), n in said.items() if n > 1]
    problems += [f"two deliveries claim post {pk}" for pk, n in keys.items() if n > 1]
    return problems + [
        f"delivery says {pk} was posted, the network knows nothing of it" for pk in keys if pk not in there
    ]


def gap(stage: Stage) -> int:
    """The ledger's gap, by the product's own command."""
    done = subprocess.run(
        [sys.executable, "-m", "chimein", "ledger", "--json"],
        env={**os.environ, "CHIMEIN_VAR": str(stage.folder)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return sum(abs(int(one["gap"])) for one in json.loads(done.stdout.splitlines()[-1]))


def settle(stage: Stage) -> list[str]:
    """Let everything recover, then compare; what is on its way gets a minute to arrive."""
    wait_for("the product to be healthy again", stage.healthy, seconds=_RECOVER_S)
    snapshot = stage.posts()
    problems: list[str] = []
    end = time.monotonic() + _RECOVER_S
    while time.monotonic() < end:
        try:
            problems = compare(stage, snapshot)
        except (httpx.HTTPError, psycopg.Error) as error:
            problems = [str(error)]
        if not problems:
            break
        time.sleep(3)
    found = gap(stage)
    print(f"{len(snapshot)} posts on the network, ledger gap {found}", flush=True)
    return [*problems, *([f"the ledger has a gap of {found}"] if found else [])]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--speed", type=float, default=60.0)
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="chimein-kill-"))
    folder.chmod(0o755)
    stage = Stage(folder, speed=given.speed)
    try:
        wait_for("the demo to start", stage.healthy, seconds=180)
        time.sleep(10)
        killed = kill_some(stage, given.kills, given.seed)
        problems = settle(stage)
    finally:
        stage.stop()
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"killed {dict(killed)}: {'FAILED' if problems else 'nothing lost, nothing doubled'}")
    if not problems:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
