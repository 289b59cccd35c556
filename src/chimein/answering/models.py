"""Drafts and answers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.conversations.models import Conversation, Message
from chimein.core import clock
from chimein.people.models import Membership


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
    """A text somebody sent off for the brand; it is held until `undo_until`, then delivered in one or more parts."""

    class State(models.TextChoices):
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
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    undo_until = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    messages = models.ManyToManyField(Message, related_name="answer_parts")

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
