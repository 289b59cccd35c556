"""How a brand's lanes are staffed and watched: its table of lanes, who was brought what, what became late."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.contacts.models import Contact
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.people.models import Brand, Membership


class LaneSetup(models.Model):
    """One version of a brand's table of lanes; the highest counts. `routing.lanes` says what stands in it."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="lane_setups", db_index=False)
    version = models.IntegerField()
    table = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    copy_of = models.IntegerField(null=True, help_text="The old version that was brought back by this one.")
    created_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "version"], name="lane_setup_version_once")]

    def __str__(self) -> str:
        return f"lanes {self.version}"


class Assignment(models.Model):
    """A conversation brought to one person of a desk: a suggestion, since others may still take it.

    At most one is alive for a conversation. It is taken up by a claim before `until`, or goes to the next. The
    conversation has no constraint in the database, as with `Offer`.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Answered or settled")
        SILENT = "silent", _("Not taken up in time")
        TAKEN_OVER = "taken", _("Somebody else took it")
        MOVED = "moved", _("Moved to another lane")
        PASSED = "passed", _("Passed on")
        LEFT = "left", _("Off duty or away")

    id = models.BigAutoField(primary_key=True)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="assignments",
        db_index=False,
        db_constraint=False,
    )
    member = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    lane = models.CharField(max_length=8)
    weight = models.FloatField(help_text="How many seats it takes, by channel.")
    why = models.CharField(
        max_length=12, help_text="Why this person: sticky, manager, stand_in, skill, idle, spare."
    )
    at = models.DateTimeField()
    until = models.DateTimeField(help_text="When it goes to the next if it has not been taken up.")
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True, db_default="", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], name="assignment_alive_once", condition=models.Q(ended_at=None)
            )
        ]
        indexes = [
            models.Index(fields=["brand"], name="assignment_alive", condition=models.Q(ended_at=None)),
            models.Index(fields=["brand", "-ended_at"], name="assignment_ended"),
            models.Index(fields=["conversation", "at"], name="assignment_of_item"),
            models.Index(fields=["member", "-at"], name="assignment_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} to {self.member_id}"


class Escalation(models.Model):
    """A step of a ladder that was taken, once: `since` is when the customer began to wait."""

    id = models.BigAutoField(primary_key=True)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="escalations",
        db_index=False,
        db_constraint=False,
    )
    since = models.DateTimeField()
    lane = models.CharField(max_length=8)
    step = models.SmallIntegerField()
    percent = models.SmallIntegerField(help_text="Of the time to the answer that had passed.")
    to = models.JSONField(help_text="Whom it went to: holder, team, manager, stand_in, desk, lead.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "since", "lane", "step"], name="escalation_step_once"
            )
        ]
        indexes = [models.Index(fields=["brand", "-at"], name="escalation_newest")]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.conversation_id}"


class VipManager(models.Model):
    """Who looks after a person personally: whatever that person writes goes to them first, however few follow."""

    contact = models.OneToOneField(
        Contact, on_delete=models.CASCADE, primary_key=True, related_name="vip_manager"
    )
    manager = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="vips")
    stand_in = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    named_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    named_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.contact_id} with {self.manager_id}"


class CrisisRelease(models.Model):
    """A lead lets a topic, or everything, of the crisis lane be answered for a while. `topic` null: everything."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="crisis_releases")
    topic = models.CharField(max_length=50, null=True)  # noqa: DJ001 - empty is a topic too: that of none
    at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"release of {self.topic!r} until {self.until}"
