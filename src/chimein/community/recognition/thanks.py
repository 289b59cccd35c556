"""Thank-yous reach who earned them, and their lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chimein.community import events
from chimein.community.points_models import PointsFact
from chimein.conversations.models import Message, Visibility
from chimein.core.actor import LEAD_ROLES
from chimein.core.events import Fact, emit_many
from chimein.people.models import Membership


@dataclass(frozen=True, slots=True)
class Thanks:
    """A thank-you as it is shown: the customer's public words (empty where they were private or are gone)."""

    at: datetime
    member: Membership
    answer_id: int
    answer: str
    words: str
    by: str
    language: str
    conversation_id: int


def tell(facts: Iterable[PointsFact]) -> int:
    """Say who was thanked, with the leads who hear of it: those of the person's team, else all of the brand's."""
    thanked = list(facts)
    leads = _leads({fact.member_id for fact in thanked})
    emit_many(
        Fact(
            events.THANKED, fact.at, "system:points", fact.brand_id, fact.answer.conversation_id, fact.message_id,
            {"member": fact.member_id, "leads": leads.get(fact.member_id, []), "answer": fact.answer_id},
        )
        for fact in thanked
    )  # fmt: skip
    return len(thanked)


def _leads(member_ids: set[int]) -> dict[int, list[int]]:
    """The leads of each of these members, by member."""
    members = Membership.objects.filter(pk__in=member_ids)
    brands = {member.brand_id for member in members}
    leads = list(
        Membership.objects.filter(
            brand_id__in=brands, role__in=[role.value for role in LEAD_ROLES], is_active=True
        )
    )
    found: dict[int, list[int]] = {}
    for member in members:
        of_brand = [lead for lead in leads if lead.brand_id == member.brand_id and lead.pk != member.pk]
        of_team = [lead for lead in of_brand if member.team_id and lead.team_id == member.team_id]
        found[member.pk] = sorted(lead.pk for lead in of_team or of_brand)
    return found


def latest(
    *, brand_id: int, member_id: int | None = None, team_id: int | None = None, limit: int = 20
) -> Sequence[Thanks]:
    """The newest thank-yous of somebody, of a team, or of the whole brand."""
    rows = PointsFact.objects.filter(brand_id=brand_id, kind="thanked")
    if member_id is not None:
        rows = rows.filter(member_id=member_id)
    if team_id is not None:
        rows = rows.filter(member__team_id=team_id)
    facts = list(rows.select_related("member__team", "answer").order_by("-at", "-pk")[:limit])
    messages = Message.objects.filter(
        pk__in={fact.message_id for fact in facts if fact.message_id}, visibility=Visibility.PUBLIC, deleted_at=None
    ).select_related("identity")  # fmt: skip
    said = {message.pk: message for message in messages}
    return [_shown(fact, said.get(fact.message_id or 0)) for fact in facts]


def _shown(fact: PointsFact, message: Message | None) -> Thanks:
    by = message.identity.name or message.identity.handle if message and message.identity else ""
    return Thanks(
        fact.at, fact.member, fact.answer_id, "" if fact.answer.private else fact.answer.text,
        message.text if message else "", by, message.language if message else "", fact.answer.conversation_id,
    )  # fmt: skip
