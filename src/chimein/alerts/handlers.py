"""What alerts hear. Each handler runs in the transaction of the event and only writes rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from chimein.alerts import kinds
from chimein.alerts.kinds import Kind
from chimein.alerts.mentions import named_in
from chimein.alerts.writing import News, tell, tell_many, withdraw
from chimein.answering.models import Answer
from chimein.conversations.models import Note
from chimein.core import db
from chimein.core.actor import STAFF_ROLES
from chimein.core.events import Fact, in_batches
from chimein.people.models import Membership
from chimein.routing.models import Lane, WorkItem

_OF_OUTCOME = {
    "thanked": kinds.THANKS, "solved": kinds.THANKS, "reused": kinds.THANKS,
    "reopened": kinds.COMEBACK,
}  # fmt: skip
_WAITING = (kinds.OFFER, kinds.WARNING, kinds.BREACH)
_CRISIS_EVERY = timedelta(minutes=10)


_QUESTIONS = """
SELECT c.id, coalesce(w.lane, ''), c.topic, w.waiting_since
FROM conversations_conversation c LEFT JOIN routing_workitem w ON w.conversation_id = c.id WHERE c.id = ANY(%s)
"""


class Questions:
    """News about questions that wait; a subject is the conversation with the moment since when it waits."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        ids = sorted({fact.conversation_id for fact in facts if fact.conversation_id is not None})
        self._known = {row[0]: row[1:] for row in db.fetch(_QUESTIONS, (ids,))}

    def news(self, kind: Kind, fact: Fact, **more: Any) -> News:
        """What there is to tell of one of them."""
        lane, topic, waiting = self._known.get(fact.conversation_id, ("", "", None))
        since = f"@{waiting.timestamp():.0f}" if waiting else ""
        subject = f"c{fact.conversation_id}{since}"
        return News(
            kind, fact.brand_id or 0, subject, fact.at, fact.conversation_id, lane=lane, topic=topic, **more
        )


def _moment(value: object) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else None


@in_batches
def on_offered(facts: Sequence[Fact]) -> None:
    """Rings of people are asked."""
    about = Questions(facts)
    tell_many(
        [
            (about.news(kinds.OFFER, fact, until=_moment(fact.data.get("until"))), fact.data["members"])
            for fact in facts
        ]
    )


def on_withdrawn(fact: Fact) -> None:
    """The question needs nobody of these any more."""
    if fact.conversation_id is not None:
        taken = fact.data.get("reason") == "taken"
        _take_back(fact, [kinds.OFFER], fact.data["members"], holder=_holder(fact) if taken else None)


def on_passed(fact: Fact) -> None:
    """Whoever passed a question on is not reminded of it."""
    _take_back(fact, [kinds.OFFER], [fact.data["member"]], why="passed", silent=[fact.data["member"]])


def on_claimed(fact: Fact) -> None:
    """Somebody has it: nobody else need come, and no deadline is anybody else's worry now."""
    _take_back(fact, _WAITING, None, why="taken", holder=fact.data["member"])


def on_answered(fact: Fact) -> None:
    """The answer stands."""
    _take_back(fact, _WAITING, None, why="answered", holder=fact.data["member"])


def on_closed(fact: Fact) -> None:
    """The matter is settled without an answer."""
    _take_back(fact, _WAITING, None, why="closed")


def _holder(fact: Fact) -> int | None:
    row = WorkItem.objects.filter(pk=fact.conversation_id).values_list("holder_id", flat=True)
    return row.first()


def _take_back(
    fact: Fact,
    of: Sequence[Kind],
    members: Sequence[int] | None,
    *,
    why: str = "",
    holder: int | None = None,
    silent: Sequence[int] = (),
) -> None:
    if fact.conversation_id is None:
        return
    who = Membership.objects.filter(pk=holder).values_list("public_name", flat=True).first() if holder else ""
    withdraw(
        conversation_id=fact.conversation_id, kinds=of, now=fact.at, members=members,
        why=why or str(fact.data.get("reason", ""))[:20], silent=[*silent, *([holder] if holder else [])],
        data={"by": who or ""},
    )  # fmt: skip


