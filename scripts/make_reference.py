"""Writes docs/reference from the code: settings, events, commands, pages and channels.

python scripts/make_reference.py            write the pages
python scripts/make_reference.py --check    exit with 1 when they are out of date
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
_NOTE = (
    "<!-- Made from the code by scripts/make_reference.py; do not edit. "
    "由 scripts/make_reference.py 从代码生成，请勿手改。 -->"
)
_SKIPPED = ("chimein.demo.simnet", "chimein.runtime.pytest_plugin", "chimein.bench", "chimein.__main__")
_OUR_COMMANDS = (
    "seed", "connect", "replay", "triage", "train", "predict", "evaluate", "plan", "ledger", "worker", "play",
)  # fmt: skip
_SIGNING_IN = ("/accounts/", "/i18n/")


def prepare() -> None:
    """Load every module, so that all options and events have declared themselves."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimein.config.settings")
    import django

    django.setup()
    import chimein

    for found in pkgutil.walk_packages(chimein.__path__, "chimein."):
        if not found.name.startswith(_SKIPPED) and ".migrations" not in found.name:
            importlib.import_module(found.name)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    cells = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells)


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", _NOTE, *parts]) + "\n"


# ---------------------------------------------------------------- settings
_PLAIN = (
    ("DATABASE_URL", "", "PostgreSQL as postgresql://user:password@host:5432/name. Empty: the embedded one."),
    ("CHIMEIN_VAR", "var", "The folder for everything written at run time: database, secret key, mail."),
    ("CHIMEIN_SECRET_KEY", "", "The key that signs sessions. Empty: one is made and kept in the var folder."),
)  # fmt: skip


def _default(value: object) -> str:
    if value in ("", ()):
        return "–"
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    if isinstance(value, bool):
        return "`1`" if value else "`0`"
    return f"`{value}`"


def settings() -> str:
    """Every setting with default and help."""
    from chimein.core.options import all_options

    rows = [(f"`{name}`", _default(default), text) for name, default, text in _PLAIN]
    rows += [(f"`{one.env}`", _default(one.default), one.help) for one in all_options()]
    words = (
        "All settings are environment variables. Yes is `1`, no is `0`; lists are separated by commas.\n\n"
        "所有设置都是环境变量。是写 `1`，否写 `0`；列表用逗号分隔。"
    )
    return _page(
        "Settings · 设置", words, table(("Variable · 变量", "Default · 默认", "Meaning · 含义"), rows)
    )


# ---------------------------------------------------------------- events
def events() -> str:
    """Every kind of event with its data and who hears it."""
    from chimein.config import wiring
    from chimein.core import events as log

    wiring.connect()
    rows = []
    for kind in log.all_kinds():
        heard = [
            f"`{one.__module__.removeprefix('chimein.')}.{one.__name__}`"
            for one in log._HANDLERS.get(kind.name, ())
        ]
        keys = ", ".join(f"`{key}`" for key in kind.keys)
        rows.append((f"`{kind.name}`", kind.help, keys or "–", ", ".join(heard) or "–"))
    words = (
        "What is written to the event log, in the transaction of the change itself.\n\n"
        "写进事件日志的内容，与它所说的变化在同一个事务里。"
    )
    head = ("Event · 事件", "Meaning · 含义", "Data · 数据", "Heard by · 谁在听")
    return _page("Events · 事件", words, table(head, rows))


# ---------------------------------------------------------------- commands
def _arguments(parser: argparse.ArgumentParser, *, skip: frozenset[str]) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if action.dest in skip or isinstance(action, argparse._SubParsersAction):
            continue
        name = (
            ", ".join(f"`{one}`" for one in action.option_strings) or f"`{(action.metavar or action.dest)}`"
        )
        yield name, (action.help or "–").replace("%%", "%")


def _command(name: str, parser: argparse.ArgumentParser, *, skip: frozenset[str]) -> str:
    rows = list(_arguments(parser, skip=skip | {"help"}))
    words = (parser.description or "").split("\n")[0]
    return f"## chimein {name}\n\n{words}" + (
        f"\n\n{table(('Option · 选项', 'Meaning · 含义'), rows)}" if rows else ""
    )


def _django_parsers() -> Iterator[tuple[str, argparse.ArgumentParser, frozenset[str]]]:
    from django.core.management import load_command_class
    from django.core.management.base import BaseCommand

    common = frozenset(action.dest for action in BaseCommand().create_parser("chimein", "x")._actions)
    for name in _OUR_COMMANDS:
        yield name, load_command_class("chimein.config", name).create_parser("chimein", name), common


