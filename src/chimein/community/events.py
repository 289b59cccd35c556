"""What the community tells."""

from chimein.core.events import declare

THANKED = declare(
    "helper.thanked", "A customer thanked for an answer; `leads` are those who hear of it with its author.",
    "member", "leads", "answer",
)  # fmt: skip
POINTS = declare("points.changed", "Somebody's ledger of points got new rows.", "member", "points", "total")
BADGE = declare("badge.earned", "Somebody reached a badge's bar.", "member", "badge")
REWARD = declare(
    "reward.earned", "Somebody passed a threshold of points; the brand's own system is told.",
    "member", "reward", "points",
)  # fmt: skip
FLAGGED = declare("votes.flagged", "Votes look arranged; a lead has to judge.", "flag", "kind", "members")
JUDGED = declare("votes.judged", "A lead judged votes that looked arranged.", "flag", "state", "members")
LEAGUES_CHOSEN = declare(
    "leagues.chosen", "Somebody chose whether to be named in leagues.", "member", "shown"
)
RECOGNITION_SET = declare(
    "recognition.set", "A lead set the week's goal, the rewards or the pledge.", "goal", "reward_every"
)
