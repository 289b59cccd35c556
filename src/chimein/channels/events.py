"""What channels tell."""

from chimein.core.events import declare

SET_ASIDE = declare("inbound.set_aside", "Something came in that could not be understood.", "entry", "reason")
REPLAYED = declare(
    "inbound.replayed", "Entries that had been set aside were put back in the queue.", "entries"
)
SENT = declare("delivery.sent", "A text stands on the network.", "delivery", "external_id", "found_again")
RETRIED = declare("delivery.retried", "A text will be tried again.", "delivery", "code", "error")
UNCERTAIN = declare(
    "delivery.uncertain", "No answer came; the network is asked before anything else.", "delivery"
)
FAILED = declare("delivery.failed", "A text was refused for good.", "delivery", "code", "error")
PAUSED = declare(
    "account.paused", "A lead paused sending until then, or let it go on (empty).", "account", "until"
)
