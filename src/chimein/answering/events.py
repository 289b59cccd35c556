"""What answering tells."""

from chimein.core.events import declare

HELD = declare("answer.held", "An answer was sent off and can still be taken back.", "answer", "until")
CANCELLED = declare("answer.cancelled", "The author took the answer back in time.", "answer")
ANSWERED = declare("answer.published", "The answer stands on the network.", "answer", "member")
FAILED = declare("answer.failed", "The answer could not be delivered.", "answer", "code", "error")
OUTCOME = declare(
    "answer.outcome",
    "What came of an answer: accepted, edited, rejected, thanked, solved, reopened, reused.",
    "answer", "member", "outcome", "topic", "language",
)  # fmt: skip

REVIEW_ASKED = declare(
    "review.asked",
    "Somebody is asked to read an answer, before (draft) or after (sample, again) it is published.",
    "review", "answer", "author", "reviewers", "kind", "stage", "until",
)  # fmt: skip
REVIEW_GIVEN = declare(
    "review.given",
    "An answer was read: approved, edited, returned, rejected; good or poor after it was published.",
    "review", "answer", "author", "reviewer", "kind", "verdict", "criteria", "edited", "topic", "language",
)  # fmt: skip
REVIEW_TAKEN_BACK = declare(
    "review.taken_back", "The reviewer took the verdict back in time: it counts for nothing.",
    "review", "answer", "author", "reviewer", "kind", "verdict",
)  # fmt: skip
DRAFT_RELEASED = declare(
    "draft.released",
    "A draft in review is not needed any more: another was published, or all is settled.",
    "answer", "author", "reason",
)  # fmt: skip
LISTS_CHANGED = declare(
    "lists.changed", "A lead changed the words that are looked at before posting.", "added", "removed"
)
