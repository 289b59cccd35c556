"""What conversations tell."""

from chimein.core.events import declare

RECEIVED = declare(
    "message.received",
    "A customer's message was taken in, with its first disposition.",
    "disposition", "reason", "lane", "visibility", "found", "opened",
)  # fmt: skip
PUBLISHED = declare(
    "message.published",
    "The brand's own message appeared on the network; `elsewhere` when it was not written here.",
    "elsewhere", "visibility", "author",
)  # fmt: skip
DISPOSED = declare(
    "message.disposed",
    "A message's disposition changed; `seconds` from its posting to the answer.",
    "before", "before_reason", "after", "reason", "seconds",
)  # fmt: skip
EDITED = declare("message.edited", "The author changed a message on the network.", "revision")
DELETED = declare("message.deleted", "The author deleted a message on the network.")
CLOSED = declare("conversation.closed", "The matter is settled.", "reason")
REOPENED = declare("conversation.reopened", "A closed matter is open again.", "reason")
MERGED = declare("conversation.merged", "A late post showed that two conversations are one thread.", "into")
NOTED = declare("note.added", "A colleague left a note; its text is not in the log.", "note")
