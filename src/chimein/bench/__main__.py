"""``chimein bench NAME``: measure on a database of its own, kept in ``var/bench`` for the next run.

What needs no database gets none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from chimein.runtime.paths import var_dir
from chimein.runtime.postgres import EmbeddedPostgres

Figures = dict[str, Any]
_WITHOUT_DATABASE = {"triage", "route"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chimein bench", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    intake = names.add_parser("intake", help="messages from the journal to the queue")
    intake.add_argument("--messages", type=int, default=115_257, help="how many (default: 115257)")
    intake.add_argument(
        "--stored", type=int, default=0, help="fill the database up to so many messages first"
    )
    intake.add_argument("--workers", type=int, default=2, help="intake processes (default: 2)")
    hooks = names.add_parser("hooks", help="signed webhooks, answered after commit")
    hooks.add_argument(
        "--seconds", type=float, default=8.0, help="how long each side is measured (default: 8)"
    )
    hooks.add_argument("--connections", type=int, default=32)
    live = names.add_parser("live", help="from a post on the simulated network to the screens")
    live.add_argument("--streams", type=int, default=200, help="connected streams (default: 200)")
    live.add_argument("--posts", type=int, default=60, help="posts to follow (default: 60)")
    names.add_parser(
        "serving", help="a page through the front door against Django's own asynchronous handler"
    )
    triage = names.add_parser("triage", help="labels, lane and reasons of messages, on one core")
    triage.add_argument("--messages", type=int, default=5000, help="how many in each pass (default: 5000)")
    route = names.add_parser("route", help="whom to ask: one decision over all helpers, on one core")
    route.add_argument("--helpers", type=int, default=26_000, help="how many (default: 26000)")
    route.add_argument("--questions", type=int, default=2000, help="how many decisions (default: 2000)")
    for name, one in names.choices.items():
        one.add_argument("--json", action="store_true", help="print the figures as JSON")
        if name not in _WITHOUT_DATABASE:
            one.add_argument("--fresh", action="store_true", help="begin with an empty database")
    return parser


def _measure(given: argparse.Namespace, folder: Path) -> Figures:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    run = _benchmark(given.name)
    return run(given, folder)


def _benchmark(name: str) -> Callable[[argparse.Namespace, Path], Figures]:
    found: Callable[[argparse.Namespace, Path], Figures] = import_module(f"chimein.bench.{name}").run
    return found


def _show(figures: Figures, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        shown = (
            f"{value:,.3f}"
            if isinstance(value, float)
            else f"{value:,}"
            if isinstance(value, int)
            else str(value)
        )
        print(f"{name:>22}: {shown}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark; its figures go to standard output, everything else to standard error."""
    given = _parser().parse_args(arguments)
    folder = var_dir() / "bench"
    if getattr(given, "fresh", False):
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "chimein.config.settings"
    os.environ["CHIMEIN_VAR"] = str(folder)
    os.environ.setdefault("CHIMEIN_LOG_LEVEL", "WARNING")
    if given.name in _WITHOUT_DATABASE:
        figures = _benchmark(given.name)(given, folder)
    else:
        with EmbeddedPostgres(folder) as url:
            os.environ["DATABASE_URL"] = url
            figures = _measure(given, folder)
    _show(figures, as_json=given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
