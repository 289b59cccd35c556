"""Changes of trust: by the rules every night and on each outcome, by a lead at any time; each with its history.

A job may run twice: what it decides depends on rows, is decided again under a lock on the person, and leaves nothing
more to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from chimein.community.growth import events, levels
from chimein.community.growth.levels import Move, Rated, Standing
from chimein.community.growth.verdicts import VERDICTS
from chimein.community.models import Lapse, Onboarding, TrustChange
from chimein.core import db
from chimein.core.actor import STAFF_ROLES, Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.core.options import option
from chimein.people import trust as people_trust
from chimein.people.models import Membership, Trust
from chimein.people.trust import CLEAN, DOUBTFUL

LAPSES = option("TRUST_LAPSES", 3, "Claims that ran out in silence within 24 hours that make a pause.")
PAUSE_HOURS = option("TRUST_PAUSE_HOURS", 24, "Hours nobody is asked after that.")
LOCK_SPACE = 7342
_LOOK_BACK = timedelta(days=3 * 365)
_RULES = "system:trust"
_STAFF = [role.value for role in STAFF_ROLES]
Why = TrustChange.Why


@dataclass(frozen=True, slots=True)
class Place:
    """A class of questions; empty: all topics, all languages."""

    topic: str = ""
    language: str = ""
    risk: str = CLEAN


EVERYWHERE = Place()


# ------------------------------------------------------------------ by the rules
@dataclass(slots=True)
class _Person:
    """What the rules look at of one helper."""

    rows: dict[Place, Standing] = field(default_factory=dict)
    rated: dict[tuple[str, str], list[Rated]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[tuple[str, str], datetime] = field(default_factory=dict)
    knows_risk: bool = False

    def standing(self, topic: str, language: str, risk: str) -> Standing:
        """The row that counts there; that of a wider place says the level but not since when."""
        exact = self.rows.get(Place(topic, language, risk))
        if exact is not None:
            return exact
        for wider in (Place(topic, "", risk), Place("", language, risk), Place("", "", risk)):
            if wider in self.rows:
                return Standing(self.rows[wider].level)
        return Standing(Trust.Level.NEW)

    def last_answer(self, place: Place) -> datetime | None:
        """The newest answer inside a place."""
        inside = [
            at for (topic, language), at in self.answered.items()
            if place.topic in {"", topic} and place.language in {"", language}
        ]  # fmt: skip
        return max(inside, default=None)

    def moves(self, now: datetime) -> dict[Place, Move]:
        """Everything the rules ask for."""
        found: dict[Place, Move] = {}
        for (topic, language), rated in self.rated.items():
            here = self.standing(topic, language, CLEAN)
            move = levels.harmless(rated, here)
            if move:
                found[Place(topic, language, CLEAN)] = move
            graver = levels.doubtful(
                rated, self.standing(topic, language, DOUBTFUL),
                harmless_level=move.level if move else here.level, knows_risk=self.knows_risk,
            )  # fmt: skip
            if graver:
                found[Place(topic, language, DOUBTFUL)] = graver
        for place, standing in self.rows.items():
            move = levels.idle(standing, self.last_answer(place), now)
            if move:
                found.setdefault(place, move)
        return found


def _people(members: Collection[int], now: datetime) -> dict[int, _Person]:
    """Helpers (not staff) among these members, with all that the rules look at: four statements for any number."""
    helpers = Membership.objects.filter(pk__in=members, is_active=True).exclude(role__in=_STAFF)
    found = {pk: _Person() for pk in helpers.values_list("pk", flat=True)}
    ids = list(found)
    for row in Trust.objects.filter(member__in=ids):
        place = Place(row.topic, row.language, row.risk)
        found[row.member_id].rows[place] = Standing(row.level, row.since)
    for member, topic, language, _risk, _answer, at, good, _reviewed in db.fetch(VERDICTS, {"members": ids}):
        found[member].rated[topic, language].append(Rated(at, good))
    answered = db.fetch(
        """SELECT a.author_id, c.topic, c.language, max(a.created_at) FROM answering_answer a
           JOIN conversations_conversation c ON c.id = a.conversation_id
           WHERE a.author_id = ANY(%s) AND a.created_at > %s GROUP BY 1, 2, 3""",
        (ids, now - _LOOK_BACK),
    )
    for member, topic, language, at in answered:
        found[member].answered[topic, language] = at
    for pk in Onboarding.objects.filter(member__in=ids, risk_quiz_at__isnull=False).values_list(
        "pk", flat=True
    ):
        found[pk].knows_risk = True
    return found


def review(members: Collection[int], *, now: datetime) -> int:
    """Apply the rules to these members; how many changes there were."""
    changed = 0
    for member_id, person in sorted(_people(members, now).items()):
        if person.moves(now):
            changed += _apply_rules(member_id, now)
    return changed


def _apply_rules(member_id: int, now: datetime) -> int:
    with db.atomic():
        _lock(member_id)
        person = _people([member_id], now).get(member_id)
        moves = person.moves(now) if person else {}
        for place, move in moves.items():
            _put(member_id, place, move.level, why=move.why, reason=move.reason, actor=None, now=now)
    return len(moves)


def review_all(*, now: datetime) -> int:
    """Every night, everybody who helps; how many changes."""
    rows = Membership.objects.filter(is_active=True).exclude(role__in=_STAFF).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    return sum(review(ids[start : start + 1000], now=now) for start in range(0, len(ids), 1000))


# ------------------------------------------------------------------ writing
def _lock(member_id: int) -> None:
    """One change of a person's trust after the other, until the end of the transaction."""
    db.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_SPACE, member_id))