def on_outcome(fact: Fact) -> None:
    """What came of an answer, told to its author."""
    kind = _OF_OUTCOME.get(str(fact.data.get("outcome")))
    member = fact.data.get("member")
    if kind is None or not member:
        return
    outcome = str(fact.data["outcome"])
    news = News(
        kind, fact.brand_id or 0, f"a{fact.data['answer']}:{outcome}", fact.at, fact.conversation_id,
        data={"answer": fact.data["answer"], "outcome": outcome},
    )  # fmt: skip
    tell(news, [member])


def on_failed(fact: Fact) -> None:
    """The network refused an answer for good: its author has the text back as a draft."""
    made = Answer.objects.filter(pk=fact.data["answer"]).values("author_id").first()
    if made and made["author_id"]:
        news = News(
            kinds.UNDELIVERED, fact.brand_id or 0, f"a{fact.data['answer']}", fact.at, fact.conversation_id,
            data={"answer": fact.data["answer"]},
        )  # fmt: skip
        tell(news, [made["author_id"]])


def on_noted(fact: Fact) -> None:
    """Colleagues named in a note are called; the note itself stays inside."""
    note = Note.objects.select_related("author").filter(pk=fact.data["note"]).first()
    if note is None or fact.brand_id is None or "@" not in note.text:
        return
    members = named_in(note.text, brand_id=fact.brand_id)
    news = News(
        kinds.MENTION, fact.brand_id, f"n{note.pk}", fact.at, fact.conversation_id,
        data={"note": note.pk, "by": note.author.public_name if note.author else ""},
    )  # fmt: skip
    called = [pk for pk in members if pk != note.author_id]
    if called:
        tell(news, called)


def on_thanked(fact: Fact) -> None:
    """A customer's thanks reach the author, and the author's leads."""
    answer, member = fact.data["answer"], fact.data["member"]
    for outcome, members in (("thanked", [member]), ("praise", fact.data.get("leads") or [])):
        data: dict[str, object] = {"answer": answer, "outcome": outcome, "by": _name(member)}
        subject = f"a{answer}:{outcome}"
        tell(
            News(kinds.THANKS, fact.brand_id or 0, subject, fact.at, fact.conversation_id, data=data), members
        )


def on_badge(fact: Fact) -> None:
    """Somebody earned a badge."""
    data: dict[str, object] = {"badge": fact.data["badge"]}
    news = News(kinds.GROWTH, fact.brand_id or 0, f"badge:{fact.data['badge']}"[:60], fact.at, data=data)
    tell(news, [fact.data["member"]])


def on_trust_changed(fact: Fact) -> None:
    """Somebody is trusted further; a step back is told by a person, not by a bell."""
    before, after = int(fact.data["before"]), int(fact.data["after"])
    if after > before:
        topic, language = str(fact.data.get("topic", "")), str(fact.data.get("language", ""))
        subject = f"trust:{topic}:{language}:{after}:{fact.at.date().isoformat()}"[:60]
        data: dict[str, object] = {"level": after, "topic": topic}
        tell(News(kinds.GROWTH, fact.brand_id or 0, subject, fact.at, data=data), [fact.data["member"]])


def on_review_asked(fact: Fact) -> None:
    """A draft waits for these readers; what was published already is read in its own time and rings for nobody."""
    if fact.data.get("kind") != "draft":
        return
    until = _moment(fact.data.get("until"))
    news = _of_review(
        kinds.REVIEW, fact, f"r{fact.data['review']}", until=until, by=_name(fact.data.get("author"))
    )
    tell(news, fact.data.get("reviewers") or [])


