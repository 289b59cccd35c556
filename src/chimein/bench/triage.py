"""How fast messages are labelled, what the models weigh, and how soon a new process is ready.

A fresh process on one core does the work and reports it: see `labeller`. Nothing is stored, so there is no database.
The plain way it is held against is a loop in Python that does no more than hash the n-grams of each text.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def run(given: argparse.Namespace, _folder: Path) -> dict[str, Any]:
    """The figures of the module `labeller`. Raises RuntimeError when its process fails."""
    words = ["--messages", str(given.messages), "--began", repr(time.time())]
    done = subprocess.run(
        [sys.executable, "-m", "chimein.bench.labeller", *words],
        env={**os.environ, **_ONE_THREAD},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError("the labelling process failed; see its words above")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
