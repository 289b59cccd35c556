"""``chimein train``: a model for any label, from a file of labelled messages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from chimein.config.management.filework import (
    FileCommand,
    LeftOut,
    add_file_options,
    label_of,
    labelled_rows,
    row_id,
    writable,
)
from chimein.core.errors import UserError

_MOST_NAMED = 12


class Command(FileCommand):
    help = "Train a model for any label from a file of labelled messages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--task", required=True, help="what the label says, for example sentiment")
        add_file_options(parser)
        parser.add_argument(
            "--label-column", default="label", help="the column of the right label (default: label)"
        )
        parser.add_argument("--out", type=Path, required=True, help="the model file to write")
        parser.add_argument(
            "--fast", action="store_true", help="seconds instead of minutes, a few points less"
        )

    def work(self, options: dict[str, Any]) -> None:
        out = writable(options["out"])
        texts, labels = self._read(options)
        counts = _learnable(labels)
        from chimein.triage.learn import textmodel

        try:
            model = textmodel.train(
                options["task"], texts, labels, fast=options["fast"], progress=self.progress.show
            )
        except ValueError as error:
            raise UserError(f"Nothing can be learned from this file: {error}.") from error
        try:
            model.save(out)
        except OSError as error:
            raise UserError(f"{out} cannot be written: {error.strerror or error}.") from error
        self.progress.end()
        self.stdout.write(
            f"{options['task']}: learned from {len(texts):,} rows in {self.progress.seconds:,.0f} s."
        )
        self.stdout.write(f"{len(counts)} classes: {_named(counts)}")
        self.stdout.write(f"Model: {out} ({out.stat().st_size / 1e6:,.1f} MB)")

    def _read(self, options: dict[str, Any]) -> tuple[list[str], list[str]]:
        without_text, without_label = LeftOut("text"), LeftOut("label")
        texts, labels = [], []
        for row in labelled_rows(options["file"], options, options["label_column"]):
            text, label = row.text(options["text_column"]), label_of(row, options)
            if not text.strip():
                without_text.add(row_id(row, options))
            elif not label:
                without_label.add(row_id(row, options))
            else:
                texts.append(text)
                labels.append(label)
            if row.number % 1000 == 0:
                self.progress.show(f"reading, {row.number:,} rows", None)
        self.tell_left_out(without_text, without_label, what_then="left out")
        return texts, labels


def _learnable(labels: list[str]) -> Counter[str]:
    """How many rows each label has. Raises UserError when there is nothing to tell apart."""
    counts = Counter(labels)
    if not counts:
        raise UserError("No row has both text and label.")
    if len(counts) < 2:
        raise UserError(f"Every row has the same label, {labels[0]}; at least two are needed.")
    if len(counts) * 2 > len(labels):
        raise UserError(
            f"{len(counts):,} labels on {len(labels):,} rows: too few rows for each. Is this the right column?"
        )
    return counts


def _named(counts: Counter[str]) -> str:
    """The commonest classes with their rows."""
    named = ", ".join(f"{label} {count:,}" for label, count in counts.most_common(_MOST_NAMED))
    return f"{named}, …" if len(counts) > _MOST_NAMED else named
