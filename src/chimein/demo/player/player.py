"""The living demo: one step again and again. All state is on the network and in the database."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.channels.models import ChannelAccount
from chimein.core import clock
from chimein.demo.player.bystanders import Bystanders
from chimein.demo.player.coaching import Coaching
from chimein.demo.player.credit import Credit
from chimein.demo.player.crew import Crew
from chimein.demo.player.customers import Customers
from chimein.demo.player.day import DAY_MINUTES, PREFIX, Play, plays_from, plays_of, scenes_of
from chimein.demo.player.helpers import Helpers
from chimein.demo.player.leads import Leads
from chimein.demo.player.matching import Memory
from chimein.demo.player.strangers import Strangers
from chimein.demo.player.town import Town, knock
from chimein.demo.scenario import Scenario, load_scenario
from chimein.demo.seeding import SLUG
from chimein.people.models import Brand

MINUTE = timedelta(seconds=10)
"""How long a minute of the written day takes at speed 1: something happens every ten seconds or so."""
PATIENCE = timedelta(minutes=3)
_AT_ONCE = 6
_A_NEW_DAY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the play is given: the brand in ChimeIn and the network. `speed` divides all pauses."""

    scenario: Scenario
    brand: Brand
    town: Town
    speed: float

    @property
    def minute(self) -> timedelta:
        return MINUTE / self.speed


class Player:
    """Customers, helpers, their coaches and leads, and whoever looks after strangers, step by step."""

    def __init__(self, stage: Stage, customers: Customers, *, patience: timedelta = PATIENCE) -> None:
        accounts = ChannelAccount.objects.filter(brand=stage.brand, is_active=True)
        helpers = Helpers(stage.scenario, stage.brand)
        self.customers = customers
        self._town = stage.town
        self._crew = Crew(
            stage.town,
            customers,
            helpers,
            brand_id=stage.brand.pk,
            accounts=[account.pk for account in accounts],
            scenes=stage.scenario.scenes,
            pace=stage.speed,
        )
        brand, pace, free = stage.brand.pk, stage.speed, self._crew.is_free
        self._credit = Credit(stage.scenario, stage.brand)
        self._leads = Leads(stage.scenario, helpers, brand_id=brand, pace=pace)
        self._coaching = Coaching(stage.scenario, helpers, free, brand_id=brand, pace=pace)
        self._bystanders = Bystanders(
            stage.scenario, helpers, free, lambda: customers.hour, brand_id=brand, pace=pace
        )
        self._strangers = Strangers(
            stage.town,
            customers,
            self._crew,
            helpers,
            Memory(stage.scenario),
            brand_id=stage.brand.pk,
            pace=stage.speed,
            patience=patience,
        )

    def step(self) -> None:
        """Look around and do what is due. Raises httpx.HTTPError or a database error; then step again."""
        self._town.look()
        now = clock.now()
        self.customers.run(now=now)
        self._crew.run(now=now)
        self._coaching.run(now=now)
        self._strangers.run(now=now)
        self._bystanders.run(now=now)
        self._leads.run(now=now)
        self._credit.run(now=now)

    def stop(self) -> None:
        """End in good order: nothing stays in anybody's hands."""
        self._crew.let_go(now=clock.now())


def open_stage(*, base_url: str, control_key: str, speed: float) -> Stage | None:
    """The stage, or None as long as the demo has not been seeded. `base_url` is the network's."""
    brand = Brand.objects.filter(slug=SLUG).first()
    if brand is None:
        return None
    scenario = load_scenario()
    town = Town(knock(base_url, control_key), brand=scenario.brand.handle)
    return Stage(scenario, brand, town, speed)


def living_day(stage: Stage, *, now: datetime) -> Player:
    """A player for the day from the present hour on, or from where an earlier player was ended.

    `now` carries the zone whose hours the day has. Raises httpx.HTTPError when the network is not there yet.
    """
    stage.town.look()
    begun = _begun(stage)
    first, minute = where_to_begin(stage, begun, now)
    scenes = scenes_of(stage.scenario, minute // DAY_MINUTES, minute)
    told = [one for one in scenes if one.key(0) in stage.town.keyed]
    # Two streams in order, of which one never ends.
    coming = heapq.merge(
        [one for one in scenes if one not in told], plays_from(stage.scenario, first), key=_minute
    )
    customers = _customers(stage, coming, minute)
    customers.resume([*begun, *told])
    return Player(stage, customers)


def _minute(play: Play) -> int:
    return play.minute


def play_some(
    stage: Stage, episode_ids: Sequence[str], *, meanwhile: Callable[[], None], seconds: float, day: int = 0
) -> dict[str, str]:
    """Play a few episodes, all begun at once; how each went, by its name: "finished" if all of it happened.

    `meanwhile` is called between steps, to take in and deliver where no worker does. What is not over after
    so many `seconds` is "still running". The same `day` again posts nothing twice.
    """
    known = [*plays_of(stage.scenario, day), *scenes_of(stage.scenario, day, day * DAY_MINUTES)]
    chosen = [play for play in known if play.episode.id in set(episode_ids)]
    player = Player(stage, _customers(stage, chosen, max(play.minute for play in chosen)))
    until = clock.now() + timedelta(seconds=seconds)
    while not player.customers.is_over and clock.now() < until:
        player.step()
        meanwhile()
    return player.customers.over | dict.fromkeys(player.customers.running, "still running")


def _customers(stage: Stage, coming: Iterable[Play], minute: int) -> Customers:
    form = ChannelAccount.objects.filter(brand=stage.brand, adapter="webform", is_active=True).first()
    return Customers(
        stage.town, coming, form_id=form.pk if form else None, minute=stage.minute, at=float(minute)
    )


def _begun(stage: Stage) -> list[Play]:
    """The plays of the last two days that the network knows of."""
    names = {key.rpartition(":")[0] for key in stage.town.keyed if key.startswith(PREFIX)}
    last = max((int(name.split(":")[1]) for name in names), default=-1)
    days = range(max(0, last - 1), last + 1)
    return [play for day in days for play in plays_of(stage.scenario, day) if play.name in names]


def where_to_begin(stage: Stage, begun: Sequence[Play], now: datetime) -> tuple[int, int]:
    """The minute of the first play and the minute it is. At the very first some plays are due at once."""
    hour = now.hour * 60 + now.minute
    if not begun:
        before = [play.minute for play in plays_of(stage.scenario, 0) if play.minute <= hour]
        return (before[-_AT_ONCE] if len(before) >= _AT_ONCE else 0), hour
    posted = max(said.at for key, said in stage.town.keyed.items() if key.startswith(PREFIX))
    latest = max(begun, key=lambda play: play.minute)
    minute = (latest.day + 1) * DAY_MINUTES + hour if now - posted > _A_NEW_DAY else latest.minute
    return minute, minute
