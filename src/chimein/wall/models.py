"""How often somebody has used the form on the wall."""

from __future__ import annotations

from django.db import models


class AskQuota(models.Model):
    """Questions from one address in one hour. The address is not kept: `digest` is a keyed hash of it."""

    digest = models.BinaryField()
    hour = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "hour"], name="ask_quota_once")]
        indexes = [models.Index(fields=["hour"], name="ask_quota_age")]

    def __str__(self) -> str:
        return f"{self.hour} {self.count}"
