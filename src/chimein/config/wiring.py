"""Which event is heard by whom: the one page to read for what follows from what."""

from chimein.alerts import handlers as alerts
from chimein.answering import events as answering_events
from chimein.answering import handlers as answering
from chimein.answering import mailing, readings, stopping
from chimein.channels import events as channels
from chimein.community import events as community
from chimein.community.growth import candidates
from chimein.community.growth import events as growth_events
from chimein.community.growth import handlers as growth
from chimein.community.recognition import facts as recognition
from chimein.conversations import events as conversations
from chimein.core import events
from chimein.people import events as people
from chimein.routing import events as routing
from chimein.routing import offers_hearing


def connect() -> None:
    """Tell the event log who listens."""
    events.connect(
        {
            channels.SENT: [answering.on_delivery_sent],
            channels.FAILED: [answering.on_delivery_failed],
            answering_events.ANSWERED: [
                readings.on_answer_published,
                mailing.on_answer_published,
                alerts.on_answered,
                offers_hearing.on_answered,
            ],
            answering_events.OUTCOME: [growth.on_outcome, recognition.on_outcome, alerts.on_outcome],
            routing.EXPIRED: [growth.on_expired],
            routing.RELEASED: [offers_hearing.on_released],
            people.JOINED: [candidates.on_joined],
            routing.FROZEN: [stopping.on_frozen, alerts.on_frozen],
            conversations.CLOSED: [readings.on_conversation_closed, alerts.on_closed],
            answering_events.FAILED: [alerts.on_failed],
            answering_events.REVIEW_ASKED: [alerts.on_review_asked],
            answering_events.REVIEW_GIVEN: [alerts.on_review_given],
            answering_events.REVIEW_TAKEN_BACK: [alerts.on_review_taken_back],
            answering_events.DRAFT_RELEASED: [alerts.on_draft_released],
            conversations.NOTED: [alerts.on_noted],
            conversations.RECEIVED: [alerts.on_received],
            routing.OFFERED: [alerts.on_offered],
            routing.WITHDRAWN: [alerts.on_withdrawn],
            routing.PASSED: [alerts.on_passed, growth.on_passed],
            routing.CLAIMED: [alerts.on_claimed],
            routing.ASSIGNED: [alerts.on_assigned],
            routing.UNASSIGNED: [alerts.on_unassigned],
            routing.WARNED: [alerts.on_warned],
            routing.ESCALATED: [alerts.on_escalated],
            community.THANKED: [alerts.on_thanked],
            community.BADGE: [alerts.on_badge],
            growth_events.TRUST_CHANGED: [alerts.on_trust_changed],
        }
    )
