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
