"""Accounts on networks, what came in through them (the journal) and what goes out (deliveries)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.core import clock
from chimein.core.crypto import EncryptedJSONField
from chimein.people.models import Brand

if TYPE_CHECKING:
    from chimein.channels.port import AccountView


class ChannelAccount(models.Model):
    """The brand's account on one network: credentials, place in the timelines, health and quota."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="accounts")
    adapter = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    external_id = models.CharField(max_length=200, blank=True)
    handle = models.CharField(max_length=120, blank=True)
    base_url = models.CharField(max_length=300, blank=True)
    credentials = EncryptedJSONField(null=True)
    hook_token = models.CharField(max_length=64, unique=True)
    cursors = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    # health
    last_ok_at = models.DateTimeField(null=True)
    last_inbound_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)
    # token bucket: `tokens` as of `tokens_at`, refilled at `rate_per_minute` up to `burst`
    rate_per_minute = models.FloatField(default=60)
    burst = models.FloatField(default=20)
    tokens = models.FloatField(default=20)
    tokens_at = models.DateTimeField(default=clock.now)
    paused_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.adapter})"

    def view(self) -> AccountView:
        """What the adapter may know of this account."""
        from chimein.channels.port import AccountView

        return AccountView(
            id=self.pk,
            brand_name=self.brand.name,
            network=self.adapter,
            external_id=self.external_id,
            handle=self.handle,
            base_url=self.base_url,
            credentials=self.credentials or {},
            listening_words=tuple(self.brand.listening_words),
        )


class InboundEntry(models.Model):
    """One row of the journal: something a network told us, kept as it came, taken in exactly once."""

    class State(models.TextChoices):
        NEW = "new", _("Waiting to be taken in")
        DONE = "done", _("Taken in")
        IGNORED = "ignored", _("Nothing to do")
        SET_ASIDE = "aside", _("Set aside")

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        ChannelAccount, on_delete=models.CASCADE, related_name="journal", db_index=False
    )
    dedup_key = models.CharField(max_length=200)
    source = models.CharField(max_length=10)
    payload = models.JSONField(null=True)
    raw = models.BinaryField(null=True, help_text="The body as it came, kept when it could not be parsed.")
    shard = models.SmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    reason = models.TextField(blank=True)
    attempts = models.SmallIntegerField(default=0)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "dedup_key"], name="inbound_once")]
        indexes = [
            models.Index(fields=["shard", "id"], name="inbound_new", condition=models.Q(state="new")),
            models.Index(fields=["account", "id"], name="inbound_aside", condition=models.Q(state="aside")),
        ]

    def __str__(self) -> str:
        return f"{self.dedup_key} {self.state}"


class SeenSignature(models.Model):
    """A signed request that was accepted; the very same request a second time is a replay."""

    digest = models.BinaryField(primary_key=True)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["seen_at"], name="seen_signature_age")]

    def __str__(self) -> str:
        return bytes(self.digest).hex()


class Delivery(models.Model):
    """One text on its way to a network: posted once, whatever happens on the way.

    `key` is the idempotency key. `order_key` keeps the order inside one conversation. A `lease_until` in the
    past on a row that is *sending* means that a worker died; nobody knows whether the text was posted, so the
    network is asked before anything is sent again.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        RETRY = "retry", _("Will be tried again")
        FAILED = "failed", _("Failed")
        UNCERTAIN = "uncertain", _("Uncertain: being looked up on the network")
        CANCELLED = "cancelled", _("Taken back")

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        ChannelAccount, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    key = models.UUIDField(unique=True)
    order_key = models.BigIntegerField()
    part = models.SmallIntegerField(default=1)
    parts = models.SmallIntegerField(default=1)
    private = models.BooleanField(default=False)
    text = models.TextField()
    reply_to = models.CharField(max_length=200, blank=True)
    recipient = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error_code = models.CharField(max_length=30, blank=True)
    error = models.TextField(blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    permalink = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    UNSETTLED = (State.QUEUED, State.SENDING, State.RETRY, State.UNCERTAIN)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["due_at"],
                name="delivery_due",
                condition=models.Q(state__in=["queued", "sending", "retry", "uncertain"]),
            ),
            models.Index(
                fields=["order_key", "id"],
                name="delivery_order",
                condition=models.Q(state__in=["queued", "sending", "retry", "uncertain"]),
            ),
            models.Index(
                fields=["account", "external_id"],
                name="delivery_external",
                condition=~models.Q(external_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"
