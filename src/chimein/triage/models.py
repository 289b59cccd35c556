"""What triage found in a message, and the brand's topics."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chimein.conversations.models import Message
from chimein.people.models import Brand, Team, in_language


class Topic(models.Model):
    """Something customers ask about, owned by a department."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="topics")
    slug = models.SlugField()
    name = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=60, blank=True)
    keywords = ArrayField(models.CharField(max_length=60), default=list)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="topics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "slug"], name="topic_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        return in_language(self.name, self.name_zh)


class Triage(models.Model):
    """Labels of one message with the reasons that led to them.

    `reasons` is a list of ``{"code": …, "words": […]}``; the words for people are made from the code when shown.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="triage")
    language = models.CharField(max_length=10)
    intent = models.CharField(max_length=12)
    sentiment = models.CharField(max_length=8)
    anger = models.BooleanField()
    risks = ArrayField(models.CharField(max_length=20), default=list)
    topic = models.CharField(max_length=50, blank=True)
    influence = models.FloatField(
        help_text="Base-10 logarithm of the author's followers, plus 1 when verified."
    )
    lane = models.CharField(max_length=8)
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first in its lane.")
    no_reply_reason = models.CharField(max_length=30, blank=True)
    reasons = models.JSONField(default=list)
    classifier = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.intent} {self.lane}"
