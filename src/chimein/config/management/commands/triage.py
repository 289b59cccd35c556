"""``chimein triage FILE``: labels, lane and reasons of every message of a file."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import CommandParser

from chimein.config.management.filework import (
    FileCommand,
    LeftOut,
    add_column_options,
    labelled_rows,
    row_id,
)
from chimein.core.errors import UserError
from chimein.people.models import Brand
from chimein.triage import batch, policies, policy, registry, writing
from chimein.triage.port import BrandWords, Classifier
from chimein.triage.textfile import Row

_QUICK, _CAREFUL = "learned", "careful"


class Command(FileCommand):
    help = "Label the messages of a file: one JSON object a line, with lane and reasons."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="csv, jsonl or txt, each also .gz; - is jsonl from standard input"
        )
        add_column_options(parser)
        parser.add_argument(
            "--brand", default="", help="a brand's topics and lane policy, by its slug; needs the database"
        )
        parser.add_argument("--json", action="store_true", help="the summary on standard error as JSON too")
        parser.add_argument(
            "--fast", action="store_true", help="as intake does it: 2,000 messages a second, not 40"
        )

    def work(self, options: dict[str, Any]) -> None:
        brand, table = _brand(options["brand"])
        self._classifier = _classifier(fast=options["fast"])
        self._lanes: Counter[str] = Counter()
        self._empty = LeftOut("text")
        for rows in batch.batches(labelled_rows(options["file"], options)):
            self._label(rows, options, brand, table)
            done = self._lanes.total()
            self.progress.show(f"{done:,} messages, {self._speed():,.0f} a second", rows[-1].share)
        self._sum_up(as_json=options["json"])

    def _label(
        self, rows: list[Row], options: dict[str, Any], brand: BrandWords, table: policy.Table
    ) -> None:
        items = [batch.item_of(row, options["text_column"], brand) for row in rows]
        found = batch.label(items, classifier=self._classifier, table=table)
        lines = []
        for row, item, labels in zip(rows, items, found, strict=True):
            self._lanes[labels.lane] += 1
            name = row_id(row, options)
            if not item.text.strip():
                self._empty.add(name)
            lines.append(orjson.dumps(batch.as_json(name, item, labels)).decode())
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _speed(self) -> float:
        return self._lanes.total() / max(self.progress.seconds, 1e-6)

    def _sum_up(self, *, as_json: bool) -> None:
        total, seconds = self._lanes.total(), self.progress.seconds
        if as_json:
            figures = {
                "messages": total, "seconds": round(seconds, 3), "messages_per_s": round(self._speed(), 1),
                "without_text": self._empty.count, "lanes": dict(self._lanes.most_common()),
            }  # fmt: skip
            self.tell(json.dumps(figures))
            return
        lanes = ", ".join(f"{lane} {count:,}" for lane, count in self._lanes.most_common())
        self.tell(f"{total:,} messages in {seconds:,.1f} s. {lanes}".strip())
        self.tell_left_out(self._empty, what_then="labelled all the same")


def _classifier(*, fast: bool) -> Classifier:
    try:
        return registry.named(_QUICK if fast else _CAREFUL)
    except LookupError as error:
        raise UserError(f"{error.args[0]}.") from error


def _brand(name: str) -> tuple[BrandWords, policy.Table]:
    """What is known of a brand and its lane policy; without a name nothing, and the shipped policy."""
    if not name:
        return batch.NO_BRAND, policy.DEFAULT
    brand = Brand.objects.filter(slug=name).first() or Brand.objects.filter(name=name).first()
    if brand is None:
        there = ", ".join(Brand.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise UserError(f"There is no brand {name}. There are: {there or 'none yet'}.")
    return writing.brand_words(brand.pk), policies.current(brand.pk)
