"""The time each lane has of its own, where neither the lane policy nor the brand's table of lanes says another."""

from __future__ import annotations

from chimein.core.options import option
from chimein.routing.models import Lane

_OWN_TIME = "is to be answered, where the lane policy says nothing else."
CROWD_MINUTES = option("CROWD_MINUTES", 15, f"Minutes in which a question in the crowd lane {_OWN_TIME}")
DESK_MINUTES = option("DESK_MINUTES", 30, f"Minutes in which a message in the desk lane {_OWN_TIME}")
EXPERT_MINUTES = option("EXPERT_MINUTES", 60, f"Minutes in which a question in the expert lane {_OWN_TIME}")
VIP_MINUTES = option("VIP_MINUTES", 10, f"Minutes in which a message in the VIP lane {_OWN_TIME}")
CRISIS_MINUTES = option("CRISIS_MINUTES", 10, f"Minutes in which a message in the crisis lane {_OWN_TIME}")
THANK_MINUTES = option("THANK_MINUTES", 240, f"Minutes in which kind words in the thank lane {_OWN_TIME}")

_MINUTES = {
    Lane.CROWD: CROWD_MINUTES,
    Lane.DESK: DESK_MINUTES,
    Lane.EXPERT: EXPERT_MINUTES,
    Lane.VIP: VIP_MINUTES,
    Lane.CRISIS: CRISIS_MINUTES,
    Lane.THANK: THANK_MINUTES,
}


def minutes_of(lane: str) -> int:
    """The time a lane has of its own."""
    return _MINUTES[Lane(lane)].get()
