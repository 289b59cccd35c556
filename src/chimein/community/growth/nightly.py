"""What is looked at from time to time rather than on an event. It may run as often as one likes."""

from __future__ import annotations

from datetime import datetime

from chimein.community.growth import candidates, skills, trust
from chimein.core import db

LOCK_SPACE = 7343


def run(*, now: datetime) -> bool:
    """Fade skills, apply the rules of trust, look for customers to invite; False when another worker does."""
    with db.held_lock(LOCK_SPACE, 0) as mine:
        if mine:
            skills.refresh_all(now=now)
            trust.review_all(now=now)
            candidates.find(now=now)
    return mine
