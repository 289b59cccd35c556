"""The channel Warble (叽喳): the simulated network of the demo, reached over HTTP like any other."""

from __future__ import annotations

from chimein.channels.adapters.warble.adapter import WarbleAdapter

__all__ = ["WarbleAdapter", "adapter"]

adapter = WarbleAdapter()
