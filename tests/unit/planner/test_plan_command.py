"""`chimein plan`: JSON alone on standard output, wrong input told in a sentence, the same figures each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from chimein.planner.figures import HEADLINE


def _plan(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("plan", "--helpers", "120", "--days", "1", *words)
    return capsys.readouterr().out


def test_json_has_the_figures_and_what_they_came_from(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--json", "--seeds", "2", "--against", "helpers=60 policy=balance", "--desk", "3")
    out = _plan(capsys, *words)
    found = json.loads(out)
    assert list(found)[: len(HEADLINE)] == list(HEADLINE)
    assert all(isinstance(found[name], int | float) for name in HEADLINE)
    assert (found["helpers"], found["desk_by_shift"], found["seeds"]) == (120, [1, 3, 3], [1, 2])
    low, high = found["intervals"]["mean_minutes"]
    assert low <= found["mean_minutes"] <= high
    (other,) = found["compared"].values()
    assert (other["helpers"], other["policy"]) == (60, "balance")
    assert other["difference"]["mean_minutes"]["mean"] == pytest.approx(
        other["mean_minutes"] - found["mean_minutes"], abs=2e-4
    )
    assert _plan(capsys, *words) == out


def test_a_table_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    topics = tmp_path / "topics.json"
    topics.write_text('{"tea": 1, "coffee": 2}')
    out = _plan(capsys, "--questions-per-year", "9000", "--smallest", "--topics", str(topics))
    assert "answered within 15 min" in out
    assert "For the target it takes" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--helpers", "-1"), "--helpers must be"),
        (("--questions-per-year", "nan"), "--questions-per-year must be"),
        (("--seeds", "0"), "--seeds must be"),
        (("--target", "7"), "--target must be"),
        (("--policy", "nearest"), "There are: balance"),
        (("--against", "colour=blue"), "--against takes"),
        (("--against", "helpers=many"), "is no number"),
        (("--profile", "nowhere.json"), "cannot be read"),
    ],
)
def test_wrong_input(capsys: pytest.CaptureFixture[str], words: tuple[str, str], told: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        _plan(capsys, *words)
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err