def _at(member_id: int, place: Place) -> Trust | None:
    return Trust.objects.filter(
        member_id=member_id, topic=place.topic, language=place.language, risk=place.risk
    ).first()


def _put(
    member_id: int, place: Place, level: int | None, *, why: str, reason: str, actor: Actor | None, now: datetime
) -> TrustChange:  # fmt: skip
    """Write a row (None: take it away) with its history and event. The person is locked."""
    known = _at(member_id, place)
    before, by_id = known.level if known else None, actor.membership_id if actor else None
    where: dict[str, Any] = {"topic": place.topic, "language": place.language, "risk": place.risk}
    counted = people_trust.level_of(member_id, now=now, **where)
    if level is None:
        Trust.objects.filter(member_id=member_id, **where).delete()
    else:
        values: dict[str, Any] = {"level": level, "since": now, "reason": reason[:200], "by_id": by_id}
        Trust.objects.update_or_create(member_id=member_id, **where, defaults=values)
    made = TrustChange.objects.create(
        member_id=member_id, **where, before=before, after=level, why=why, reason=reason[:200],
        by_id=by_id, at=now,
    )  # fmt: skip
    # The event tells the levels that count there, whichever row they come from.
    counts = people_trust.level_of(member_id, now=now, **where)
    levels_told = {"before": int(counted), "after": int(counts), "why": why, "reason": made.reason}
    brand_id = (
        actor.brand_id if actor else Membership.objects.values_list("brand_id", flat=True).get(pk=member_id)
    )
    data = {"member": member_id, **where, **levels_told}
    emit(Fact(events.TRUST_CHANGED, now, actor.label if actor else _RULES, brand_id, None, None, data))
    return made


def begin(*, member_id: int, now: datetime) -> bool:
    """Somebody new did lesson, quiz and practice: coached from now on. False when they were that already."""
    with db.atomic():
        _lock(member_id)
        known = _at(member_id, EVERYWHERE)
        if known is not None and known.level > Trust.Level.NEW:
            return False
        _put(member_id, EVERYWHERE, Trust.Level.COACHED, why=Why.LEARNED, reason="", actor=None, now=now)
    return True


# ------------------------------------------------------------------ by a lead
def helper_of(actor: Actor, member_id: int) -> Membership:
    """A member of the lead's brand. Raises NotAllowed for everybody else's and for who is no lead."""
    member = Membership.objects.filter(pk=member_id, brand_id=actor.brand_id).first()
    if member is None or not actor.is_lead:
        raise NotAllowed(_("Only a lead of the brand may do this."))
    return member


def set_level(
    *, actor: Actor, member_id: int, place: Place, level: int, reason: str, now: datetime
) -> TrustChange:
    """A lead says how far somebody is trusted. Raises UserError without a reason, NotAllowed for who is no lead."""
    member = helper_of(actor, member_id)
    if not reason.strip():
        raise UserError(_("Give a reason: the person will read it."))
    if level not in Trust.Level.values or place.risk not in Trust.Risk.values:
        raise UserError(_("There is no such level."))
    if member.role in _STAFF and level < Trust.Level.TRUSTED:
        raise UserError(_("Staff are always trusted. Change the role instead."))
    with db.atomic():
        _lock(member_id)
        known = _at(member_id, place)
        if known is not None and known.level == level:
            raise Conflict(_("This is the level already."))
        lower = level < (known.level if known else Trust.Level.NEW)
        why = Why.REVOKED if lower else Why.BY_HAND
        return _put(member_id, place, level, why=why, reason=reason.strip(), actor=actor, now=now)


