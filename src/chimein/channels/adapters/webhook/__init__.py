"""The channel for any system of one's own: signed webhooks in, signed webhooks out."""

from __future__ import annotations

from chimein.channels.adapters.webhook.adapter import WebhookAdapter

__all__ = ["WebhookAdapter", "adapter"]

adapter = WebhookAdapter()
