"""A worker that is killed when a post stands on the network and nobody has written it down yet."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django

django.setup()

from chimein.channels import deliveries  # noqa: E402
from chimein.channels.port import Outgoing  # noqa: E402
from chimein.core import clock  # noqa: E402
from tests.factories import network  # noqa: E402


def die(_: Outgoing) -> None:
    """What kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


network.install(network.ScriptedNetwork(Path(sys.argv[1]), after=[die]))
deliveries.run_due(now=clock.now())
sys.exit("still alive")
