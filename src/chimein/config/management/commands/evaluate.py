"""``chimein evaluate``: how good a trained model is on messages whose right labels are known."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandParser

from chimein.config.management.filework import (
    FileCommand,
    LeftOut,
    add_file_options,
    label_of,
    labelled_rows,
    load_model,
    row_id,
    writable,
)
from chimein.core.errors import UserError
from chimein.triage.batch import batches

if TYPE_CHECKING:
    from chimein.triage.evaluating import Scores
    from chimein.triage.learn.textmodel import TextModel


@dataclass(slots=True)
class _Answers:
    """Right labels, what the model said, and how sure it was, row by row."""

    right: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    without_text: LeftOut = field(default_factory=lambda: LeftOut("text"))
    without_label: LeftOut = field(default_factory=lambda: LeftOut("label"))


class Command(FileCommand):
    help = (
        "Measure a trained model on labelled messages: a table, and a picture of its mistakes and confidence."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", type=Path, required=True, help="a file made by chimein train")
        add_file_options(parser)
        parser.add_argument(
            "--label-column", default="label", help="the column of the right label (default: label)"
        )
        parser.add_argument(
            "--picture", type=Path, help="a .png or .svg to write (default: the model's name and .png)"
        )
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def work(self, options: dict[str, Any]) -> None:
        picture = _picture(options)
        model = load_model(options["model"])
        answers = self._ask(model, options)
        if not answers.right:
            raise UserError("No row has both text and label.")
        # These load slowly, so they come in after the input has been found good.
        logging.getLogger("matplotlib").setLevel(logging.WARNING)
        from chimein.triage import drawing, evaluating, score_table

        scores = evaluating.measure(answers.right, answers.said, answers.confidence)
        try:
            drawing.draw(scores, picture, title=f"{model.task}: {options['file'].name}")
        except OSError as error:
            raise UserError(f"{picture} cannot be written: {error.strerror or error}.") from error
        self._tell_strange(model.classes, answers.right)
        self.progress.end()
        if options["json"]:
            self.stdout.write(json.dumps(_figures(scores, answers, model.task, picture), ensure_ascii=False))
        else:
            self.stdout.write(f"{model.task}\n\n{score_table.table(scores)}\n\nPicture: {picture}")

    def _ask(self, model: TextModel, options: dict[str, Any]) -> _Answers:
        answers = _Answers()
        for rows in batches(labelled_rows(options["file"], options, options["label_column"])):
            texts, right = [], []
            for row in rows:
                text, label = row.text(options["text_column"]), label_of(row, options)
                if not text.strip():
                    answers.without_text.add(row_id(row, options))
                elif not label:
                    answers.without_label.add(row_id(row, options))
                else:
                    texts.append(text)
                    right.append(label)
            answers.right += right
            for said, confidence in model.predict(texts) if texts else ():
                answers.said.append(said)
                answers.confidence.append(confidence)
            self.progress.show(f"{len(answers.right):,} rows", rows[-1].share)
        self.tell_left_out(answers.without_text, answers.without_label, what_then="left out")
        return answers

    def _tell_strange(self, classes: Sequence[str], right: Sequence[str]) -> None:
        strange = sorted(set(right) - set(classes))
        if strange:
            self.tell(f"The model was never taught, so it always misses: {', '.join(strange[:10])}")


def _picture(options: dict[str, Any]) -> Path:
    model: Path = options["model"]
    path = writable(options["picture"] or model.with_name(f"{model.name}.png"))
    if path.suffix not in {".png", ".svg"}:
        raise UserError(f"{path}: a picture's name must end in .png or .svg.")
    return path


def _figures(scores: Scores, answers: _Answers, task: str, picture: Path) -> dict[str, Any]:
    return {
        "task": task,
        **scores.as_json(),
        "without_text": answers.without_text.count,
        "without_label": answers.without_label.count,
        "picture": str(picture),
    }
