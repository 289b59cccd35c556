"""What people tells."""

from chimein.core.events import declare

INVITED = declare("member.invited", "A code was made or sent.", "invitation", "role", "uses")
REVOKED = declare("invitation.revoked", "A code works no more.", "invitation")
HELPING_CHANGED = declare(
    "helping.changed", "Somebody changed how they want to be asked; `names`: which wishes.", "member", "names"
)
JOINED = declare(
    "member.joined",
    "Somebody became a member; `way`: domain, code, sign_on.",
    "member",
    "role",
    "way",
    "invitation",
)
CALENDAR_SAVED = declare(
    "calendar.saved", "A working calendar was made, changed or deleted; what it was, so that it can be taken back.",
    "calendar", "name", "before",
)  # fmt: skip
HOURS_CHANGED = declare(
    "hours.changed", "A member's or team's calendar, seats or absence changed; what it was before.",
    "member", "team", "before",
)  # fmt: skip
