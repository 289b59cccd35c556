"""Files of messages are read as they are meant, and what is wrong with one is told in plain words."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from chimein.core.errors import UserError
from chimein.triage.textfile import STANDARD_INPUT, Row, rows


def _file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def _texts(path: Path) -> list[str]:
    return [row.text("text") for row in rows(path, needed=["text"])]


_CSV = '\ufeffid,text\n7,"two\nlines, ""quoted"""\n8,包裹在哪里\n'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", _CSV.encode()),
        ("a.CSV", _CSV.encode()),
        ("a.csv.gz", gzip.compress(_CSV.encode(), mtime=0)),
        ("a.csv", _CSV.replace("\n8", "\r\n8").encode()),
    ],
)
def test_csv_with_byte_order_mark_quotes_and_line_breaks(tmp_path: Path, name: str, content: bytes) -> None:
    found = list(rows(_file(tmp_path, name, content), needed=["text"]))
    assert [row.text("text") for row in found] == ['two\nlines, "quoted"', "包裹在哪里"]
    assert [row.id("id") for row in found] == ["7", "8"]
    assert [row.number for row in found] == [1, 2]
    assert found[-1].share == 1.0


@pytest.mark.parametrize("packed", [False, True])
def test_jsonl_keeps_numbers_as_ids(tmp_path: Path, packed: bool) -> None:
    content = b'{"id": 7, "text": "hi", "verified": true}\n\n{"text": null, "followers": 12.0}\n'
    path = _file(tmp_path, "a.jsonl", content)
    if packed:
        path = _file(tmp_path, "a.jsonl.gz", gzip.compress(content, mtime=0))
    first, second = rows(path, needed=["text"])
    assert (first.id("id"), first.flag("verified"), first.number_in("followers")) == (7, True, 0)
    assert (second.id("id"), second.text("text"), second.number_in("followers")) == (2, "", 12)


def test_txt_is_one_message_a_line(tmp_path: Path) -> None:
    assert _texts(_file(tmp_path, "a.txt", "one, with comma\n\n三")) == ["one, with comma", "", "三"]


def test_standard_input_is_jsonl(monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO('{"text": "来了"}\n'.encode()))
    monkeypatch.setattr(sys, "stdin", given)
    (row,) = rows(STANDARD_INPUT, needed=["text"])
    assert (row.text("text"), row.share) == ("来了", None)


def test_a_column_that_only_later_rows_have_counts_as_there(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.jsonl", '{"text": "a"}\n{"text": "b", "label": "x"}\n')
    assert [row.text("label") for row in rows(path, needed=["text", "label"])] == ["", "x"]


def test_rows_come_while_the_file_is_still_read(tmp_path: Path) -> None:
    lines = "".join(f'{{"text": "{number} {"x" * 200}"}}\n' for number in range(2000))
    found = rows(_file(tmp_path, "a.jsonl", lines), needed=["text"])
    first = next(found)
    assert first.share is not None
    assert first.share < 0.3
    found.close()  # type: ignore[attr-defined]


def test_what_no_model_can_take_is_taken_out() -> None:
    row = Row(1, {"text": "a\x00b" + json.loads('"\\ud800"'), "n": True, "f": 0.5}, None)
    assert (row.text("text"), row.text("n"), row.text("f"), row.text("none")) == ("ab?", "true", "0.5", "")


@pytest.mark.parametrize("value", ["many", "1e999", "nan", "-3", ""])
def test_what_is_no_count_counts_nothing(value: str) -> None:
    assert Row(1, {"followers": value}, None).number_in("followers") == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "id,body\n1,x\n", r"has no column text\. There are: id, body\."),
        ("a.csv", "", r"has no column text\. It is empty\."),
        ("a.jsonl", "", r"It is empty\."),
        ("a.jsonl", '{"body": 1}\n', r"There are: body\."),
        ("a.csv", 'id,text\n1,"never closed\n2,x\n', r"begins in line 2: .*Is a quote not closed\?"),
        ("a.csv", "id,text\n1,a,b\n", r"line 2: more cells than the heading has"),
        ("a.csv", "id,text\n1," + "x" * 10_000_001, r"line 2: field larger than field limit"),
        ("a.csv", "id,text\n1,包裹\n".encode("gb18030"), r"is not UTF-8 text"),
        ("a.csv", "id,text\n".encode("utf-16"), r"is not UTF-8 text"),
        ("a.csv.gz", b"id,text\n1,x\n", r"named \.gz, yet it is not a gzip file"),
        ("a.csv.gz", gzip.compress(b"id,text\n" * 9999, mtime=0)[:60], r"is damaged"),
        ("a.jsonl", '{"text": "x"}\n{"text": \n', r"line 2: this is not JSON"),
        ("a.jsonl", '["text"]\n', r"line 1: a JSON object is needed"),
        ("a.jsonl", '{"text": ["x"]}\n', r"Row 1: column text holds a list"),
        ("a.xlsx", "x", r"the name must end in \.csv, \.jsonl, \.txt"),
        ("a.gz", "x", r"the name must end in"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, name: str, content: str | bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        _texts(_file(tmp_path, name, content))


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.csv cannot be read: No such file"):
        _texts(tmp_path / "nowhere.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UserError, match=r"cannot be read: Is a directory"):
        _texts(tmp_path / "folder.csv")


def test_surplus_cells_that_are_empty_do_no_harm(tmp_path: Path) -> None:
    assert _texts(_file(tmp_path, "a.csv", "id,text\n1,x,,\n2\n")) == ["x", ""]
