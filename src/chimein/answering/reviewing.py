"""What a reviewer decides about a draft: let it go out, send it back, turn it down; and taking that back.

Three yes/no questions and a line of advice. Two who decide at once: one counts, the other is told who was faster.
Everything happens in one transaction, on the path every answer takes: held, then posted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from chimein.answering import checks, events, pending, readings, reviewers, services
from chimein.answering.models import Answer, Draft, Review
from chimein.channels import deliveries
from chimein.conversations.models import Conversation
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.core.text import measure
from chimein.people.access import signature
from chimein.people.models import Membership
from chimein.routing import services as routing
from chimein.routing.models import Lane, WorkItem

REJECTED = "review_rejected"
"""The reason with which a claim ends when the draft was turned down."""
_LONGEST_SIGNATURE = 80
State, Kind, Stage, Verdict = Answer.State, Review.Kind, Review.Stage, Review.Verdict


@dataclass(frozen=True, slots=True)
class Criteria:
    """The three questions every reviewer answers."""

    tone: bool
    solves: bool
    personal: bool

    @property
    def all_good(self) -> bool:
        return self.tone and self.solves and self.personal


@dataclass(frozen=True, slots=True)
class Taken:
    """An open review with everything a decision needs, all of it locked."""

    review: Review
    made: Answer
    item: WorkItem | None
    reviewer: Membership


def _take(actor: Actor, review_id: int, *, drafts: bool, now: datetime) -> Taken:
    """Lock a review to decide it. Raises Conflict when it is decided already or is somebody else's for the moment."""
    item = pending.lock_for(review_id)
    rows = Review.objects.select_for_update(of=("self",)).select_related(
        "reviewer", "answer__author__team", "answer__reply_to", "answer__conversation__account",
        "answer__conversation__brand",
    )  # fmt: skip
    review = rows.filter(pk=review_id, brand_id=actor.brand_id).first()
    member = Membership.objects.select_related("team").filter(pk=actor.membership_id or 0).first()
    if review is None or member is None or (review.kind == Kind.DRAFT) != drafts:
        raise NotAllowed(_("There is no such review."))
    if review.verdict == Verdict.MOOT:
        raise Conflict(_("This draft is not needed any more."))
    if review.verdict:
        name = review.reviewer.public_name if review.reviewer else _("Somebody")
        raise Conflict(_("%(name)s has decided this already.") % {"name": name})
    may = reviewers.may_review(member, reviewers.case_of(review.answer), now=now)
    if not may or (review.of_id is not None and member.pk in readings.readers_of(review.of_id)):
        raise NotAllowed(_("This is for somebody else to review."))
    alone = review.stage == Stage.COACH and review.reviewer_id not in {None, member.pk}
    if alone and not reviewers.is_lead(member) and review.reviewer is not None:
        raise Conflict(_("It is with %(name)s for the moment.") % {"name": review.reviewer.public_name})
    return Taken(review, review.answer, item, member)


def approve(
    *, actor: Actor, review_id: int, criteria: Criteria, now: datetime, advice: str = "", text: str | None = None,
    anyway: str = "",
) -> Answer:  # fmt: skip
    """Let a draft go out, as it is or changed; it is held for a few seconds like every answer.

    Raises UserError when a criterion is not met and nothing was changed, or when the text does not fit or is blocked;
    Conflict when somebody else was faster.
    """
    with db.atomic():
        taken = _take(actor, review_id, drafts=True, now=now)
        made, item = taken.made, _open_item(taken)
        final = (text if text is not None else taken.review.text).replace("\r\n", "\n").strip()
        edited = final != taken.review.text.strip()
        if not criteria.all_good and not edited:
            raise UserError(
                _("You said no to something: mend it in the text, or send it back with a word of advice.")
            )
        _check_free(taken, item, now)
        found = checks.look(
            final, brand_id=actor.brand_id, author_id=made.author_id, private=made.private, now=now
        )
        made.anyway = checks.enforce(found, anyway=anyway or made.anyway)
        _send_off(taken, item, final, now)
        _close(taken, Verdict.EDITED if edited else Verdict.APPROVED, criteria, advice, now, final=final)
        data: dict[str, object] = {"answer": made.pk, "until": made.undo_until.isoformat()}
        emit(
            Fact(events.HELD, now, actor.label, actor.brand_id, made.conversation_id, made.reply_to_id, data)
        )
    return made


