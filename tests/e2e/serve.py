"""The real product for the browser tests: `chimein up --demo`, without the player unless a speed for it is given."""

from __future__ import annotations

import dataclasses
import sys

from chimein.runtime.paths import var_dir
from chimein.runtime.plan import UpOptions, plan_of
from chimein.runtime.supervisor import Supervisor
from chimein.runtime.terminal import Terminal


def main(port: int, speed: float = 0) -> int:
    """Run until a signal comes; the supervisor's exit code. Without a speed nothing happens by itself."""
    folder = var_dir()
    plan = plan_of(UpOptions(demo=True, port=port, speed=speed), folder=folder)
    if not speed:
        quiet = tuple(program for program in plan.services if program.name != "player")
        plan = dataclasses.replace(plan, services=quiet)
    return Supervisor(plan, folder=folder, terminal=Terminal()).run()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), *map(float, sys.argv[2:])))
