"""The brand and the account that benchmarks use, and what a run costs."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil

from chimein.channels.models import ChannelAccount
from chimein.core.ids import secret_token
from chimein.people.models import Brand

HOOK_SECRET = "bench-secret"  # noqa: S105 - of a benchmark's own database


def account() -> ChannelAccount:
    """The benchmark's account on the simulated network, made when missing."""
    brand, _ = Brand.objects.get_or_create(slug="bench", defaults={"name": "Tamarind"})
    found, _ = ChannelAccount.objects.get_or_create(
        brand=brand,
        adapter="warble",
        defaults={
            "name": "Warble",
            "handle": "tamarind",
            "external_id": "brand",
            "hook_token": secret_token(),
            "credentials": {"client_id": "bench", "client_secret": "bench", "webhook_secret": HOOK_SECRET},
        },
    )
    return found


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds and memory of this process, its children and the database."""

    cpu_s: float
    rss_mb: float


def _processes() -> list[psutil.Process]:
    me = psutil.Process(os.getpid())
    return [me, *me.children(recursive=True)]


def cost() -> Cost:
    """What has been used up to now. Memory is PSS, so that shared pages count once."""
    cpu, memory = 0.0, 0.0
    for process in _processes():
        try:
            times = process.cpu_times()
            cpu += times.user + times.system + times.children_user + times.children_system
            memory += process.memory_full_info().pss
        except psutil.Error:
            continue
    return Cost(cpu, memory / 1e6)