def _open_item(taken: Taken) -> WorkItem:
    target = taken.made.reply_to
    waits = target is not None and target.deleted_at is None and target.disposition == "waiting"
    if taken.item is None or not taken.item.is_open or not waits:
        raise Conflict(_("This conversation needs no answer any more."))
    return taken.item


def _check_free(taken: Taken, item: WorkItem, now: datetime) -> None:
    """Nobody else's answer is on its way, and nobody but author or reviewer is writing one."""
    on_its_way = Answer.objects.filter(
        conversation_id=taken.made.conversation_id, state__in=(State.HELD, State.SENDING)
    )
    if on_its_way.exists():
        raise Conflict(_("An answer is on its way."))
    mine = {None, taken.made.author_id, taken.reviewer.pk}
    writing = not item.sending and item.claim_until is not None and item.claim_until > now
    if writing and item.holder_id not in mine and item.holder is not None:
        raise Conflict(_("%(name)s is answering this.") % {"name": item.holder.public_name})


def joint_signature(author: Membership, reviewer: Membership, conversation: Conversation) -> str:
    """Both names in the customer's language, such as ``Ann, Store 3 · with Lee``; the author's if it is too long."""
    own = signature(author, conversation.language)
    with translation.override("zh-hans" if conversation.language.startswith("zh") else "en"):
        both = _("%(author)s · with %(reviewer)s") % {"author": own, "reviewer": reviewer.public_name}
    return both if len(both) <= _LONGEST_SIGNATURE else own


def _send_off(taken: Taken, item: WorkItem, text: str, now: datetime) -> None:
    made, conversation, author = taken.made, taken.made.conversation, taken.made.author
    target = made.reply_to
    assert author is not None
    assert target is not None
    signed = joint_signature(author, taken.reviewer, conversation)
    split = _was_in_parts(made, conversation, taken.review.text)
    parts = services.parts_of(conversation, text, suffix=f" ^{signed}", split=split)
    item.holder_id = author.pk
    made.text, made.signature = text, signed
    services.hold(made, conversation, item, author, target, parts, now)


def _was_in_parts(made: Answer, conversation: Conversation, text: str) -> bool:
    """Whether the author's own text is longer than one post: they chose to send it in parts."""
    limit, how = services.limit_of(conversation)
    return measure.length(f"{text} ^{made.signature}", how) > limit


def send_back(*, actor: Actor, review_id: int, criteria: Criteria, advice: str, now: datetime) -> Answer:
    """Back to the author, who mends it and sends it again while the claim lasts. Raises UserError without advice."""
    if not advice.strip():
        raise UserError(_("Give a line of advice: what would make it better?"))
    with db.atomic():
        taken = _take(actor, review_id, drafts=True, now=now)
        item, made = _open_item(taken), taken.made
        kept = item.sending and item.holder_id == made.author_id
        made.state = State.RETURNED
        made.save(update_fields=["state"])
        pending.back_to_author(made, kept=kept, now=now)
        _close(taken, Verdict.RETURNED, criteria, advice, now)
    return made


def reject(
    *, actor: Actor, review_id: int, criteria: Criteria, reason: str, to_desk: bool, now: datetime
) -> Answer:
    """Turn a draft down: the question goes back to the others, or to the desk. Raises UserError without a reason."""
    if not reason.strip():
        raise UserError(_("Say in a word why."))
    with db.atomic():
        taken = _take(actor, review_id, drafts=True, now=now)
        item, made = taken.item, taken.made
        made.state = State.REJECTED
        made.save(update_fields=["state"])
        if item is not None and item.sending and item.holder_id == made.author_id:
            pending.let_go(taken.review, now, reason=REJECTED)
        _close(taken, Verdict.REJECTED, criteria, reason, now)
        if to_desk and item is not None and item.is_open:
            routing.move(actor=actor, conversation_id=item.pk, lane=Lane.DESK, reason=reason, now=now)
    return made


def judge(*, actor: Actor, review_id: int, criteria: Criteria, now: datetime, advice: str = "") -> Review:
    """Read what stands on the network already: it stays as it is, the author learns from it."""
    with db.atomic():
        taken = _take(actor, review_id, drafts=False, now=now)
        _close(taken, Verdict.GOOD if criteria.all_good else Verdict.POOR, criteria, advice, now)
    return taken.review


