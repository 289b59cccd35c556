"""The pages about lanes as tabs: what goes where, who answers how fast, who looks after whom, who works when."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs(slug: str, current: str) -> list[dict[str, Any]]:
    """The tabs, for the component of that name; `current` is the page's address by name."""
    pages = {
        "console-policy": (_("What goes where"), "split"),
        "console-lanes": (_("Who and how fast"), "timer"),
        "console-vips": (_("VIPs"), "star"),
        "console-calendars": (_("Working time"), "calendar"),
    }
    return [
        {"label": label, "icon": icon, "url": reverse(name, args=[slug]), "current": name == current}
        for name, (label, icon) in pages.items()
    ]
