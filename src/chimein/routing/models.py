"""The queue: which conversation waits in which lane, until when, and who holds it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.people.models import Brand, Membership


class Lane(models.TextChoices):
    CROWD = "crowd", _("Crowd")
    DESK = "desk", _("Desk")
    EXPERT = "expert", _("Experts")
    VIP = "vip", _("VIP manager")
    CRISIS = "crisis", _("Crisis")
    THANK = "thank", _("Thank")
    NONE = "none", _("No reply needed")


STRICTEST_FIRST = (Lane.CRISIS, Lane.VIP, Lane.DESK, Lane.EXPERT, Lane.THANK, Lane.CROWD)
"""The lanes of the queue; a conversation takes the strictest of its messages'."""


class WorkItem(models.Model):
    """A conversation in the queue. It is *open* while a customer waits.

    A claim is a lease: one holder, until `claim_until`; `fence` grows with each claim, and only the answer that
    carries the current fence is accepted. A lease that has run out is free without anybody doing anything.
    """

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="work"
    )
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    lane = models.CharField(max_length=8, choices=Lane.choices)
    lane_by_person = models.BooleanField(
        default=False,
        help_text="A person chose the lane; rules leave it alone until something stricter comes.",
    )
    lane_chosen_at = models.DateTimeField(null=True, help_text="When a person chose the lane.")
    trusted_only = models.BooleanField(
        default=False, help_text="In the crowd lane for colleagues, not for trusted customers."
    )
    alarm = models.BooleanField(default=False, help_text="Somebody has to look at once: shown to all staff.")
    is_open = models.BooleanField(default=True)
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first.")
    language = models.CharField(max_length=10, blank=True)
    waiting_since = models.DateTimeField()
    due_at = models.DateTimeField()
    holder = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="claims")
    claim_until = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)
    sending = models.BooleanField(default=False, help_text="An answer is on its way; nobody else can claim.")
    first_choice = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    first_choice_until = models.DateTimeField(
        null=True, help_text="Until then a follow-up is kept for who answered before."
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["brand", "lane", "-priority", "due_at"],
                name="queue_order",
                condition=models.Q(is_open=True),
            ),
            models.Index(
                fields=["brand", "-priority", "due_at"],
                name="queue_alarms",
                condition=models.Q(is_open=True, alarm=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lane} {self.conversation_id}"


class Presence(models.Model):
    """Who looks at a conversation and who types. Forgotten after a few seconds of silence."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="presences")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=clock.now)
    typing_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "member"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.conversation_id}"
