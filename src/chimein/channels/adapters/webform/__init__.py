"""The channel "ask us": the form on the public page."""

from __future__ import annotations

from chimein.channels.adapters.webform.adapter import WebformAdapter, envelope_for

__all__ = ["WebformAdapter", "adapter", "envelope_for"]

adapter = WebformAdapter()
