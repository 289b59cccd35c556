"""What routing tells."""

from chimein.core.events import declare

CLAIMED = declare("claim.taken", "Somebody holds the conversation now.", "member", "until", "fence")
RELEASED = declare("claim.released", "The conversation went back to the pool.", "member", "reason")
EXPIRED = declare("claim.expired", "The holder was silent for too long; the conversation is free.", "member")
MOVED = declare(
    "item.moved", "A person chose another lane; what was before, so that it can be undone.",
    "before", "by_person", "trusted_only", "after", "reason",
)  # fmt: skip
OFFERED = declare(
    "offer.made", "A question was brought to a few people; `ring` counts from 0, `why` says why each of them.",
    "members", "ring", "why", "until",
)  # fmt: skip
WITHDRAWN = declare(
    "offer.withdrawn", "The question needs nobody of these any more; `reason`: taken, answered, moved, closed.",
    "members", "reason",
)  # fmt: skip
PASSED = declare(
    "offer.passed", "Somebody passed the question on; the next best is asked.", "member", "reason"
)
