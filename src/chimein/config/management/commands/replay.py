"""``chimein replay FILE``: recorded customer-care traffic through journal and intake."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chimein.core.errors import UserError
from chimein.intake.replay import Counts, Replay, account_for


class Command(BaseCommand):
    help = "Send recorded traffic (.csv or .csv.gz) through journal and intake."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--speed", default="max", help="times faster than it happened, or max (default)")
        parser.add_argument("--brand", default="Replay", help="the brand it goes to; made when missing")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        speed = _speed(options["speed"])
        try:
            replay = Replay(account_for(options["brand"]), speed=speed, progress=self._show)
            counts = replay.run(options["file"])
        except UserError as error:
            raise CommandError(str(error)) from error
        if sys.stderr.isatty():
            self.stderr.write("")
        if options["json"]:
            self.stdout.write(json.dumps(counts.as_dict()))
        else:
            for name, value in counts.as_dict().items():
                self.stdout.write(f"{name.replace('_', ' '):>14}: {value:,}")

    def _show(self, counts: Counts, share: float) -> None:
        left = counts.seconds / share * (1 - share) if share else 0.0
        line = f"{share:6.1%}  {counts.read:,} read, {counts.new:,} new, {left:,.0f} s left"
        self.stderr.write(
            f"\r{line}   " if sys.stderr.isatty() else line, ending="" if sys.stderr.isatty() else "\n"
        )


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if speed <= 0:
        raise CommandError("--speed must be a number above 0, or max")
    return speed
