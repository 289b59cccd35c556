"""Runs the checks by name, or all of them, and says how long each took: `python scripts/check.py [NAME …]`.

A failing check does not keep the others from running. Exit code 1 when one failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
_TEST = ["pytest", "-q", "-n", "2", "--dist", "loadgroup"]

STAGES: dict[str, list[str]] = {
    "style": ["ruff", "check", "--quiet"],
    "format": ["ruff", "format", "--check", "--quiet"],
    "types": ["mypy"],
    "imports": ["lint-imports"],
    "packages": ["deptry", "src"],
    "templates": ["djlint", "src/chimein", "--lint", "--quiet"],
    "docs": ["python", "scripts/check_docs.py"],
    "tests": [*_TEST, "tests", "--ignore=tests/e2e", "--ignore=tests/perf"],
    "browser": ["pytest", "-q", "tests/e2e"],
    "speed": ["pytest", "-q", "tests/perf"],
}
GROUPS = {"lint": ["style", "format", "imports", "packages", "templates", "docs"], "all": list(STAGES)}


def run(name: str) -> tuple[bool, float]:
    """Run one stage; did it pass, and its seconds."""
    print(f"\n== {name}", flush=True)
    program, *words = STAGES[name]
    begin = time.monotonic()
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run([str(BIN / program), *words], cwd=ROOT, env=environment, check=False)
    return done.returncode == 0, time.monotonic() - begin


def main(names: list[str]) -> int:
    """Run the named stages and groups, print a table; the exit code."""
    wanted = [stage for name in names or ["all"] for stage in GROUPS.get(name, [name])]
    unknown = [name for name in wanted if name not in STAGES]
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. There are: {', '.join([*STAGES, *GROUPS])}", file=sys.stderr)
        return 2
    results = {name: run(name) for name in wanted}
    print(f"\n{'check':<12} {'seconds':>8}")
    for name, (passed, seconds) in results.items():
        print(f"{name:<12} {seconds:>8.1f}  {'passed' if passed else 'FAILED'}")
    print(f"{'together':<12} {sum(seconds for _, seconds in results.values()):>8.1f}")
    return int(not all(passed for passed, _ in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
