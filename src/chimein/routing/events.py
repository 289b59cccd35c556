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
HANDED_OVER = declare(
    "item.handed_over", "Somebody thinks that this is for the desk; until then others may say that they can answer.",
    "member", "reason", "until",
)  # fmt: skip
KEPT = declare("item.kept", "Handing it to the desk was taken back.", "member")
ASSIGNED = declare(
    "item.assigned", "A conversation was brought to one person; others may still take it. `why`: sticky, manager, "
    "stand_in, skill, idle, spare.", "member", "until", "why",
)  # fmt: skip
UNASSIGNED = declare(
    "item.unassigned", "A suggestion is over; `reason`: silent, taken, moved, passed, left. Done ones are not told.",
    "member", "reason",
)  # fmt: skip
WARNED = declare(
    "item.warned", "Most of the time to the answer is over. `to`: holder, manager, stand_in, team, desk, lead; "
    "`members`: who that is now.", "percent", "lane", "to", "members", "due", "alarm",
)  # fmt: skip
ESCALATED = declare(
    "item.escalated", "The promised time is over: the next level and the lead are told. Keys as `item.warned`; "
    "`desk`: it went to the desk.", "percent", "lane", "to", "members", "due", "alarm", "desk",
)  # fmt: skip
FROZEN = declare(
    "crisis.frozen", "Nobody answers this until a lead releases it; held answers were taken back.", "reason"
)
THAWED = declare("crisis.released", "A lead lets this be answered.", "reason")
LANES_SAVED = declare(
    "lanes.saved", "A new version of the table of lanes is in force.", "version", "before", "note", "copy_of"
)
VIP_NAMED = declare(
    "vip.named", "Somebody has a named manager now, or none; what was before, so that it can be undone.",
    "contact", "manager", "stand_in", "before",
)  # fmt: skip
