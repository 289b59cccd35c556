"""What people tells."""

from chimein.core.events import declare

INVITED = declare("member.invited", "A code was made or sent.", "invitation", "role", "uses")
REVOKED = declare("invitation.revoked", "A code works no more.", "invitation")
JOINED = declare(
    "member.joined",
    "Somebody became a member; `way`: domain, code, sign_on.",
    "member",
    "role",
    "way",
    "invitation",
)
