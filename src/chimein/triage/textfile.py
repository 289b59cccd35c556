"""Files of messages, read row by row: csv and jsonl with named columns, txt with one message a line; each also gzipped.

Whatever is wrong with a file is told in words its owner can act on.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from chimein.core.errors import UserError

STANDARD_INPUT = Path("-")
_LONGEST_FIELD = 10_000_000
_LOOK_AHEAD = 100
_KINDS = (".csv", ".jsonl", ".txt")
_TRUE = {"1", "true", "yes", "y", "t"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts rows from 1; `share` is how much of the file has been read, None when nobody knows."""

    number: int
    cells: Mapping[str, Any]
    share: float | None

    def text(self, column: str) -> str:
        """The cell as text; empty when there is none. Raises UserError for a list or an object."""
        value = self.cells.get(column)
        if value is None or isinstance(value, str):
            return _clean(value or "")
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        raise UserError(f"Row {self.number}: column {column} holds a list or an object; text is needed.")

    def id(self, column: str) -> str | int:
        """The cell that names the row, the row's number when it is empty."""
        value = self.cells.get(column)
        return value if isinstance(value, int) else self.text(column).strip() or self.number

    def number_in(self, column: str) -> int:
        """A count, such as followers; 0 for anything else."""
        try:
            return max(0, int(float(self.text(column) or 0)))
        except (ValueError, OverflowError):
            return 0

    def flag(self, column: str) -> bool:
        """Whether the cell says yes."""
        return self.text(column).strip().lower() in _TRUE


def _clean(text: str) -> str:
    """Without the zero character and half characters, which neither the models nor JSON can take."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def rows(path: Path, *, needed: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a file; ``-`` is jsonl from standard input.

    Raises UserError when the file cannot be read, is broken, or lacks a column in `needed`.
    """
    name = "Standard input" if path == STANDARD_INPUT else str(path)
    with _plain_words(name), _opened(path) as (raw, size):
        kind, stream = _stream(path, raw)
        found = _READERS[kind](stream, name)
        _check_columns(found, needed, name)
        for number, cells in enumerate(found, 1):
            yield Row(number, cells, min(1.0, raw.tell() / size) if size else None)


def _check_columns(found: _Cells, needed: Sequence[str], name: str) -> None:
    columns = found.columns()
    lacking = [column for column in needed if column not in columns]
    if lacking:
        there = f"There are: {', '.join(columns)}." if columns else "It is empty."
        raise UserError(f"{name} has no column {', '.join(lacking)}. {there}")


@contextmanager
def _plain_words(name: str) -> Iterator[None]:
    try:
        yield
    except gzip.BadGzipFile as error:
        raise UserError(f"{name} is named .gz, yet it is not a gzip file.") from error
    except (EOFError, zlib.error) as error:
        raise UserError(f"{name} is damaged: the gzip data break off or make no sense.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{name} is not UTF-8 text. Save it again as UTF-8, then retry.") from error
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror or error}.") from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The file and its size in bytes, 0 when it has none."""
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer, 0
        return
    with path.open("rb") as raw:
        yield raw, path.stat().st_size


def _stream(path: Path, raw: IO[bytes]) -> tuple[str, io.TextIOWrapper]:
    kind = ".jsonl" if path == STANDARD_INPUT else Path(path.name.removesuffix(".gz")).suffix.lower()
    if kind not in _KINDS:
        raise UserError(f"{path}: the name must end in {', '.join(_KINDS)}, or in one of these and .gz.")
    plain: Any = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
    return kind, io.TextIOWrapper(plain, encoding="utf-8-sig", newline="" if kind == ".csv" else None)


class _Cells:
    """Rows as mappings. Some are read ahead, to know the columns of a format that has no heading."""

    def __init__(self, found: Iterator[Mapping[str, Any]], heading: Iterable[str] | None = None) -> None:
        self._found = found
        self._ahead: deque[Mapping[str, Any]] = deque()
        self._heading = heading

    def columns(self) -> list[str]:
        if self._heading is not None:
            return list(self._heading)
        self._ahead.extend(islice(self._found, _LOOK_AHEAD))
        return list(dict.fromkeys(name for cells in self._ahead for name in cells))

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        while self._ahead:
            yield self._ahead.popleft()
        yield from self._found


def _csv(stream: io.TextIOWrapper, name: str) -> _Cells:
    csv.field_size_limit(_LONGEST_FIELD)
    # Strict, since a quote that is never closed would else swallow the rest of the file without a word.
    reader = csv.DictReader(stream, strict=True)
    try:
        heading = reader.fieldnames or ()
    except csv.Error as error:
        raise UserError(f"{name}, line 1: {error}.") from error
    return _Cells(_csv_rows(reader, name), heading)


def _csv_rows(reader: csv.DictReader[str], name: str) -> Iterator[Mapping[str, Any]]:
    try:
        for cells in reader:
            surplus: Any = cells.pop(None, ())
            if any(surplus):
                raise UserError(
                    f"{name}, line {reader.line_num}: more cells than the heading has. Is a comma not in quotes?"
                )
            yield cells
    except csv.Error as error:
        # The reader still stands at the end of the last good row, so this is where the broken one begins.
        line = reader.line_num + 1
        raise UserError(f"{name}, row that begins in line {line}: {error}. Is a quote not closed?") from error


def _jsonl(stream: io.TextIOWrapper, name: str) -> _Cells:
    return _Cells(_json_rows(stream, name))


def _json_rows(stream: io.TextIOWrapper, name: str) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{name}, line {number}: this is not JSON.") from error
        if not isinstance(cells, dict):
            raise UserError(f'{name}, line {number}: a JSON object is needed, like {{"text": "…"}}.')
        yield cells


def _txt(stream: io.TextIOWrapper, name: str) -> _Cells:
    return _Cells(({"text": line.rstrip("\n")} for line in stream), ["text"])


_READERS = {".csv": _csv, ".jsonl": _jsonl, ".txt": _txt}
