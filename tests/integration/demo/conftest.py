"""The seeded demo with its network on a real server, and the worker's part done by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from chimein.answering.services import UNDO_SECONDS
from chimein.channels import deliveries, polling
from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.core.options import Option
from chimein.demo.player import Stage, open_stage, play_some
from chimein.demo.player.town import Town, knock
from chimein.demo.seeding import SLUG, seed_demo
from chimein.demo.simnet.app import create_app
from chimein.intake import batch
from chimein.people.models import Brand
from tests.contract.servers import allowing, serving

KEY = "demo-test-key"
NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)


@dataclass
class Demo:
    """The running demo; `stage` is quick. `client` speaks to the network's scripts."""

    stage: Stage
    brand: Brand
    warble: ChannelAccount
    client: httpx.Client
    folder: Path
    address: str

    @property
    def town(self) -> Town:
        self.stage.town.look()
        return self.stage.town

    def work(self) -> None:
        """What a worker does: listen, take in, deliver."""
        polling.poll_all()
        batch.drain()
        deliveries.run_due(now=clock.now())

    def play(self, *episode_ids: str, seconds: float = 40, day: int = 0) -> dict[str, str]:
        return play_some(self.stage, episode_ids, meanwhile=self.work, seconds=seconds, day=day)


@pytest.fixture
def in_a_hurry() -> Iterator[None]:
    """Answers are held for no time at all."""
    option: Option[int] = UNDO_SECONDS
    with option.override(0):
        yield


@pytest.fixture
def empty_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """The network's server over the file that the seed is going to fill; gives its address."""
    monkeypatch.setenv("WARBLE_CONTROL_KEY", KEY)
    with (
        serving(
            lambda address: create_app(path=tmp_path / "warble.sqlite3", base_url=f"{address}/net")
        ) as address,
        allowing(address),
    ):
        yield lambda: address


@pytest.fixture
def without_a_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two weeks of history would have to be taken in by every test."""
    monkeypatch.setattr("chimein.demo.seeding.demo.past_of", lambda *_args, **_more: [])


@pytest.fixture
def demo(db: None, empty_network: Callable[[], str], tmp_path: Path, in_a_hurry: None) -> Iterator[Demo]:
    address = empty_network()
    assert seed_demo(base_url=address, folder=tmp_path, now=NOW)
    brand = Brand.objects.get(slug=SLUG)
    warble = ChannelAccount.objects.get(brand=brand, adapter="warble")
    # The test's server has the network at its root.
    warble.base_url = address
    warble.save()
    stage = open_stage(base_url=address, control_key=KEY, speed=2000)
    assert stage is not None
    with knock(address, KEY) as client:
        client.put(
            "/control/faults", json={"reads_per_minute": 10**6, "posts_per_minute": 10**6}
        ).raise_for_status()
        try:
            yield Demo(stage, brand, warble, client, tmp_path, address)
        finally:
            stage.town.close()