def commands() -> str:
    """Our commands with their options."""
    from chimein import cli
    from chimein.bench import __main__ as bench

    none: frozenset[str] = frozenset()
    parts = [_command("up", cli.up_parser(), skip=none), _command("doctor", cli.doctor_parser(), skip=none)]
    parts += [_command(name, parser, skip=skip) for name, parser, skip in _django_parsers()]
    for action in bench._parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            about = {choice.dest: choice.help for choice in action._choices_actions}
            for name, parser in action.choices.items():
                parser.description = f"{str(about[name]).capitalize()}."
                parts.append(_command(f"bench {name}", parser, skip=none))
    words = (
        "`chimein help` lists them; each explains itself with `--help`. Django's own commands work too.\n\n"
        "`chimein help` 列出全部命令，加 `--help` 看单个命令的说明。Django 自带的命令也能用。"
    )
    return _page("Commands · 命令", words, *parts)


# ---------------------------------------------------------------- pages
def _routes(patterns: Iterable[Any], prefix: str) -> Iterator[tuple[str, Any]]:
    from django.urls import URLResolver
    from django.urls.resolvers import LocalePrefixPattern

    for pattern in patterns:
        is_locale = isinstance(pattern.pattern, LocalePrefixPattern)
        path = prefix + ("<language>/" if is_locale else str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def _first_line(view: Any) -> str:
    return (view.__doc__ or "").strip().split("\n")[0].replace("``", "`")


def pages() -> str:
    """Every address with who may come in."""
    from chimein.config.urls import urlpatterns
    from chimein.core import policy
    from chimein.web.topics import TOPICS

    known = (value for value in vars(policy).values() if isinstance(value, policy.NamedPolicy))
    policies = [(f"**{one.name}**", one.help) for one in known]
    rows = []
    for path, view in _routes(urlpatterns, "/"):
        given = policy.policy_of(view)
        if given is not None:
            rows.append((f"`{path}`", given.name, _first_line(view)))
        elif not path.startswith(_SIGNING_IN):
            raise SystemExit(f"{path} has no policy")
    rows += [
        ("`/accounts/…`", "anyone", "Signing in, by django-allauth."),
        ("`/i18n/…`", "anyone", "The language."),
    ]
    asynchronous = [
        ("`/hooks/<adapter>/<token>`", "signed", "Webhooks of networks."),
        ("`/live?topics=…`", "by topic", "Live updates: " + ", ".join(f"`{name}`" for name in TOPICS) + "."),
        ("`/healthz`", "anyone", "Whether pages and database answer."),
        ("`/net/…`", "anyone", "The simulated network; only in the demo."),
    ]
    head = ("Address · 地址", "Who may · 谁能进", "What · 内容")
    return _page(
        "Pages · 页面",
        "## Policies · 权限\n\n" + table(("Policy · 权限", "Meaning · 含义"), policies),
        "## Pages · 页面\n\n" + table(head, rows),
        "## At the front door · 入口直接处理\n\n" + table(head, asynchronous),
    )


# ---------------------------------------------------------------- channels
def _ability(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "–"
    return f"{value:,}" if isinstance(value, int) else str(value)


def channels() -> str:
    """What each installed channel can do."""
    from chimein.channels import registry
    from chimein.channels.port import Capabilities

    adapters = [registry.adapter_for(name) for name in registry.names()]
    rows = [
        (f"`{field.name}`", *(_ability(getattr(one.capabilities, field.name)) for one in adapters))
        for field in dataclasses.fields(Capabilities)
    ]
    rows.append(("timelines", *(", ".join(one.streams) or "–" for one in adapters)))
    head = ("Ability · 能力", *(f"{one.label} (`{one.name}`)" for one in adapters))
    words = (
        "Buttons, counters and deliveries follow what a channel can do. How to add one: "
        "[Add a channel](../how-to/add-a-channel.md).\n\n"
        "按钮、字数和投递方式都由渠道能力决定。新增渠道见[添加渠道](../how-to/add-a-channel.zh-CN.md)。"
    )
    return _page("Channels · 渠道", words, table(head, rows))


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "events.md": events,
    "commands.md": commands,
    "pages.md": pages,
    "channels.md": channels,
}


def made() -> dict[Path, str]:
    """All pages as they should be."""
    from django.utils import translation

    with translation.override("en"):
        return {FOLDER / name: make() for name, make in PAGES.items()}


def outdated() -> list[Path]:
    """The pages that differ from the code."""
    return [path for path, text in made().items() if not path.exists() or path.read_text("utf-8") != text]


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/reference from the code.")
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    given = parser.parse_args()
    prepare()
    if given.check:
        old = [path.name for path in outdated()]
        print(
            f"Out of date: {', '.join(old)}. Run: make reference" if old else "The reference is up to date."
        )
        return int(bool(old))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
    print(f"Wrote {len(PAGES)} pages to {FOLDER.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
