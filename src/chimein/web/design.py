"""The living page of our components, at /design: what it shows is what every other page is built from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chimein.core.policy import ANYONE
from chimein.web.guard import page

PEOPLE = [
    {"name": "Ann Whitfield", "key": "ann", "typing": True},
    {"name": "林小雨", "key": "lin", "typing": False},
    {"name": "Diego Ortega", "key": "diego", "typing": False},
]
FACES = [
    "Ann Whitfield",
    "林小雨",
    "欧阳文博",
    "Priya",
    "Diego Ortega",
    "陈晓",
    "Tom O'Neil",
    "@mia_k",
    "王",
    "Zoë",
]


def _samples() -> dict[str, Any]:
    now = timezone.now()
    return {
        "now": now,
        "minutes_ago": now - timedelta(minutes=12),
        "hours_ago": now - timedelta(hours=3),
        "soon": now + timedelta(minutes=8, seconds=20),
        "very_soon": now + timedelta(seconds=45),
        "seconds": now + timedelta(seconds=8),
        "people": PEOPLE,
        "faces": FACES,
        "reasons": ["asks how to", {"label": "12,400 followers", "why": "Many people will read the answer"}],
        "tabs": [
            {"label": "Crowd", "url": "#crowd", "current": True, "count": 14, "icon": "users-round"},
            {"label": "Desk", "url": "#desk", "count": 3, "icon": "headset"},
            {"label": "Mine", "url": "#mine", "count": 0},
            {"label": "回答过的", "url": "#done"},
        ],
        "reply": {"url": "#", "draft": ""},
        "long_reply": {"url": "#", "draft": "这个问题很多人遇到过。" * 14},
        "note": {"url": "#", "draft": ""},
        "written_note": {"url": "#", "draft": "She called the Bristol shop, ask Tom before you answer."},
    }


@page(ANYONE)
def design(request: HttpRequest) -> HttpResponse:
    """Every component in each of its states; the visitor's theme and language apply."""
    return render(request, "design.html", _samples())
