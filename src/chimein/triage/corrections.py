"""A person knows better: labels of a message are corrected or confirmed, and the lane policy looks again.

`routing.correcting` calls this and brings the queue in line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chimein.conversations.models import Message
from chimein.core.actor import Actor, Role
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.triage import events, labels, policies, policy
from chimein.triage.models import Correction, Topic, Triage
from chimein.triage.port import BrandWords, Labels, Reason, TriageInput

HELPERS = frozenset({Role.COLLEAGUE, Role.TRUSTED_CUSTOMER})
_DECIDED = (
    "intent", "sentiment", "anger", "vague_abuse", "risks", "risk_score", "gate", "topic", "language", "urgency",
    "fit", "lane", "rule", "advice", "priority", "sla_minutes", "alarm", "trusted_only", "no_reply_reason",
    "no_reply_hint", "reasons",
)  # fmt: skip
"""Everything a correction may change; kept with it, so that it can be taken back."""
_BY_POLICY = (
    "fit", "lane", "rule", "advice", "priority", "sla_minutes", "alarm", "trusted_only", "no_reply_reason",
    "no_reply_hint",
)  # fmt: skip
_NO_REPLY = {"spam": "spam", "praise": "praise", "chatter": "chatter"}


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of a correction. `message` has its conversation, `changed` names the labels that are new."""

    message: Message
    triage: Triage
    rows: tuple[Correction, ...]
    changed: frozenset[str]


def may_correct(actor: Actor, message: Message, label: str) -> bool:
    """Staff correct everything; helpers the labels of public messages, never the lane."""
    if actor.is_staff:
        return True
    return actor.role in HELPERS and message.visibility == "public" and label != "lane"


def find(actor: Actor, message_id: int) -> tuple[Message, Triage]:
    """A customer's message with its labels, locked. Raises NotAllowed when there is none for this actor."""
    rows = Message.objects.select_related("conversation", "identity").defer("search")
    message = rows.filter(pk=message_id, brand_id=actor.brand_id, direction="in", deleted_at=None).first()
    triage = Triage.objects.select_for_update().filter(message_id=message_id).first()
    if message is None or triage is None or not may_correct(actor, message, "intent"):
        raise NotAllowed(_("This message is not open to you."))
    return message, triage


def correct(
    *,
    actor: Actor,
    message_id: int,
    values: Mapping[str, Any],
    why: str,
    now: datetime,
    source: str = Correction.Source.CONSOLE,
) -> Corrected:
    """Keep a person's labels; one that is the same as before confirms it. Doing it twice changes nothing.

    The caller holds a transaction. In the game nobody chooses a lane for a customer: the answer is only learned from.
    Raises NotAllowed for a label this actor may not choose, UserError for a value that there is not.
    """
    message, triage = find(actor, message_id)
    topics = list(Topic.objects.filter(brand_id=actor.brand_id))
    for label, value in values.items():
        if not labels.is_known(label, value, topics):
            raise UserError(_("There is no such label."))
        if not may_correct(actor, message, label):
            raise NotAllowed(_("Only staff may choose the lane."))
    earlier = {name: getattr(triage, name) for name in _DECIDED}
    rows = _rows(actor, triage, values, why=why.strip()[:200], now=now, source=source)
    if not rows:
        return Corrected(message, triage, (), frozenset())
    rows[0].earlier = {"triage": earlier}
    changed = {row.label for row in rows if row.before != row.after}
    if source == Correction.Source.GAME:
        changed.discard("lane")
    _apply(actor, message, triage, {row.label: row.after for row in rows if row.label in changed})
    Correction.objects.bulk_create(rows)
    data = {"labels": {row.label: row.after for row in rows}, "why": rows[0].why, "source": source}
    emit(Fact(events.CORRECTED, now, actor.label, actor.brand_id, message.conversation_id, message.pk, data))
    return Corrected(message, triage, tuple(rows), frozenset(changed))


def _rows(
    actor: Actor, triage: Triage, values: Mapping[str, Any], *, why: str, now: datetime, source: str
) -> list[Correction]:
    """One row for each label, but for those that this person has said before and nobody since."""
    said: dict[str, Correction] = {}
    for row in Correction.objects.filter(message_id=triage.pk).order_by("at", "pk"):
        said[row.label] = row
    made = []
    for label, value in values.items():
        last, before = said.get(label), labels.read(triage, label)
        known = last is not None and last.author_id == actor.membership_id and last.after == value
        if not (known and (before == value or source == Correction.Source.GAME)):
            made.append(
                Correction(
                    brand_id=actor.brand_id, message_id=triage.pk, label=label, before=before, after=value, why=why,
                    author_id=actor.membership_id, source=source, at=now,
                )
            )  # fmt: skip
    return made


