"""What is believed of somebody in a topic before there are any outcomes: log-odds of being a specialist."""

from __future__ import annotations

from math import log

DECLARED = log(0.85 / 0.15)
"""Ticked the topic."""
DEPARTMENT = log(0.6 / 0.4)
"""Works in the department it belongs to."""
NEIGHBOUR = log(0.3 / 0.7)
"""Knows a neighbouring topic."""
UNKNOWN = log(0.12 / 0.88)
"""Nothing is known."""
