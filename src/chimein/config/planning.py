"""Joins the questions that leads asked (`insights.planning`) and the planner, which knows no database."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chimein.core import db
from chimein.insights import planning
from chimein.insights.models import PlannerRun

log = logging.getLogger(__name__)

_LOCK_SPACE = 7402
_LONGEST_S = 900.0
_BUSY = 500
"""Messages a day from which a week tells enough."""
_LONG_DAYS, _SHORT_DAYS = 28, 7
Stage = PlannerRun.Stage
Tell = Callable[[float], bool]
Simulate = Callable[[dict[str, Any], Tell], dict[str, Any] | None]


def run_waiting(*, now: Callable[[], datetime], simulate: Simulate | None = None) -> int:
    """Answer every question that waits, or that a worker left behind; how many. Others' are left to them."""
    done = 0
    for run in PlannerRun.objects.filter(ended_at=None).select_related("brand").order_by("pk"):
        with db.held_lock(_LOCK_SPACE, run.brand_id % 2**31) as held:
            if held:
                _answer(run, now, simulate or in_a_process)
                done += 1
    return done


def _answer(run: PlannerRun, now: Callable[[], datetime], simulate: Simulate) -> None:
    try:
        figures = simulate(asked(run, now()), lambda share: planning.progress(run.pk, share))
    except Exception as error:
        log.exception("plan %s failed", run.pk)
        words = f"{type(error).__name__}: {error}"
        planning.end(run.pk, brand_id=run.brand_id, stage=Stage.FAILED, now=now(), error=words)
        return
    if figures is not None:
        planning.end(run.pk, brand_id=run.brand_id, stage=Stage.DONE, now=now(), figures=figures)


def asked(run: PlannerRun, now: datetime) -> dict[str, Any]:
    """What the planner needs to know, as JSON. Raises RuntimeError when there is too little traffic of one's own."""
    traffic: dict[str, Any] = {"per_day": run.questions / 365.25}
    if run.traffic == PlannerRun.Traffic.OWN:
        own = planning.own_traffic(brand_id=run.brand_id, timezone=run.brand.timezone, now=now)
        if own is None:
            raise RuntimeError("too few messages of one's own")
        traffic = {"per_day": own.per_day, "hours": own.hours, "week": own.week}
    traffic["days"] = _LONG_DAYS if traffic["per_day"] <= _BUSY else _SHORT_DAYS
    return {"helpers": run.helpers, "desk": run.desk, "budget": run.budget, "traffic": traffic}


def in_a_process(what: dict[str, Any], tell: Tell) -> dict[str, Any] | None:
    """Simulate beside the worker; None when `tell` says that nobody wants it any more. Raises RuntimeError."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "chimein.planner.child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(what) + "\n")
            child.stdin.flush()
            for line in child.stdout:
                said = json.loads(line)
                if "figures" in said:
                    figures: dict[str, Any] = said["figures"]
                    return figures
                if not tell(said["share"]):
                    return None
                if time.monotonic() - begin > _LONGEST_S:
                    raise RuntimeError(f"it took more than {_LONGEST_S / 60:.0f} minutes")
        finally:
            child.kill()
    raise RuntimeError("the simulation ended without an answer")