def _close(
    taken: Taken, verdict: str, criteria: Criteria, advice: str, now: datetime, *, final: str = ""
) -> None:
    review, made = taken.review, taken.made
    review.verdict, review.decided_at, review.next_at = verdict, now, None
    review.reviewer, review.advice, review.final_text = taken.reviewer, advice.strip()[:300], final
    review.tone, review.solves, review.personal = criteria.tone, criteria.solves, criteria.personal
    review.save()
    told: dict[str, object] = _said(review) | {
        "criteria": asdict(criteria), "edited": verdict == Verdict.EDITED,
        "topic": made.conversation.topic, "language": reviewers.language_of(made),
    }  # fmt: skip
    who = f"user:{taken.reviewer.user_id}"
    emit(Fact(events.REVIEW_GIVEN, now, who, review.brand_id, made.conversation_id, made.reply_to_id, told))
    readings.follow(review, now=now)


def _said(review: Review) -> dict[str, object]:
    return {
        "review": review.pk, "answer": review.answer_id, "author": review.author_id, "reviewer": review.reviewer_id,
        "kind": review.kind, "verdict": review.verdict,
    }  # fmt: skip


def take_back(*, actor: Actor, review_id: int, now: datetime) -> Review:
    """The reviewer thinks again, within the seconds every answer is held: the draft waits for review as before.

    Raises Conflict when it is too late: the answer is on its way, the author has mended it, somebody took the question.
    """
    with db.atomic():
        item = pending.lock_for(review_id)
        rows = Review.objects.select_for_update(of=("self",)).select_related("answer")
        review = rows.filter(pk=review_id, reviewer_id=actor.membership_id, brand_id=actor.brand_id).first()
        if review is None or review.verdict in {"", Verdict.MOOT} or review.decided_at is None:
            raise NotAllowed(_("This is not your review."))
        seconds = timedelta(seconds=services.UNDO_SECONDS.get())
        if now > review.decided_at + seconds:
            raise Conflict(_("It is too late to take this back."))
        if review.kind == Kind.DRAFT:
            _undo(actor, review, item, now)
        told = _said(review)
        review.verdict, review.decided_at, review.tone, review.solves, review.personal = (
            "",
            None,
            None,
            None,
            None,
        )
        review.stage, review.final_text, review.next_at = (
            Stage.COACH,
            "",
            now + timedelta(minutes=pending.COACH_MINUTES.get()),
        )
        if review.kind != Kind.DRAFT:
            review.next_at = None
        review.save()
        conversation_id = review.answer.conversation_id
        emit(Fact(events.REVIEW_TAKEN_BACK, now, actor.label, actor.brand_id, conversation_id, None, told))
    return review


def _undo(actor: Actor, review: Review, item: WorkItem | None, now: datetime) -> None:
    """Bring answer and queue to where they were when the draft waited."""
    made = review.answer
    if item is None or not item.is_open:
        raise Conflict(_("This conversation needs no answer any more."))
    if review.verdict in {Verdict.APPROVED, Verdict.EDITED}:
        _unsend(made, now)
    elif review.verdict == Verdict.REJECTED:
        _take_again(actor, review, item, now)
    elif made.state != State.RETURNED or item.sending or item.holder_id not in {None, made.author_id}:
        raise Conflict(_("It is too late to take this back."))
    made.state, made.text = State.REVIEW, review.text
    made.save(update_fields=["state", "text"])
    Draft.objects.filter(conversation_id=item.pk, author_id=made.author_id, kind=Draft.Kind.REPLY).delete()
    WorkItem.objects.filter(pk=item.pk).update(sending=True, holder_id=made.author_id, claim_until=None)


def _unsend(made: Answer, now: datetime) -> None:
    parts = list(made.messages.values_list("delivery_id", flat=True))
    if made.state != State.HELD or made.undo_until <= now or deliveries.cancel(parts) < len(parts):
        raise Conflict(_("It is too late to take this back: the answer is on its way."))
    made.messages.filter(external_id=None).delete()


def _take_again(actor: Actor, review: Review, item: WorkItem, now: datetime) -> None:
    if review.answer.state != State.REJECTED or item.sending or item.holder_id is not None:
        raise Conflict(_("It is too late to take this back."))
    if item.lane_chosen_at is not None and item.lane_chosen_at == review.decided_at:
        routing.move_back(actor=actor, conversation_id=item.pk, moved_at=item.lane_chosen_at, now=now)
