"""Which event is heard by whom: the one page to read for what follows from what."""

from chimein.answering import events as answering_events
from chimein.answering import handlers as answering
from chimein.answering import mailing
from chimein.channels import events as channels
from chimein.core import events


def connect() -> None:
    """Tell the event log who listens."""
    events.connect(
        {
            channels.SENT: [answering.on_delivery_sent],
            channels.FAILED: [answering.on_delivery_failed],
            answering_events.ANSWERED: [mailing.on_answer_published],
        }
    )
