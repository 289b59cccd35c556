"""Customers who help others: found by what they wrote, invited, and vetted by a person before they may answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from chimein.community.growth import events, onboarding
from chimein.community.models import Candidate
from chimein.core import db
from chimein.core.actor import Actor, Role
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.events import Fact, emit
from chimein.core.options import option
from chimein.people import invitations
from chimein.people.models import Invitation, Membership

LEAST_THANKED = option(
    "CANDIDATE_THANKED", 3, "Askers who thanked a customer for a reply, before that customer may be invited."
)
WINDOW_DAYS = option("CANDIDATE_DAYS", 180, "How far back that is counted, in days.")
INVITED_DAYS = 14
State = Candidate.State

# The word right before an asker's thank-you was another customer's: it helped. Each thread counts once.
_FIND = """
WITH helped AS (
    SELECT c.brand_id, before.contact_id, count(DISTINCT c.id) AS thanked
    FROM conversations_message m
    JOIN triage_triage t ON t.message_id = m.id AND (t.intent = 'praise' OR t.no_reply_reason IN ('thanks', 'praise'))
    JOIN conversations_conversation c ON c.id = m.conversation_id AND c.contact_id = m.contact_id
    JOIN LATERAL (
        SELECT b.direction, b.contact_id FROM conversations_message b
        WHERE b.conversation_id = m.conversation_id AND b.deleted_at IS NULL
          AND (b.posted_at, b.id) < (m.posted_at, m.id)
        ORDER BY b.posted_at DESC, b.id DESC LIMIT 1
    ) before ON before.direction = 'in' AND before.contact_id <> m.contact_id
    WHERE m.direction = 'in' AND m.visibility = 'public' AND m.deleted_at IS NULL AND m.posted_at > %(since)s
    GROUP BY 1, 2 HAVING count(DISTINCT c.id) >= %(least)s
)
INSERT INTO community_candidate AS k (brand_id, contact_id, thanked, state, reason, found_at)
SELECT brand_id, contact_id, thanked, 'found', '', %(now)s FROM helped ORDER BY brand_id, contact_id
ON CONFLICT (brand_id, contact_id) DO UPDATE SET thanked = excluded.thanked WHERE k.thanked <> excluded.thanked
"""


def find(*, now: datetime) -> int:
    """Bring the list of candidates up to date; how many rows moved."""
    since = now - timedelta(days=WINDOW_DAYS.get())
    return db.execute(_FIND, {"since": since, "least": LEAST_THANKED.get(), "now": now})


def _mine(actor: Actor, candidate_id: int, *states: str) -> Candidate:
    """A candidate of the lead's brand in one of these states, locked."""
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead of the brand may do this."))
    rows = Candidate.objects.select_for_update(of=("self",)).filter(pk=candidate_id, brand_id=actor.brand_id)
    found = rows.first()
    if found is None:
        raise NotAllowed(_("There is no such candidate."))
    if found.state not in states:
        raise Conflict(_("Somebody has decided about this since."))
    return found


def _decide(candidate: Candidate, state: str, reason: str, actor: Actor, now: datetime) -> None:
    candidate.state, candidate.reason, candidate.decided_at = state, reason[:200], now
    candidate.decided_by_id = actor.membership_id
    candidate.save()
    data: dict[str, object] = {"candidate": candidate.pk, "state": state, "reason": candidate.reason}
    emit(Fact(events.VETTED, now, actor.label, actor.brand_id, None, None, data))


def _withdraw(candidate: Candidate, now: datetime) -> None:
    """The code that was made for them works no more."""
    if candidate.invitation_id is not None:
        Invitation.objects.filter(pk=candidate.invitation_id, revoked_at=None).update(revoked_at=now)


def _let_in(candidate: Candidate, active: bool) -> None:
    if candidate.member_id is not None:
        Membership.objects.filter(pk=candidate.member_id).update(is_active=active)


def invite(*, actor: Actor, candidate_id: int, now: datetime) -> str:
    """A code for this customer, to be sent to them in private; it is shown once."""
    with db.atomic():
        found = _mine(actor, candidate_id, State.FOUND, State.INVITED, State.DECLINED)
        _withdraw(found, now)
        made, code = invitations.make(
            actor=actor, role=Role.TRUSTED_CUSTOMER, days=INVITED_DAYS, uses=1, now=now
        )
        found.invitation = made
        _decide(found, State.INVITED, "", actor, now)
    return code


def on_joined(fact: Fact) -> None:
    """A customer came in by a code: a lead has to say yes before they may answer."""
    if fact.data["role"] != Role.TRUSTED_CUSTOMER:
        return
    waiting: dict[str, Any] = {"state": State.WAITING, "member_id": fact.data["member"], "decided_at": None}
    assert fact.brand_id is not None
    invitation = fact.data.get("invitation")
    known = invitation and Candidate.objects.filter(invitation_id=invitation).update(**waiting)
    if not known:
        Candidate.objects.create(brand_id=fact.brand_id, found_at=fact.at, **waiting)


def approve(*, actor: Actor, candidate_id: int, now: datetime) -> None:
    """A lead lets a customer answer, once the way in is done."""
    with db.atomic():
        found = _mine(actor, candidate_id, State.WAITING, State.DECLINED)
        if found.member_id is None:
            raise Conflict(_("The invitation has not been accepted yet."))
        _let_in(found, True)
        _decide(found, State.APPROVED, "", actor, now)
        onboarding.finish_if_done(member_id=found.member_id, now=now)


def decline(*, actor: Actor, candidate_id: int, reason: str, now: datetime) -> None:
    """Not now: an invitation no longer works, a member who waits is let go."""
    with db.atomic():
        found = _mine(actor, candidate_id, State.FOUND, State.INVITED, State.WAITING)
        _withdraw(found, now)
        _let_in(found, False)
        _decide(found, State.DECLINED, reason, actor, now)


def take_back(*, actor: Actor, candidate_id: int, now: datetime) -> None:
    """Undo a refusal: who had joined waits again, everybody else may be invited again."""
    with db.atomic():
        found = _mine(actor, candidate_id, State.DECLINED)
        _let_in(found, True)
        _decide(found, State.WAITING if found.member_id else State.FOUND, "", actor, now)
