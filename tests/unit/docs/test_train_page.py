"""Every command of "Train a model on your own messages" works, line by line, without a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.unit.docs import pages

_HOW_TO = pages.ROOT / "docs" / "how-to"
_ENGLISH, _CHINESE = _HOW_TO / "train-a-model.md", _HOW_TO / "train-a-model.zh-CN.md"


def test_both_languages_tell_the_same_commands() -> None:
    assert pages.blocks(_ENGLISH, "sh") == pages.blocks(_CHINESE, "sh")


def test_the_page_can_be_followed(tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(pages.ROOT / "docs")
    commands = [line for block in pages.blocks(_ENGLISH, "sh") for line in block.splitlines()]
    told = "".join(_run(line, tmp_path) for line in commands if " bench " not in line)
    triaged = [json.loads(line) for line in (tmp_path / "triage.jsonl").read_text("utf-8").splitlines()]
    assert len(triaged) == 20
    assert '"id":"t20"' in told
    assert "rows 18 " in told
    assert (tmp_path / "var" / "department.model.png").exists()


def _run(line: str, folder: Path) -> str:
    environment = {**os.environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none", "CHIMEIN_VAR": "var"}
    done = subprocess.run(
        ["sh", "-c", line.replace(".venv/bin/chimein", f'"{sys.executable}" -m chimein')],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
