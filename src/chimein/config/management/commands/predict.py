"""``chimein predict``: the labels that a trained model gives to the messages of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import CommandParser

from chimein.config.management.filework import (
    FileCommand,
    LeftOut,
    add_file_options,
    labelled_rows,
    load_model,
    row_id,
)
from chimein.triage.batch import batches


class Command(FileCommand):
    help = (
        "Label the messages of a file with a trained model: one JSON object (id, label, confidence) a line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", type=Path, required=True, help="a file made by chimein train")
        add_file_options(parser)

    def work(self, options: dict[str, Any]) -> None:
        model, empty, done = load_model(options["model"]), LeftOut("text"), 0
        for rows in batches(labelled_rows(options["file"], options)):
            texts = [row.text(options["text_column"]) for row in rows]
            names = [row_id(row, options) for row in rows]
            lines = []
            for name, text, (label, confidence) in zip(names, texts, model.predict(texts), strict=True):
                if not text.strip():
                    empty.add(name)
                # The model has a favourite even for nothing; nobody should believe it.
                sure = round(confidence, 4) if text.strip() else 0.0
                lines.append(orjson.dumps({"id": name, "label": label, "confidence": sure}).decode())
            self.stdout.write("\n".join(lines))
            self.stdout.flush()
            done += len(rows)
            self.progress.show(f"{done:,} messages", rows[-1].share)
        self.tell(f"{model.task}: {done:,} messages in {self.progress.seconds:,.1f} s.")
        self.tell_left_out(empty, what_then="labelled with confidence 0")
