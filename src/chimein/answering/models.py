"""Drafts and answers."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.people.models import Brand, Membership


class Draft(models.Model):
    """What somebody is writing: reply and note are two drafts that never touch."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Note")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    text = models.TextField(blank=True)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "author", "kind"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.kind} draft {self.pk}"


class Answer(models.Model):
    """A text somebody sent off for the brand; it is held until `undo_until`, then delivered in one or more parts.

    Of somebody who is coached it waits in review first; `undo_until` counts from when it is held.
    """

    class State(models.TextChoices):
        REVIEW = "review", _("In review")
        RETURNED = "returned", _("Sent back")
        REJECTED = "rejected", _("Turned down")
        RELEASED = "released", _("Not needed any more")
        HELD = "held", _("Can be taken back")
        SENDING = "sending", _("On its way")
        SENT = "sent", _("Published")
        FAILED = "failed", _("Not delivered")
        CANCELLED = "cancelled", _("Taken back")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="answers")
    reply_to = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="answers")
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="answers")
    text = models.TextField()
    signature = models.CharField(max_length=80)
    private = models.BooleanField(default=False)
    anyway = models.CharField(
        max_length=200, blank=True, db_default="", help_text="Why it was sent although a check had warned."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    undo_until = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    messages = models.ManyToManyField(Message, related_name="answer_parts")

    class Meta:
        indexes = [
            models.Index(fields=["sent_at"], name="answer_sent", condition=models.Q(state="sent")),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} {self.state}"


class AnswerMail(models.Model):
    """An answer on its way to an asker's mailbox; the address stays with the contact."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, related_name="mail")
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="mail_due", condition=models.Q(sent_at=None))]

    def __str__(self) -> str:
        return f"mail of answer {self.answer_id}"


class Review(models.Model):
    """One reading of an answer: a draft before it is published, or what stands on the network afterwards.

    A *draft* goes through stages: its coach alone, then everybody who may review; at last the question is free for
    others while the draft still waits. What is read *again* (`of`) is compared with the first reading of it.
    """

    class Kind(models.TextChoices):
        DRAFT = "draft", _("Before it is published")
        SAMPLE = "sample", _("A sample of what was published")
        AGAIN = "again", _("Read again, to compare reviewers")

    class Stage(models.IntegerChoices):
        COACH = 0, _("With one reviewer")
        POOL = 1, _("For all who may review")
        FREE = 2, _("For all, and the question is free again")

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("Approved")
        EDITED = "edited", _("Approved with changes")
        RETURNED = "returned", _("Sent back")
        REJECTED = "rejected", _("Turned down")
        GOOD = "good", _("Good")
        POOR = "poor", _("Could be better")
        MOOT = "moot", _("Not needed any more")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.DRAFT)
    of = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="readings")
    author = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.TextField(help_text="As it was sent for review.")
    stage = models.SmallIntegerField(choices=Stage.choices, default=Stage.POOL)
    reviewer = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="reviews")
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, help_text="When the next stage begins; null: this is the last.")
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    tone = models.BooleanField(null=True, help_text="The tone is right.")
    solves = models.BooleanField(null=True, help_text="It solves what was asked.")
    personal = models.BooleanField(null=True, help_text="It is written to this person.")
    advice = models.CharField(max_length=300, blank=True)
    final_text = models.TextField(blank=True, help_text="As the reviewer let it go out.")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer"], name="review_open_once", condition=models.Q(verdict="", kind="draft")
            ),
            models.UniqueConstraint(fields=["of", "reviewer"], name="review_again_once"),
        ]
        indexes = [
            models.Index(fields=["brand", "asked_at"], name="review_open", condition=models.Q(verdict="")),
            models.Index(
                fields=["next_at"], name="review_due", condition=models.Q(verdict="", next_at__isnull=False)
            ),
            models.Index(fields=["author", "-asked_at"], name="review_author"),
            models.Index(fields=["brand", "-decided_at"], name="review_decided"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk} {self.verdict or self.get_stage_display()}"


class ListedWord(models.Model):
    """A word that a brand wants looked at before an answer is posted, or one that is always fine."""

    class Kind(models.TextChoices):
        TABOO = "taboo", _("Never say")
        UNRELEASED = "unreleased", _("Not announced yet")
        COMPETITOR = "competitor", _("Other brands")
        CONFLICT = "conflict", _("Own interests")
        FINE = "fine", _("Always fine")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="listed_words")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    word = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True, help_text=_("What to say instead, or why."))
    until = models.DateField(null=True, blank=True, help_text=_("The last day on which it counts."))
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("brand", "kind", Lower("word"), name="listed_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.word}"


class Outcome(models.Model):
    """What came of an answer, once each. Topic, language and risk are kept as they were when it was found."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("Good on review")
        EDITED = "edited", _("Good after changes")
        REJECTED = "rejected", _("Not good on review")
        THANKED = "thanked", _("The customer said thanks")
        SOLVED = "solved", _("Solved")
        REOPENED = "reopened", _("The customer came back")
        REUSED = "reused", _("Used again")

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    member = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=8, choices=Kind.choices)
    topic = models.CharField(max_length=50, blank=True)
    language = models.CharField(max_length=10, blank=True)
    risk = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "outcome"], name="outcome_once")]
        indexes = [models.Index(fields=["member", "at"], name="outcome_member")]

    def __str__(self) -> str:
        return f"answer {self.answer_id} {self.outcome}"


class OutcomeCursor(models.Model):
    """How far the event log was read for what came of answers."""

    name = models.CharField(max_length=20, primary_key=True)
    xid = models.BigIntegerField()
    event_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} at {self.event_id}"
