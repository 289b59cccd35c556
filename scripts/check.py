"""Runs the checks by name, or all of them, and says how long each took: `python scripts/check.py [NAME …]`.

A failing check does not keep the others from running. Exit code 1 when one failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
_TEST = ["pytest", "-q", "-n", "2", "--dist", "loadgroup"]
_BENCH = ["chimein", "bench"]
_HEAVIEST = {"model_mb": 30, "rss_mb": 300}

_LIVING = "tests/e2e/test_people_grow.py"

STAGES: dict[str, list[str]] = {
    "style": ["ruff", "check", "--quiet"],
    "format": ["ruff", "format", "--check", "--quiet"],
    "types": ["mypy"],
    "imports": ["lint-imports"],
    "packages": ["deptry", "src"],
    "templates": ["djlint", "src/chimein", "--lint", "--quiet"],
    "docs": ["python", "scripts/check_docs.py"],
    "chinese": ["python", "scripts/messages.py"],
    "tests": [*_TEST, "tests", "--ignore=tests/e2e"],
    "browser": ["pytest", "-q", "-n", "2", "--dist", "loadfile", "tests/e2e", "--ignore", _LIVING],
    "living": ["pytest", "-q", _LIVING],  # alone: its people do a minute's work in four seconds
    "speed-intake": [*_BENCH, "intake", "--messages", "5000", "--fresh", "--json"],
    "speed-hooks": [*_BENCH, "hooks", "--seconds", "2", "--json"],
    "speed-live": [*_BENCH, "live", "--streams", "20", "--posts", "8", "--json"],
    "speed-triage": [*_BENCH, "triage", "--messages", "1000", "--json"],
    "speed-route": [*_BENCH, "route", "--questions", "500", "--json"],
    "kills": ["python", "scripts/kill_test.py", "--kills", "3"],
}
GROUPS = {
    "lint": ["style", "format", "imports", "packages", "templates", "docs", "chinese"],
    "speed": [name for name in STAGES if name.startswith("speed-")],
    "all": list(STAGES),
}


@dataclass(frozen=True, slots=True)
class Result:
    """How a stage ended. `words`: the last line of its output, such as pytest's count."""

    passed: bool
    seconds: float
    words: str


def run(name: str) -> Result:
    """Run one stage, showing its output as it comes."""
    print(f"\n== {name}", flush=True)
    program, *words = STAGES[name]
    begin, last = time.monotonic(), ""
    command = [str(BIN / program), *words]
    with subprocess.Popen(
        command, cwd=ROOT, env=_environment(name), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    wrong = _wrong_figures(last) if name in GROUPS["speed"] and process.returncode == 0 else ""
    if wrong:
        print(wrong)
    return Result(process.returncode == 0 and not wrong, time.monotonic() - begin, wrong or last)


def _wrong_figures(line: str) -> str:
    """What a benchmark must never show, however slow the machine: messages lost, doubled, refused or unseen, and
    models too heavy for a small machine."""
    figures = json.loads(line)
    bad = {name: figures[name] for name in ("lost", "doubled", "refused") if figures.get(name)}
    if figures.get("sightings") != figures.get("sightings_expected"):
        bad["sightings"] = f"{figures['sightings']} of {figures['sightings_expected']}"
    bad |= {name: figures[name] for name, most in _HEAVIEST.items() if figures.get(name, 0) > most}
    return f"must not be: {bad}" if bad else ""


def _environment(name: str) -> dict[str, str]:
    """Our programs first on the path; benchmarks have a folder of their own, lest somebody's data be lost."""
    found = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONUNBUFFERED": "1"}
    if name in GROUPS["speed"]:
        found["CHIMEIN_VAR"] = str(ROOT / "var" / "check")
    return found


def report(results: dict[str, Result]) -> None:
    """The table at the end, with the last words of the longer stages."""
    print(f"\n{'check':<14} {'seconds':>8}")
    for name, one in results.items():
        words = f"  {one.words[:90]}" if one.seconds > 1 and not one.words.startswith("{") else ""
        print(f"{name:<14} {one.seconds:>8.1f}  {'passed' if one.passed else 'FAILED'}{words}")
    print(f"{'together':<14} {sum(one.seconds for one in results.values()):>8.1f}")


def main(names: list[str]) -> int:
    """Run the named stages and groups, print a table; the exit code."""
    wanted = [stage for name in names or ["all"] for stage in GROUPS.get(name, [name])]
    unknown = [name for name in wanted if name not in STAGES]
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. There are: {', '.join([*STAGES, *GROUPS])}", file=sys.stderr)
        return 2
    results = {name: run(name) for name in wanted}
    report(results)
    return int(not all(one.passed for one in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
