"""Drafts, notes, answers: from the first key typed to the post on the network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chimein.answering import checks, events, pending
from chimein.answering.models import Answer, Draft
from chimein.channels import deliveries
from chimein.channels.models import Delivery
from chimein.channels.port import Capabilities
from chimein.channels.registry import adapter_for
from chimein.conversations import events as conversation_events
from chimein.conversations.models import Conversation, Message, Note
from chimein.conversations.writing import search_vector
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed, UserError
from chimein.core.events import Fact, emit
from chimein.core.options import option
from chimein.core.text import measure
from chimein.people.access import signature
from chimein.people.models import Membership
from chimein.routing import freezing
from chimein.routing.access import is_open_to
from chimein.routing.models import WorkItem
from chimein.routing.services import LEASE_SECONDS

UNDO_SECONDS = option(
    "UNDO_SECONDS", 10, "Seconds for which an answer can be taken back before it is posted."
)
MAX_NOTE = 10_000


def save_draft(*, actor: Actor, conversation_id: int, kind: str, text: str, now: datetime) -> None:
    """Keep what is being typed; an empty text forgets the draft.

    Raises NotAllowed outside the actor's brand and lanes.
    """
    _check_access(actor, conversation_id)
    if kind not in Draft.Kind.values:
        raise UserError(_("There is no such draft."))
    if not text.strip():
        mine = Draft.objects.filter(conversation_id=conversation_id, author_id=actor.membership_id, kind=kind)
        mine.delete()
    else:
        Draft.objects.update_or_create(
            conversation_id=conversation_id,
            author_id=actor.membership_id,
            kind=kind,
            defaults={"text": text[:MAX_NOTE], "updated_at": now},
        )


def _check_access(actor: Actor, conversation_id: int) -> WorkItem | None:
    """The queue's item when the actor may work on this conversation."""
    found = Conversation.objects.filter(
        pk=conversation_id, brand_id=actor.brand_id, merged_into=None
    ).exists()
    item = WorkItem.objects.filter(conversation_id=conversation_id).first()
    if not found or not (actor.is_staff or (item and is_open_to(actor, item))):
        raise NotAllowed(_("This conversation is not open to you."))
    return item


def add_note(*, actor: Actor, conversation_id: int, text: str, now: datetime) -> Note:
    """Leave a word for colleagues. It never leaves the house."""
    _check_access(actor, conversation_id)
    if not text.strip():
        raise UserError(_("The note is empty."))
    with db.atomic():
        note = Note.objects.create(
            conversation_id=conversation_id,
            author_id=actor.membership_id,
            text=text[:MAX_NOTE],
            created_at=now,
        )
        Draft.objects.filter(
            conversation_id=conversation_id, author_id=actor.membership_id, kind=Draft.Kind.NOTE
        ).delete()
        data: dict[str, object] = {"note": note.pk}
        emit(Fact(conversation_events.NOTED, now, actor.label, actor.brand_id, conversation_id, None, data))
    return note


def limit_of(conversation: Conversation) -> tuple[int, measure.Measure]:
    """How long an answer may be in this conversation, and how the network measures."""
    abilities: Capabilities = adapter_for(conversation.account.adapter).capabilities
    private = conversation.visibility == "private"
    return (abilities.direct_max_length if private else abilities.max_length), abilities.measure


def suffix_of(membership: Membership, conversation: Conversation) -> str:
    """What is added to an answer to say who wrote it, in the customer's language."""
    return f" ^{signature(membership, conversation.language)}"


def parts_of(conversation: Conversation, text: str, *, suffix: str, split: bool) -> list[str]:
    """The posts an answer becomes. Raises UserError when it is empty, or too long and not to be split."""
    limit, how = limit_of(conversation)
    body = text.strip()
    if not body:
        raise UserError(_("The answer is empty."))
    over = measure.length(body + suffix, how) - limit
    if over > 0 and not split:
        raise UserError(
            _("The answer is %(over)d over the limit. Shorten it, or send it in parts.") % {"over": over}
        )
    return measure.split(body, limit=limit, measure=how, suffix=suffix)


def answer(
    *,
    actor: Actor,
    conversation_id: int,
    text: str,
    fence: int | None,
    now: datetime,
    reply_to_id: int | None = None,
    split: bool = False,
    anyway: str = "",
) -> Answer:
    """Send an answer off. It is held for a few seconds, then posted; of somebody coached it is reviewed first.

    Only the holder of the current claim may answer: `fence` is the claim's number. `anyway`: why it is sent although a
    check warned. Raises Conflict when the claim is lost, UserError when the text does not fit or a check objects.
    """  # fmt: skip
    with db.atomic():
        conversation = (
            Conversation.objects.select_for_update(of=("self",))
            .select_related("account", "brand")
            .filter(pk=conversation_id, brand_id=actor.brand_id)
            .first()
        )
        item = WorkItem.objects.select_for_update().filter(conversation_id=conversation_id).first()
        if conversation is None or item is None or not is_open_to(actor, item):
            raise NotAllowed(_("This conversation is not open to you."))
        _check_claim(item, actor, fence, now)
        assert item.holder_id is not None
        author = Membership.objects.select_related("team").get(pk=item.holder_id)
        target = _target(conversation, reply_to_id)
        parts = parts_of(conversation, text, suffix=suffix_of(author, conversation), split=split)
        private = target.visibility == "private"
        found = checks.look(text, brand_id=actor.brand_id, author_id=author.pk, private=private, now=now)
        kept = checks.enforce(found, anyway=anyway)
        if pending.is_needed(author, conversation, item, target, now):
            return pending.ask(
                conversation=conversation, item=item, author=author, target=target, text=text.strip(),
                anyway=kept, now=now,
            )  # fmt: skip
        made = Answer(text=text.strip(), signature=signature(author, conversation.language), anyway=kept)
        hold(made, conversation, item, author, target, parts, now)
        data: dict[str, object] = {"answer": made.pk, "until": made.undo_until.isoformat()}
        emit(Fact(events.HELD, now, actor.label, actor.brand_id, conversation_id, target.pk, data))
    return made


