"""The queue: which conversation waits in which lane, until when, and who holds it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.people.models import Brand, Membership
from chimein.routing import lane_models  # noqa: F401 - Django finds its models through this module


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
    ring = models.SmallIntegerField(db_default=0, default=0, help_text="Rings of offers made so far.")
    next_ring_at = models.DateTimeField(
        null=True, help_text="When the router looks at it again; null: nobody is to be asked."
    )
    open_seats = models.SmallIntegerField(
        db_default=0, default=0, help_text="Offers that were passed on and are to be made to the next best."
    )
    copy_of = models.ForeignKey(
        Conversation, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, db_constraint=False,
        help_text="It asks the same as this one, and travels with it.",
    )  # fmt: skip
    desk_at = models.DateTimeField(
        null=True, help_text="Somebody handed it to the desk; until then others may say that they can answer."
    )
    desk_by = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    desk_reason = models.CharField(max_length=200, db_default="", default="", blank=True)
    last_holder = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    last_claimed_at = models.DateTimeField(
        null=True,
        help_text="When the last holder first claimed it: claiming again does not start the time anew.",
    )
    frozen_at = models.DateTimeField(
        null=True, help_text="In the crisis lane: nobody answers until a lead releases it."
    )
    released_at = models.DateTimeField(null=True, help_text="In the crisis lane: a lead lets it be answered.")
    step = models.SmallIntegerField(db_default=0, default=0, help_text="The ladder's next step.")
    step_at = models.DateTimeField(null=True, help_text="When that step is due; null: no step is left.")
    step_since = models.DateTimeField(
        null=True, help_text="The wait that `step`, `level` and `raised` are about."
    )
    step_lane = models.CharField(max_length=8, db_default="", default="", help_text="Whose ladder it is.")
    level = models.SmallIntegerField(
        db_default=0, default=0, help_text="How far it was escalated: 1 warned, 2 late."
    )
    raised = models.SmallIntegerField(db_default=0, default=0, help_text="Priority added by the ladder.")

    class Meta:
        indexes = [
            models.Index(
                fields=["step_at"],
                name="queue_steps",
                condition=models.Q(is_open=True, step_at__isnull=False),
            ),
            models.Index(
                fields=["next_ring_at"], name="queue_rings", condition=models.Q(next_ring_at__isnull=False)
            ),
            models.Index(
                fields=["claim_until"], name="queue_leases", condition=models.Q(claim_until__isnull=False)
            ),
            models.Index(fields=["copy_of"], name="queue_copies", condition=models.Q(copy_of__isnull=False)),
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


class Offer(models.Model):
    """A question brought to one person. At most one for each pair: nobody is asked twice.

    The conversation has no constraint in the database: checking it would lock the conversation behind the queue's item,
    where everybody else locks it before.
    """

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="offers", db_index=False, db_constraint=False
    )
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="offers", db_index=False)
    ring = models.SmallIntegerField()
    offered_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, help_text="When it was shown to them.")
    opened_at = models.DateTimeField(null=True, help_text="When they began to answer or looked into it.")
    passed_at = models.DateTimeField(null=True)
    pass_reason = models.CharField(max_length=20, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=10, db_default="", default="", blank=True)
    why = models.JSONField(default=dict, help_text="What spoke for this person, as numbers and words.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "member"], name="offer_once")]
        indexes = [
            models.Index(
                fields=["member", "-offered_at"],
                name="offer_live",
                condition=models.Q(passed_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} to {self.member_id}"


class HelperLoad(models.Model):
    """How much somebody was asked, how they took it, and when they were last here.

    `fatigue` is the number of questions brought to them, each fading with exp(-hours / 24), as of `fatigue_at`;
    `exposure` counts them discounted by the fatigue of the moment (routing.md, 2.1).
    """

    member = models.OneToOneField(Membership, on_delete=models.CASCADE, primary_key=True, related_name="load")
    fatigue = models.FloatField(default=0, db_default=0)
    fatigue_at = models.DateTimeField(default=clock.now)
    exposure = models.FloatField(default=0, db_default=0)
    opened = models.FloatField(default=0, db_default=0)
    answers = models.IntegerField(default=0, db_default=0)
    typical_seconds = models.FloatField(null=True, help_text="From the offer to their answer, smoothed.")
    day = models.DateField(null=True, help_text="The day, where they live, that `offered_today` counts.")
    offered_today = models.IntegerField(default=0, db_default=0)
    last_offered_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True, help_text="When they last had ChimeIn before them.")
    claimed = models.IntegerField(default=0, db_default=0, help_text="Questions taken in the last 30 days.")
    dropped = models.IntegerField(
        default=0, db_default=0, help_text="Of those, the ones left unanswered; both are worked out at night."
    )

    def __str__(self) -> str:
        return f"load of {self.member_id}"


class OfferBudget(models.Model):
    """A brand's allowance of offers: a bucket that fills with the day and is emptied by offers (routing.md, 2.2)."""

    brand = models.OneToOneField(Brand, on_delete=models.CASCADE, primary_key=True, related_name="+")
    tokens = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.tokens:.1f} offers of {self.brand_id}"


class CopyMark(models.Model):
    """A fingerprint of a waiting question: two that share one may be near copies. Forgotten after hours."""

    id = models.BigAutoField(primary_key=True)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    mark = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["brand", "mark", "-at"], name="copy_mark"),
            models.Index(fields=["at"], name="copy_mark_age"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} of {self.conversation_id}"
