"""What routing tells."""

from chimein.core.events import declare

CLAIMED = declare("claim.taken", "Somebody holds the conversation now.", "member", "until", "fence")
RELEASED = declare("claim.released", "The conversation went back to the pool.", "member", "reason")
EXPIRED = declare("claim.expired", "The holder was silent for too long; the conversation is free.", "member")
MOVED = declare(
    "item.moved", "A person chose another lane; what was before, so that it can be undone.",
    "before", "by_person", "trusted_only", "after", "reason",
)  # fmt: skip
