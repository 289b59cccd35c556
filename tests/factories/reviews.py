"""Drafts in review, as people make them."""

from __future__ import annotations

from chimein.answering.models import Answer, Review
from chimein.answering.reviewing import Criteria
from chimein.core.actor import Actor, Role
from chimein.people.access import actor_of
from chimein.people.models import Brand, Team, Trust
from tests.factories import people
from tests.factories.desk import send_off

GOOD = Criteria(tone=True, solves=True, personal=True)
NOT_PERSONAL = Criteria(tone=True, solves=True, personal=False)


def coached(of: Brand, name: str = "Nora", team: Team | None = None, **fields: object) -> Actor:
    """A colleague whose drafts are reviewed."""
    return actor_of(people.member(of, Role.COLLEAGUE, name, team, trust=Trust.Level.COACHED, **fields))


def mentor(of: Brand, name: str = "Lee", team: Team | None = None) -> Actor:
    return actor_of(people.member(of, Role.COLLEAGUE, name, team, trust=Trust.Level.MENTOR))


def draft(author: Actor, conversation_id: int, text: str = "Hold the button.") -> Review:
    """A draft of somebody coached, in review."""
    made = send_off(author, conversation_id, text)
    assert made.state == Answer.State.REVIEW, made.state
    return made.reviews.get(verdict="", kind=Review.Kind.DRAFT)
