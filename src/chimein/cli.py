"""The command line: `up` and `doctor` are ours, every other one is a management command of Django."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from chimein.runtime.errors import PlatformError
from chimein.runtime.paths import var_dir

_HELP = """ChimeIn: social customer care where anyone can chime in.

  chimein up             the database, the web server and the worker in one terminal
  chimein up --demo      the same with a made-up shop, a small social network and a living day
  chimein doctor         what is wrong with this installation, and how to mend it
  chimein seed           fill an empty database
  chimein connect        let a system of your own post messages in and take answers
  chimein replay FILE    send recorded customer-care traffic through the real intake
  chimein triage FILE    label the messages of a file: what it is, how risky, which lane and why
  chimein train          a model for any label, from a file of labelled messages
  chimein predict        the labels that a trained model gives to a file
  chimein evaluate       how good a trained model is, with a table and a picture
  chimein plan           what so many helpers would achieve, by simulation
  chimein bench NAME     measure intake, hooks, live updates, triage or routing
  chimein worker         do the background work (chimein up does it by itself)
  chimein migrate        bring the database up to this version
  chimein ledger         whether every message is accounted for
  chimein pg PROGRAM     psql, pg_dump or pg_restore on the database

`chimein COMMAND --help` explains one. `chimein commands` lists all, Django's own included.
The database is DATABASE_URL, else an embedded PostgreSQL that starts and stops by itself.
"""
# These say something about the program or a file, not about what is stored.
_WITHOUT_DATABASE = frozenset(
    {
        "collectstatic", "commands", "compilemessages", "diffsettings", "evaluate", "findstatic", "makemessages",
        "plan", "predict", "train", "triage", "version",
    }
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `chimein …` and end the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimein.config.settings")
    try:
        code = _run(words)
    except PlatformError as problem:
        print(f"{problem.what}\n{problem.remedy}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _run(words: list[str]) -> int:
    command = words[0] if words else "help"
    if command in {"-h", "--help"} or words == ["help"] or not words:
        print(_HELP, end="")
        return 0
    if command == "up":
        return _up(words[1:])
    if command == "doctor":
        return _doctor(words[1:])
    if command == "bench":
        from chimein.bench.__main__ import main as bench

        return bench(words[1:])
    if command == "pg":
        from chimein.runtime.pg_tools import run_tool

        return run_tool(words[1:], folder=var_dir())
    return _manage(words)


def up_parser() -> argparse.ArgumentParser:
    """What may follow `chimein up`; the reference in the docs is made from it."""
    parser = argparse.ArgumentParser(prog="chimein up", description="Run ChimeIn in this terminal.")
    parser.add_argument("--demo", action="store_true", help="a made-up shop, its network and a living day")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8000, help="the one port of everything (default: 8000)")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how fast the day of the demo passes (default: 1)"
    )
    return parser


def doctor_parser() -> argparse.ArgumentParser:
    """What may follow `chimein doctor`."""
    parser = argparse.ArgumentParser(
        prog="chimein doctor",
        description="Check this installation. The exit code is 1 when something is wrong.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument(
        "--port", type=int, default=8000, help="the port ChimeIn shall run on (default: 8000)"
    )
    return parser


def _up(words: list[str]) -> int:
    from chimein.runtime.plan import UpOptions, plan_of
    from chimein.runtime.supervisor import Supervisor
    from chimein.runtime.terminal import Terminal

    given = up_parser().parse_args(words)
    options = UpOptions(demo=given.demo, host=given.host, port=given.port, speed=given.speed)
    folder = var_dir()
    return Supervisor(plan_of(options, folder=folder), folder=folder, terminal=Terminal()).run()


def _doctor(words: list[str]) -> int:
    from chimein.runtime.doctor import examine, report

    given = doctor_parser().parse_args(words)
    return report(examine(folder=var_dir(), port=given.port), as_json=given.json)


def _manage(words: list[str]) -> int:
    if not _wants_database(words):
        return _django(["help"] if words == ["commands"] else words)
    from chimein.runtime.database import database_url

    with database_url(var_dir()) as url:
        os.environ["DATABASE_URL"] = url
        return _django(words)


def _wants_database(words: list[str]) -> bool:
    if "--help" in words or "-h" in words:
        return False
    # Triage of a file knows a brand's topics and policy only when told which brand.
    for_a_brand = any(word.partition("=")[0] == "--brand" for word in words)
    return words[0] not in _WITHOUT_DATABASE or (words[0] == "triage" and for_a_brand)


def _django(words: list[str]) -> int:
    from django.core.management import ManagementUtility

    try:
        ManagementUtility(["chimein", *words]).execute()
    except SystemExit as end:
        # Django ends the process itself after an error; the database must be stopped first.
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0
