"""``chimein play``: the demo's day, until stopped."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, InterfaceError, OperationalError, connection

from chimein.core import clock
from chimein.demo.player import Player, living_day, open_stage
from chimein.runtime.paths import var_dir

log = logging.getLogger(__name__)

_TICK_S = 0.7
_AFTER_TROUBLE_S = 2.0
_KEY_FILE = "warble.sqlite3.key"


class Command(BaseCommand):
    help = "Play the living day of the demo: customers ask on the simulated network, colleagues answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--speed", type=float, default=1.0, help="2 is twice as lively (default: 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["speed"] <= 0:
            raise CommandError("--speed must be above 0")
        if not settings.DEMO:
            raise CommandError("There is no simulated network: start with chimein up --demo.")
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        player: Player | None = None
        try:
            while True:
                player, pause = self._step(player, options["speed"])
                time.sleep(pause)
        finally:
            if player is not None:
                _end(player)

    def _step(self, player: Player | None, speed: float) -> tuple[Player | None, float]:
        """One step; the web server and the database may be gone for a while."""
        try:
            player = player or self._begin(speed)
            if player is not None:
                player.step()
            return player, _TICK_S / max(1.0, speed)
        except httpx.HTTPError as error:
            log.warning("the player waits for the network: %s", error)
        except (OperationalError, InterfaceError) as error:
            log.warning("the player waits for the database: %s", str(error).split("\n")[0])
            connection.close()
        except Exception:
            log.exception("the player stumbled and goes on")
        return player, _AFTER_TROUBLE_S

    def _begin(self, speed: float) -> Player | None:
        stage = open_stage(base_url=f"{settings.BASE_URL}/net", control_key=_control_key(), speed=speed)
        if stage is None:
            return None
        player = living_day(stage, now=clock.now().astimezone())
        self.stdout.write("the day goes on")
        return player


def _control_key() -> str:
    """The network's key: from the environment, else the file beside its database."""
    given = os.environ.get("WARBLE_CONTROL_KEY")
    return given or Path(var_dir() / _KEY_FILE).read_text(encoding="utf-8").strip()


def _end(player: Player) -> None:
    """Give back what is in hand; on a new connection, since the old one may have been cut off in mid-word."""
    with suppress(Error):
        connection.close()
        player.stop()


def _stop(_number: int, _frame: FrameType | None) -> None:
    # At any point: whatever is half done is rolled back or found again.
    sys.exit(0)
