"""The event log: what happened, who did it, when; the source of every number and live update."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now


class TransactionIdField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's 64-bit transaction id (xid8)."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class Event(models.Model):
    """One fact. Rows are appended, never changed.

    `xid` is the transaction that wrote the row. A reader that follows ``(xid, id)`` and stops before the
    oldest transaction still running misses nothing, whereas ids alone become visible out of order.
    `at` is when it happened; `recorded_at` when we wrote it down.
    """

    id = models.BigAutoField(primary_key=True)
    xid = TransactionIdField(db_default=RawSQL("pg_current_xact_id()", ()), editable=False)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)
    brand_id = models.BigIntegerField(null=True)
    conversation_id = models.BigIntegerField(null=True)
    message_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["xid", "id"], name="event_order"),
            models.Index(
                fields=["conversation_id", "id"],
                name="event_conversation",
                condition=models.Q(conversation_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
