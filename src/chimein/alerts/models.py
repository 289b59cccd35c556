"""Alerts and their ways: what was told to whom, the browsers and chats it goes to, and who wants what."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chimein.alerts.kinds import Way
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.crypto import EncryptedJSONField
from chimein.people.models import Brand, Membership, User


class Choice(models.Model):
    """Where somebody's matrix differs from the default of their role."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="alert_choices")
    kind = models.CharField(max_length=16)
    way = models.CharField(max_length=6, choices=Way.choices)
    wanted = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind", "way"], name="alert_choice_once")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.way}: {self.wanted}"


class Alert(models.Model):
    """One notification of one person about one matter by one way; the unique key is what keeps it one.

    `subject` names the matter: for a question its conversation and the moment from which it waits, so that the same
    conversation may ask again another day. `reached` are the browsers that have a push; a withdrawal goes to those.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("On its way")
        SENT = "sent", _("Told")
        WITHDRAWING = "withdrawing", _("Being withdrawn")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        DROPPED = "dropped", _("Not needed")

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    kind = models.CharField(max_length=16)
    way = models.CharField(max_length=6, choices=Way.choices)
    subject = models.CharField(max_length=60)
    conversation = models.ForeignKey(
        Conversation, null=True, on_delete=models.CASCADE, related_name="alerts", db_index=False
    )
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="Not worth sending after this.")
    state = models.CharField(max_length=11, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=20, blank=True, help_text="Why it was withdrawn or not needed.")
    attempts = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    reached = ArrayField(models.BigIntegerField(), default=list)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "kind", "subject", "way"], name="alert_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="alert_due",
                condition=Q(state__in=("waiting", "withdrawing")) & ~Q(way="bridge"),
            ),
            models.Index(
                fields=["conversation"],
                name="alert_of_conversation",
                condition=Q(state__in=("waiting", "sent")) & Q(conversation__isnull=False),
            ),
            models.Index(fields=["member", "-id"], name="alert_news", condition=Q(way="page")),
            models.Index(fields=["created_at"], name="alert_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} to {self.member_id} by {self.way}: {self.state}"


class PushKeys(models.Model):
    """The key pair by which push services know this server (VAPID). One row, made when first needed, never changed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    secret = EncryptedJSONField()
    public = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="push_keys_once")]

    def __str__(self) -> str:
        return self.public


class Browser(models.Model):
    """A browser that takes our pushes. Its address is a secret: who knows it and our key may write to it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="browsers")
    mark = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the address, to find it by.")
    secret = EncryptedJSONField()
    name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    last_ok_at = models.DateTimeField(null=True)
    failures = models.SmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.name} of {self.user_id}"


class Bridge(models.Model):
    """A chat room of the brand that is told by an incoming webhook. Empty lanes or topics: all of them."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="bridges")
    platform = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    secret = EncryptedJSONField(help_text="url, and sign where the platform signs.")
    language = models.CharField(max_length=10, default="en")
    kinds = ArrayField(models.CharField(max_length=16), default=list)
    lanes = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    topics = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.platform} {self.name}"


class BridgePost(models.Model):
    """One matter told to one room, once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("On its way")
        SENT = "sent", _("Told")
        DROPPED = "dropped", _("Not needed")
        FAILED = "failed", _("Not accepted")

    bridge = models.ForeignKey(Bridge, on_delete=models.CASCADE, related_name="posts")
    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=60)
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bridge", "kind", "subject"], name="bridge_post_once")]
        indexes = [
            models.Index(fields=["due_at"], name="bridge_post_due", condition=Q(state="waiting")),
            models.Index(fields=["bridge", "sent_at"], name="bridge_post_pace", condition=Q(state="sent")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} to {self.bridge_id}: {self.state}"


class ChatName(models.Model):
    """What somebody is called in a room, so that the chat can call them by name."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="chat_names")
    bridge = models.ForeignKey(Bridge, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "bridge"], name="chat_name_once")]

    def __str__(self) -> str:
        return self.name