def on_review_given(fact: Fact) -> None:
    """The author hears what came of it; nobody else need read it any more."""
    _take_back(fact, [kinds.REVIEW], None, why="answered", holder=fact.data.get("reviewer"))
    author = fact.data.get("author")
    if author:
        outcome, by = str(fact.data.get("verdict", "")), _name(fact.data.get("reviewer"))
        tell(_of_review(kinds.REVIEWED, fact, f"r{fact.data['review']}", by=by, outcome=outcome), [author])


def on_review_taken_back(fact: Fact) -> None:
    """The verdict counts for nothing: so does the news of it."""
    author = fact.data.get("author")
    if author:
        _take_back(fact, [kinds.REVIEWED], [author], why="closed")


def on_draft_released(fact: Fact) -> None:
    """Another answer was published, or all is settled: the author is thanked, the readers are let off."""
    _take_back(fact, [kinds.REVIEW], None, why="closed")
    author = fact.data.get("author")
    if author and fact.data.get("reason") in {"another", "settled"}:
        news = _of_review(kinds.REVIEWED, fact, f"d{fact.data['answer']}", outcome="released")
        tell(news, [author])


def _of_review(kind: Kind, fact: Fact, subject: str, *, until: datetime | None = None, **data: str) -> News:
    told: dict[str, object] = {"answer": fact.data["answer"], **data}
    return News(kind, fact.brand_id or 0, subject, fact.at, fact.conversation_id, until=until, data=told)


def _name(member: object) -> str:
    if not isinstance(member, int):
        return ""
    return Membership.objects.filter(pk=member).values_list("public_name", flat=True).first() or ""


@in_batches
def on_assigned(facts: Sequence[Fact]) -> None:
    """Conversations were brought each to one person at the desk, to a specialist or to a manager."""
    about = Questions(facts)
    tell_many(
        [
            (about.news(kinds.OFFER, fact, until=_moment(fact.data.get("until"))), [fact.data["member"]])
            for fact in facts
        ]
    )


def on_unassigned(fact: Fact) -> None:
    """The suggestion is over; whoever passed it on knows that."""
    member, reason = fact.data["member"], str(fact.data.get("reason", ""))
    _take_back(fact, [kinds.OFFER], [member], why=reason[:20], silent=[member] if reason == "passed" else [])


@in_batches
def on_warned(facts: Sequence[Fact]) -> None:
    """Most of the time is over."""
    _on_ladder(facts, kinds.WARNING)


@in_batches
def on_escalated(facts: Sequence[Fact]) -> None:
    """The promised time is over: the next level and the lead are told."""
    _on_ladder(facts, kinds.BREACH)


def _on_ladder(facts: Sequence[Fact], kind: Kind) -> None:
    about = Questions(facts)
    tell_many([(about.news(kind, fact, data=_step(fact)), fact.data.get("members") or []) for fact in facts])


def _step(fact: Fact) -> dict[str, object]:
    return {"percent": fact.data.get("percent"), "alarm": bool(fact.data.get("alarm"))}


@in_batches
def on_received(facts: Sequence[Fact]) -> None:
    """Messages came in; of those for the crisis lane one of each brand is enough to tell."""
    crises = {fact.brand_id: fact for fact in facts if fact.data.get("lane") == Lane.CRISIS}
    for fact in crises.values():
        on_frozen(fact)


def on_frozen(fact: Fact) -> None:
    """A crisis: staff are told once in ten minutes, however many write."""
    if fact.brand_id is not None:
        window = int(fact.at.timestamp() // _CRISIS_EVERY.total_seconds())
        subject = f"b{fact.brand_id}@{window}"
        news = News(kinds.CRISIS, fact.brand_id, subject, fact.at, fact.conversation_id, lane=Lane.CRISIS)
        tell(news, staff_of(fact.brand_id))


def staff_of(brand_id: int) -> list[int]:
    """The staff of a brand."""
    roles = [role.value for role in STAFF_ROLES]
    rows = Membership.objects.filter(brand=brand_id, role__in=roles, is_active=True)
    return list(rows.values_list("pk", flat=True))
