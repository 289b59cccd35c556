"""What the commands that work on a file of messages have in common; they need neither database nor server."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from chimein.core.errors import UserError
from chimein.core.progress import Progress
from chimein.triage.textfile import Row, rows

if TYPE_CHECKING:
    from chimein.triage.learn.textmodel import TextModel

WRONG_INPUT = 2
"""The exit code when file or options are at fault."""
_MOST_NAMED = 10
_ID = "id"


@dataclass(slots=True)
class LeftOut:
    """Rows that something needed is missing from: how many, and the first few by name."""

    what: str
    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: object) -> None:
        self.count += 1
        if len(self.names) < _MOST_NAMED:
            self.names.append(str(name))

    def __str__(self) -> str:
        rest = ", …" if self.count > len(self.names) else ""
        return f"{self.count:,} without {self.what} ({', '.join(self.names)}{rest})"


class FileCommand(BaseCommand):
    """A command on a file. What its user can mend is told in a sentence, with exit code 2."""

    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, allow_abbrev=False, **kwargs)

    def run_from_argv(self, argv: list[str]) -> None:
        with translation.override(terminal_language()):
            super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        _speak_utf8()
        self.progress = Progress(sys.stderr)
        try:
            self.work(options)
            self.stdout.flush()
        except UserError as error:
            self.progress.end()
            self.stderr.write(str(error))
            raise SystemExit(WRONG_INPUT) from error
        except BrokenPipeError:
            # Whoever read our output has seen enough (`| head`); Python must not try to flush the rest.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def work(self, options: dict[str, Any]) -> None:
        """Do it. Raises UserError for what the user can mend."""
        raise NotImplementedError

    def tell(self, text: str) -> None:
        """A line for the person at the terminal, beside the output."""
        self.progress.end()
        self.stderr.write(text, style_func=str)

    def tell_left_out(self, *left_out: LeftOut, what_then: str) -> None:
        """Which rows lacked something, and what was done with them."""
        for one in left_out:
            if one.count:
                self.tell(f"Rows: {one}; {what_then}.")


def add_file_options(parser: CommandParser) -> None:
    """File and columns as `train`, `predict` and `evaluate` name them."""
    parser.add_argument(
        "--file",
        type=Path,
        required=True,
        help="csv, jsonl or txt, each also .gz; - is jsonl from standard input",
    )
    add_column_options(parser)


def add_column_options(parser: CommandParser) -> None:
    """Columns that every file has."""
    parser.add_argument("--text-column", default="text", help="the column of the message (default: text)")
    parser.add_argument(
        "--id-column",
        default="",
        help="the column that names a row (default: id if there is one, else the row's number)",
    )


def labelled_rows(path: Path, options: dict[str, Any], *more: str) -> Iterator[Row]:
    """The rows of a file that must have the columns asked for."""
    needed = [options["text_column"], *filter(None, [options["id_column"]]), *more]
    return rows(path, needed=needed)


def row_id(row: Row, options: dict[str, Any]) -> str | int:
    """What names a row."""
    return row.id(options["id_column"] or _ID)


def label_of(row: Row, options: dict[str, Any]) -> str:
    """The right label, empty when it is missing."""
    return row.text(options["label_column"]).strip()


def load_model(path: Path) -> TextModel:
    """A model from a file. Raises UserError when it is none."""
    from chimein.triage.learn.textmodel import TextModel

    if not path.is_file():
        raise UserError(f"There is no model file {path}. Make one with: chimein train")
    try:
        return TextModel.load(path)
    except ValueError as error:
        raise UserError(f"{error}.") from error
    except (EOFError, KeyError, TypeError) as error:
        raise UserError(f"{path} is no model made by chimein train.") from error


def writable(path: Path) -> Path:
    """A place for a new file. Raises UserError when its folder does not exist or it is a folder itself."""
    if path.is_dir():
        raise UserError(f"{path} is a folder; give the name of a file.")
    if not path.absolute().parent.is_dir():
        raise UserError(f"The folder {path.absolute().parent} does not exist.")
    return path


def terminal_language() -> str:
    """The language of the terminal if ChimeIn speaks it, by the usual variables (LC_ALL, LC_MESSAGES, LANG)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if spoken := os.environ.get(name):
            code = spoken.split(".")[0].replace("_", "-").lower()
            try:
                return translation.get_supported_language_variant(code)
            except LookupError:
                break
    return settings.LANGUAGE_CODE


def _speak_utf8() -> None:
    """Chinese must come out whole even where the terminal's locale says ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
