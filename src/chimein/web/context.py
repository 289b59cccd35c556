"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shared(request: HttpRequest) -> dict[str, Any]:
    """Settings that pages show, and the brand and member that the view has put on the request."""
    return {
        "DEMO": settings.DEMO,
        "BASE_URL": settings.BASE_URL,
        "brand": getattr(request, "brand", None),
        "membership": getattr(request, "membership", None),
    }
