"""Conversations, their messages, and how a network's threads map to them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.channels.models import ChannelAccount, Delivery
from chimein.contacts.models import Contact, Identity
from chimein.core import clock
from chimein.people.models import Brand, Membership


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Public")
    PRIVATE = "private", _("Private")


class Conversation(models.Model):
    """One matter, as a thread of a network or a run of direct messages shows it."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for us")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=16)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="conversations", db_index=False)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="conversations")
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    title = models.CharField(max_length=160, blank=True, help_text="The first customer's words, masked.")
    language = models.CharField(max_length=10, blank=True)
    topic = models.CharField(max_length=50, blank=True)
    on_wall = models.BooleanField(default=False, help_text="Shown on the public wall.")
    opened_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    first_response_at = models.DateTimeField(null=True)
    first_response_s = models.IntegerField(
        null=True, help_text="Seconds from the first question to the first answer."
    )
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=30, blank=True)
    waiting_since = models.DateTimeField(
        null=True, help_text="When the oldest unanswered message was posted."
    )
    waiting_count = models.IntegerField(default=0)
    message_count = models.IntegerField(default=0)
    previous = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        # A constraint, since `unique` on a text field would make a second index for LIKE.
        constraints = [models.UniqueConstraint(fields=["public_id"], name="conversation_public_id")]
        indexes = [
            models.Index(
                fields=["brand", "-last_message_at", "-id"],
                name="wall_newest",
                condition=models.Q(on_wall=True),
            ),
            models.Index(
                fields=["brand", "waiting_since", "id"],
                name="wall_waiting",
                condition=models.Q(on_wall=True, waiting_since__isnull=False),
            ),
            models.Index(
                fields=["brand", "topic", "-last_message_at"],
                name="wall_topic",
                condition=models.Q(on_wall=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.public_id


class Message(models.Model):
    """One post, reply or direct message, of a customer or of the brand.

    Each inbound message has exactly one `disposition`; the ledger adds them up.
    """

    class Direction(models.TextChoices):
        IN = "in", _("From a customer")
        OUT = "out", _("From the brand")

    class Disposition(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ANSWERED = "answered", _("Answered")
        PRIVATE = "private", _("Answered in private")
        NO_REPLY = "no_reply", _("No reply needed")
        NONE = "", _("Not a question to us")

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Null, not empty, until the post stands on the network: only then is the pair with the account unique.
    external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001
    parent_external_id = models.CharField(max_length=200, blank=True)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, related_name="messages", db_index=False
    )
    identity = models.ForeignKey(
        Identity, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="messages", db_index=False
    )
    attribution = models.CharField(
        max_length=80, blank=True, help_text="The signature of an answer, such as Ann, Store 12."
    )
    delivery = models.OneToOneField(Delivery, null=True, on_delete=models.SET_NULL, related_name="message")
    text = models.TextField()
    language = models.CharField(max_length=10, blank=True)
    permalink = models.CharField(max_length=500, blank=True)
    found = models.BooleanField(default=False, help_text="Found by listening; the brand was not mentioned.")
    posted_at = models.DateTimeField()
    received_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)
    disposition = models.CharField(
        max_length=8, choices=Disposition.choices, default=Disposition.NONE, blank=True
    )
    disposition_reason = models.CharField(max_length=30, blank=True)
    disposed_at = models.DateTimeField(null=True)
    search = SearchVectorField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="message_once")]
        indexes = [
            models.Index(fields=["conversation", "posted_at", "id"], name="message_thread"),
            models.Index(
                fields=["contact", "-posted_at"],
                name="message_contact",
                condition=models.Q(contact__isnull=False),
            ),
            models.Index(
                fields=["author", "-posted_at"],
                name="message_author",
                condition=models.Q(author__isnull=False),
            ),
            models.Index(
                fields=["brand", "posted_at"],
                name="message_waiting",
                condition=models.Q(disposition="waiting"),
            ),
            GinIndex(fields=["search"], name="message_search"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.external_id}"

    @property
    def is_gone(self) -> bool:
        return self.deleted_at is not None


class ThreadRef(models.Model):
    """Which conversation a network's id belongs to, whether that post has come yet or not.

    Inserting the same reference twice waits for the other transaction, which is what joins a child and its
    late parent even when two workers take them in at the same moment.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=200)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="refs")
    message_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="thread_ref_once")]

    def __str__(self) -> str:
        return self.external_id


class Tombstone(models.Model):
    """A deletion that came before its post: when the post comes, it is gone already."""

    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="tombstone_once")]

    def __str__(self) -> str:
        return self.external_id


class Note(models.Model):
    """A word among colleagues. It lives in a table of its own, so that it cannot become part of an answer."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"note {self.pk}"