def _apply(actor: Actor, message: Message, triage: Triage, values: Mapping[str, Any]) -> None:
    """Write the labels, and let the lane policy decide anew unless a person names the lane."""
    if not values:
        return
    for label, value in values.items():
        setattr(triage, label, value)
    if "risks" in values:
        triage.gate, triage.risk_score = ("sure", 1.0) if triage.risks else ("clean", 0.0)
    if "language" in values:
        Message.objects.filter(pk=message.pk).update(language=triage.language)
    _mend_reasons(triage, values)
    if "lane" in values:
        _by_person(triage)
    else:
        _decide(actor, message, triage, values)
    triage.save()


def _mend_reasons(triage: Triage, values: Mapping[str, Any]) -> None:
    """Reasons of labels that are gone go; new labels get one, without words."""
    kept: list[dict[str, Any]] = list(triage.reasons)
    for label in ("intent", "anger", "vague_abuse"):
        if label in values:
            kept = [one for one in kept if str(one["code"]).partition(".")[0] != label]
    if "intent" in values:
        kept.append({"code": f"intent.{triage.intent}", "words": []})
    kept += [{"code": label, "words": []} for label in ("anger", "vague_abuse") if values.get(label)]
    if "risks" in values:
        named = {f"risk.{risk}" for risk in triage.risks}
        kept = [one for one in kept if not str(one["code"]).startswith("risk.") or one["code"] in named]
        kept += [{"code": code, "words": []} for code in sorted(named - {one["code"] for one in kept})]
    triage.reasons = kept


def _by_person(triage: Triage) -> None:
    triage.fit, triage.rule, triage.trusted_only, triage.no_reply_reason = triage.lane, "", False, ""
    if triage.lane == "none":
        triage.no_reply_reason = _NO_REPLY.get(triage.intent, "settled")
    kept = [one for one in triage.reasons if not str(one["code"]).startswith(("lane.", "no_reply."))]
    triage.reasons = [*kept, {"code": "lane.by_person", "words": []}]


def _decide(actor: Actor, message: Message, triage: Triage, values: Mapping[str, Any]) -> None:
    found = _as_labels(triage, values)
    policies.current(actor.brand_id).decide(found, _input(message))
    if not actor.is_staff and found.lane == "crowd" and triage.lane not in {"crowd", *policy.UNANSWERED}:
        return  # helpers can keep a message from the crowd, but not bring it there
    for name in _BY_POLICY:
        setattr(triage, name, getattr(found, name))
    triage.reasons = [one.as_json() for one in found.reasons]


def _as_labels(triage: Triage, values: Mapping[str, Any]) -> Labels:
    """The stored labels as the policy looks at them, with the reason for no reply that goes with them."""
    no_reply, fit = triage.no_reply_hint or triage.no_reply_reason, triage.fit
    if "intent" in values:
        no_reply = _NO_REPLY.get(triage.intent, "")
        if not no_reply and fit in policy.UNANSWERED:
            fit = "desk" if triage.intent == "complaint" else "crowd"
    return Labels(
        language=triage.language, intent=triage.intent, sentiment=triage.sentiment, anger=triage.anger,
        risks=list(triage.risks), topic=triage.topic, influence=triage.influence, vague_abuse=triage.vague_abuse,
        urgency=triage.urgency, fit=fit, gate=triage.gate, risk_score=triage.risk_score,
        confidence=triage.confidence, no_reply_reason=no_reply,
        reasons=[Reason(str(one["code"]), tuple(one.get("words", ()))) for one in triage.reasons],
    )  # fmt: skip


def _input(message: Message) -> TriageInput:
    identity = message.identity
    return TriageInput(
        text=message.text,
        brand=BrandWords(message.brand_id, ()),
        followers=identity.followers if identity else 0,
        verified=bool(identity and identity.verified),
        private=message.visibility == "private",
        found=message.found,
    )


def take_back(*, actor: Actor, message_id: int, at: datetime, now: datetime) -> Corrected:
    """Undo what this person said of a message at that moment. Raises Conflict when others have spoken since.

    The caller holds a transaction; `triage` has the labels of before, `rows` are deleted.
    """
    message, triage = find(actor, message_id)
    said = list(Correction.objects.filter(message_id=message_id).order_by("at", "pk"))
    mine = [row for row in said if row.at == at and row.author_id == actor.membership_id]
    if not mine or any(row.at > at for row in said):
        raise Conflict(_("There is nothing to take back any more."))
    changed = frozenset(row.label for row in mine if row.before != row.after)
    earlier: dict[str, Any] = next((row.earlier for row in mine if row.earlier), {})
    for name, value in earlier.get("triage", {}).items():
        setattr(triage, name, value)
    if changed:
        triage.save()
        Message.objects.filter(pk=message_id).update(language=triage.language)
    Correction.objects.filter(pk__in=[row.pk for row in mine]).delete()
    data = {"labels": {row.label: row.before for row in mine}}
    emit(Fact(events.RESTORED, now, actor.label, actor.brand_id, message.conversation_id, message_id, data))
    return Corrected(message, triage, tuple(mine), changed)


def history(message_id: int) -> list[Correction]:
    """What people said of a message's labels, newest first."""
    rows = Correction.objects.filter(message_id=message_id).select_related("author")
    return list(rows.order_by("-at", "-pk"))
