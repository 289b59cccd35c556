"""What insights tell."""

from chimein.core.events import declare

PLAN_ASKED = declare("plan.asked", "A lead asks the planner what so many helpers would achieve.", "run")
PLAN_ENDED = declare("plan.ended", "The planner has answered, failed, or was stopped.", "run", "stage")
