"""Which event is heard by whom: the one page to read for what follows from what."""

from chimein.answering import events as answering_events
from chimein.answering import handlers as answering
from chimein.answering import mailing, readings
from chimein.channels import events as channels
from chimein.conversations import events as conversations
from chimein.core import events


def connect() -> None:
    """Tell the event log who listens."""
    events.connect(
        {
            channels.SENT: [answering.on_delivery_sent],
            channels.FAILED: [answering.on_delivery_failed],
            answering_events.ANSWERED: [readings.on_answer_published, mailing.on_answer_published],
            conversations.CLOSED: [readings.on_conversation_closed],
        }
    )