def uphold_report(*, actor: Actor, member_id: int, reason: str, now: datetime) -> list[TrustChange]:
    """A serious report proved right: everything the person answers is looked at first again."""
    helper_of(actor, member_id)
    if not reason.strip():
        raise UserError(_("Give a reason: the person will read it."))
    with db.atomic():
        _lock(member_id)
        above = Trust.objects.filter(member_id=member_id, level__gt=Trust.Level.COACHED).order_by("pk")
        return [
            _put(
                member_id, Place(row.topic, row.language, row.risk), Trust.Level.COACHED,
                why=Why.REPORT, reason=reason.strip(), actor=actor, now=now,
            )
            for row in list(above)
        ]  # fmt: skip


def undo(*, actor: Actor, change_id: int, now: datetime) -> TrustChange:
    """Bring back what was before a change. Raises Conflict when it was changed again since."""
    change = TrustChange.objects.filter(pk=change_id, member__brand_id=actor.brand_id).first()
    if change is None or not actor.is_lead:
        raise NotAllowed(_("There is nothing to undo."))
    place = Place(change.topic, change.language, change.risk)
    with db.atomic():
        _lock(change.member_id)
        change.refresh_from_db()
        known = _at(change.member_id, place)
        if change.undone_at is not None or (known.level if known else None) != change.after:
            raise Conflict(_("It was changed again since."))
        change.undone_at = now
        change.save(update_fields=["undone_at"])
        return _put(
            change.member_id, place, change.before, why=Why.UNDONE, reason=change.reason, actor=actor, now=now
        )


# ------------------------------------------------------------------ pauses
def lapse(*, member_id: int, conversation_id: int, now: datetime) -> bool:
    """A claim ran out in silence; the third within a day pauses a helper. Whether it did."""
    member = Membership.objects.filter(pk=member_id, is_active=True).exclude(role__in=_STAFF).first()
    if member is None:
        return False
    with db.atomic():
        _lock(member_id)
        Lapse.objects.get_or_create(member=member, conversation_id=conversation_id, at=now)
        since = max(now - timedelta(hours=24), member.paused_until or now - timedelta(hours=24))
        recent = Lapse.objects.filter(member=member, at__gt=since, at__lte=now).count()
        if recent < LAPSES.get() or (member.paused_until is not None and member.paused_until > now):
            return False
        until = now + timedelta(hours=PAUSE_HOURS.get())
        Membership.objects.filter(pk=member_id).update(paused_until=until)
        data: dict[str, object] = {"member": member_id, "until": until.isoformat(), "reason": "lapses"}
        emit(Fact(events.PAUSED, now, _RULES, member.brand_id, None, None, data))
    return True


def pause(*, actor: Actor, member_id: int, hours: int, reason: str, now: datetime) -> None:
    """A lead asks somebody nothing for a while. Raises UserError for more than a year."""
    helper_of(actor, member_id)
    if not 0 < hours <= 366 * 24:
        raise UserError(_("Choose between an hour and a year."))
    until = now + timedelta(hours=hours)
    with db.atomic():
        Membership.objects.filter(pk=member_id).update(paused_until=until)
        data: dict[str, object] = {"member": member_id, "until": until.isoformat(), "reason": reason[:200]}
        emit(Fact(events.PAUSED, now, actor.label, actor.brand_id, None, None, data))


def resume(*, actor: Actor, member_id: int, now: datetime) -> bool:
    """A lead ends a pause; whether there was one."""
    helper_of(actor, member_id)
    with db.atomic():
        ended = Membership.objects.filter(pk=member_id, paused_until__gt=now).update(paused_until=None)
        if ended:
            emit(Fact(events.RESUMED, now, actor.label, actor.brand_id, None, None, {"member": member_id}))
    return bool(ended)


def history(member_id: int, *, limit: int = 50) -> Iterable[TrustChange]:
    """Every change of somebody's trust, newest first."""
    rows = TrustChange.objects.select_related("by").filter(member_id=member_id)
    return rows.order_by("-at", "-pk")[:limit]
