"""What `chimein up` runs: first the steps, each to its end, then the services, all together."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from chimein.runtime.banner import banner
from chimein.runtime.children import Program


@dataclass(frozen=True, slots=True)
class UpOptions:
    """What `chimein up` was asked for. `speed`: how many minutes of the demo's day pass in one minute."""

    demo: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    speed: float = 1.0

    @property
    def url(self) -> str:
        return f"http://{'127.0.0.1' if self.host in {'0.0.0.0', '::'} else self.host}:{self.port}"  # noqa: S104


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps and services with their surroundings. Once `health_url` answers 200, `welcome` is shown."""

    host: str
    port: int
    health_url: str
    welcome: Callable[[], str]
    environment: dict[str, str]
    steps: tuple[Program, ...]
    services: tuple[Program, ...]


def plan_of(options: UpOptions, *, folder: Path) -> Plan:
    """The plan of this product."""
    demo = ["--demo"] if options.demo else []
    address = ["--host", options.host, "--port", str(options.port)]
    services = [_python("web", "chimein.web.serve", *address), _python("worker", "chimein", "worker")]
    if options.demo:
        services.append(_python("player", "chimein", "play", "--speed", f"{options.speed:g}"))
    return Plan(
        host=options.host,
        port=options.port,
        health_url=f"{options.url}/healthz",
        welcome=lambda: banner(url=options.url, demo=options.demo, folder=folder),
        environment={
            "CHIMEIN_BASE_URL": os.environ.get("CHIMEIN_BASE_URL", options.url),
            **(_demo_environment(options) if options.demo else {}),
        },
        steps=(
            _python("migrate", "chimein", "migrate", "--no-input", "--verbosity=0"),
            _python("seed", "chimein", "seed", "--if-empty", *demo),
        ),
        services=tuple(services),
    )


def _demo_environment(options: UpOptions) -> dict[str, str]:
    """The simulated network is on this machine, where channels otherwise may not call."""
    hosts = os.environ.get("CHIMEIN_ALLOWED_PRIVATE_HOSTS", "").split(",")
    hosts.append(urlsplit(os.environ.get("CHIMEIN_BASE_URL", options.url)).netloc)
    return {"CHIMEIN_DEMO": "1", "CHIMEIN_ALLOWED_PRIVATE_HOSTS": ",".join(filter(None, hosts))}


def _python(name: str, module: str, *words: str) -> Program:
    return Program(name, lambda: [sys.executable, "-m", module, *words])
