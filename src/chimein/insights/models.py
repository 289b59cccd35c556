"""Numbers rolled up from the event log, each event counted exactly once."""

from __future__ import annotations

from django.db import models


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