def _check_claim(item: WorkItem, actor: Actor, fence: int | None, now: datetime) -> None:
    freezing.check_not_frozen(item)
    if item.sending:
        raise Conflict(_("An answer is on its way."))
    held = item.holder_id == actor.membership_id and item.claim_until is not None and item.claim_until > now
    if not held or item.fence != fence:
        raise Conflict(_("Your claim has run out. Your text is kept as a draft; claim again to send it."))
    if not item.is_open:
        raise Conflict(_("This conversation needs no answer any more."))


def _target(conversation: Conversation, reply_to_id: int | None) -> Message:
    """The message that is answered: the one named, else the newest that waits."""
    waiting = Message.objects.filter(conversation=conversation, direction="in", deleted_at=None)
    chosen = waiting.filter(pk=reply_to_id) if reply_to_id else waiting.filter(disposition="waiting")
    target = chosen.select_related("identity").order_by("-posted_at", "-pk").first()
    if target is None:
        raise Conflict(_("The message you answer is gone."))
    return target


def hold(
    made: Answer, conversation: Conversation, item: WorkItem, author: Membership, target: Message,
    parts: Sequence[str], now: datetime,
) -> None:  # fmt: skip
    """Queue the posts of an answer, to leave when its time for being taken back is over. Saves answer and item.

    Raises Conflict in a crisis that nobody has released: this is the one door through which answers leave.
    """
    freezing.check_not_frozen(item)
    made.conversation, made.author, made.reply_to = conversation, author, target
    made.private, made.state, made.created_at = target.visibility == "private", Answer.State.HELD, now
    made.undo_until = now + timedelta(seconds=UNDO_SECONDS.get())
    queued = deliveries.queue(
        account_id=conversation.account_id,
        order_key=conversation.pk,
        parts=parts,
        private=made.private,
        reply_to=target.external_id or "",
        recipient=target.identity.external_id if target.identity else "",
        due_at=made.undo_until,
    )
    made.save()
    made.messages.add(*_messages(conversation, author, target, queued, made.signature, now))
    item.sending = True
    item.save(update_fields=["sending", "holder"])
    Draft.objects.filter(conversation=conversation, author=author, kind=Draft.Kind.REPLY).delete()


def _messages(
    conversation: Conversation, author: Membership, target: Message, queued: Sequence[Delivery], signed: str,
    now: datetime,
) -> list[Message]:  # fmt: skip
    end = f" ^{signed}"
    made = [
        Message(
            conversation=conversation, account_id=conversation.account_id, brand_id=conversation.brand_id,
            parent_external_id=target.external_id or "", direction="out", visibility=target.visibility,
            contact_id=target.contact_id, author=author, attribution=signed, delivery=delivery,
            text=delivery.text.removesuffix(end), language=target.language, posted_at=now, received_at=now,
        )
        for delivery in queued
    ]  # fmt: skip
    return Message.objects.bulk_create(made)


def undo(*, actor: Actor, answer_id: int, now: datetime) -> Answer:
    """Take an answer back while it is held or in review; its text becomes the draft again.

    Raises Conflict when it is too late.
    """
    with db.atomic():
        made = Answer.objects.select_for_update(of=("self",)).filter(
            pk=answer_id, author_id=actor.membership_id, conversation__brand_id=actor.brand_id
        ).first()  # fmt: skip
        if made is None:
            raise NotAllowed(_("This is not your answer."))
        data: dict[str, object] = {"answer": made.pk}
        taken = Fact(events.CANCELLED, now, actor.label, actor.brand_id, made.conversation_id, None, data)
        if made.state == Answer.State.REVIEW:
            pending.recall(made, now=now)
            emit(taken)
            return made
        parts = list(made.messages.values_list("delivery_id", flat=True))
        if made.state != Answer.State.HELD or made.undo_until <= now or deliveries.cancel(parts) < len(parts):
            raise Conflict(_("It is too late to take this back: the answer is on its way."))
        withdraw(made, Answer.State.CANCELLED, now)
        emit(taken)
    return made


def withdraw(made: Answer, state: str, now: datetime) -> None:
    """The answer will not appear: its unsent posts go, its text is a draft again, its author keeps the claim."""
    made.state = state
    made.save(update_fields=["state"])
    made.messages.filter(external_id=None).delete()
    Draft.objects.update_or_create(
        conversation_id=made.conversation_id,
        author_id=made.author_id,
        kind=Draft.Kind.REPLY,
        defaults={"text": made.text, "updated_at": now},
    )
    WorkItem.objects.filter(conversation_id=made.conversation_id).update(
        sending=False, claim_until=now + timedelta(seconds=LEASE_SECONDS.get())
    )


def index_sent(message: Message) -> None:
    """An answer can be found by its words from the moment it stands on the network."""
    db.execute(
        "UPDATE conversations_message SET search = %s::tsvector WHERE id = %s",
        (search_vector(message.text), message.pk),
    )
