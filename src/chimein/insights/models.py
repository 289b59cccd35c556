"""Numbers rolled up from the event log, each event counted exactly once; and what leads asked the planner."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.core import clock
from chimein.people.models import Brand, Membership


class Tally(models.Model):
    """How often something happened in one hour of one brand; `key` tells apart reasons, lanes or buckets."""

    brand_id = models.BigIntegerField()
    hour = models.DateTimeField()
    metric = models.CharField(max_length=40)
    key = models.CharField(max_length=40, blank=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand_id", "metric", "hour", "key"], name="tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.key} {self.count}"


class FoldCursor(models.Model):
    """How far the event log has been counted; moved in the transaction that counts."""

    name = models.CharField(max_length=30, primary_key=True)
    xid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.xid}/{self.event_id}"


class PlannerRun(models.Model):
    """A question to the planner, asked by a lead, answered by a worker. `ended_at` is null until then.

    `figures` is what `chimein plan --json` gives, with a `curve` over numbers of helpers.
    """

    class Stage(models.TextChoices):
        WAITING = "waiting", _("Waiting for a worker")
        RUNNING = "running", _("Simulating")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")

    class Traffic(models.TextChoices):
        OWN = "own", _("Our own last four weeks")
        YEARLY = "yearly", _("Questions a year")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    asked_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    helpers = models.PositiveIntegerField()
    desk = models.PositiveIntegerField()
    traffic = models.CharField(max_length=6, choices=Traffic.choices, default=Traffic.YEARLY)
    questions = models.PositiveIntegerField(help_text=_("Questions a year."))
    budget = models.FloatField(help_text=_("Offers per helper and day at most."))
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.WAITING)
    share = models.FloatField(default=0, help_text=_("How far it has got, 0 to 1."))
    ended_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand"], condition=models.Q(ended_at=None), name="one_plan_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["brand", "-asked_at"], name="planner_run_newest")]

    def __str__(self) -> str:
        return f"plan {self.pk} {self.stage}"
