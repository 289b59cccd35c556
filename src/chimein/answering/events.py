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
