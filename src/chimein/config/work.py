"""What a worker does: the loops, and what wakes each of them. Any number of workers may run, on any number of hosts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from chimein.alerts import claims, digest, posting, sending, writing
from chimein.alerts.writing import ALERT_CHANNEL
from chimein.answering import mailing, outcomes, pending
from chimein.answering.mailing import MAIL_CHANNEL
from chimein.channels import deliveries, polling
from chimein.channels.deliveries import DELIVERY_CHANNEL
from chimein.channels.journal import INBOUND_CHANNEL
from chimein.community.growth import nightly
from chimein.community.recognition import work as recognition
from chimein.community.recognition.facts import POINTS_CHANNEL
from chimein.community.recognition.rewards import REWARD_CHANNEL
from chimein.config import planning
from chimein.core import clock, db
from chimein.core.loops import Loop, Step, Waker
from chimein.core.options import option
from chimein.insights.fold import fold
from chimein.insights.planning import PLAN_CHANNEL
from chimein.intake import batch, second_look
from chimein.routing import assignments, escalation, offers_copies, offers_router, presence, services, timers
from chimein.routing.timers import OFFERS_CHANNEL
from chimein.triage import learning, registry
from chimein.triage.learning import TRAINING_CHANNEL
from chimein.triage.port import BrandWords, TriageInput

POLL_SECONDS = option("POLL_SECONDS", 10.0, "Seconds between two looks at the networks' timelines.")
_IDLE_S = 5.0
_SWEEP_S = 2.0
_FOLD_S = 1.0
_CLEAN_S = 60.0
_LEARN_S = 60.0
_PLAN_S = 30.0
_LOOK_S = 1.0
_ASSIGN_S = 1.0
_LADDER_S = 1.0
_OUTCOMES_S = 5.0
_GROW_S = 3600.0
_KEEP_SIGNATURES = timedelta(minutes=15)


def take_in() -> float:
    """One batch of every shard that waits; come back at once while there was something to do."""
    taken = 0
    for shard in batch.pending_shards():
        outcome = batch.run_batch(shard=shard, now=clock.now())
        taken += outcome.entries if outcome else 0
    return 0.0 if taken else _IDLE_S


def deliver() -> float:
    """Everything that is due; sleep until the next is."""
    deliveries.run_due(now=clock.now())
    due = deliveries.next_due()
    return _IDLE_S if due is None else _seconds_until(due)


def _seconds_until(moment: datetime) -> float:
    return min(_IDLE_S, max(0.2, (moment - clock.now()).total_seconds()))


def mail() -> float:
    """Answers to those who left an address."""
    mailing.send_due(now=clock.now())
    return _IDLE_S


def poll() -> float:
    polling.poll_all()
    return POLL_SECONDS.get()


def sweep() -> float:
    """Leases that ran out are told of, so that everybody sees the question again; drafts in review go on."""
    services.sweep_expired(now=clock.now())
    pending.turn(now=clock.now())
    due = timers.next_lease_end()
    return _SWEEP_S if due is None else min(_SWEEP_S, _seconds_until(due))


def offer() -> float:
    """Questions whose time has come are brought to the next people; come back at once while there is more."""
    if offers_router.run_due(now=clock.now()):
        return 0.0
    due = timers.next_ring_at()
    return _IDLE_S if due is None else _seconds_until(due)


def assign() -> float:
    """What waits at the desks is brought to somebody, and to the next when it was left lying."""
    assignments.run_all(now=clock.now())
    return _ASSIGN_S


def escalate() -> float:
    """The steps of the ladders whose time has come; sleep until the next, a second at most."""
    if escalation.fire(now=clock.now()) == escalation.BATCH:
        return 0.0
    due = escalation.next_at()
    return _LADDER_S if due is None else min(_LADDER_S, max(0.05, (due - clock.now()).total_seconds()))


def count() -> float:
    return 0.0 if fold() else _FOLD_S


def look_again() -> float:
    """What intake has just labelled is read once more, carefully."""
    return 0.0 if second_look.look_again(now=clock.now()) else _LOOK_S


def alert() -> float:
    """Alerts on pages and by push; claims that are about to end are noticed here."""
    claims.warn(now=clock.now())
    return sending.run_live()


def clean() -> float:
    """Forget what is only needed for minutes, or days; plan the daily mails of those for whom it is morning."""
    now = clock.now()
    db.execute("DELETE FROM channels_seensignature WHERE seen_at < %s", (now - _KEEP_SIGNATURES,))
    presence.forget(now=now)
    writing.forget(now=now)
    digest.plan(now=now)
    offers_copies.forget(now=now)
    return _CLEAN_S


def learn() -> float:
    """Trainings that somebody asked for, and those of the night."""
    now = clock.now()
    learning.ask_for_nights(now=now)
    learning.run_waiting(now=now)
    return _LEARN_S


def plan() -> float:
    """What leads asked the planner."""
    planning.run_waiting(now=clock.now)
    return _PLAN_S


def find_outcomes() -> float:
    """What came of answers: reviews, thanks, comebacks, silence."""
    return 0.0 if outcomes.find(now=clock.now()) else _OUTCOMES_S


def grow() -> float:
    """Old evidence fades, trust that is not used goes down, customers who help others are found."""
    nightly.run(now=clock.now())
    return _GROW_S


STEPS: dict[str, tuple[Step, tuple[str, ...]]] = {
    "intake": (take_in, (INBOUND_CHANNEL,)),
    "delivery": (deliver, (DELIVERY_CHANNEL,)),
    "mail": (mail, (MAIL_CHANNEL,)),
    "polling": (poll, ()),
    "sweeper": (sweep, ()),
    "offers": (offer, (OFFERS_CHANNEL,)),
    "second look": (look_again, ()),
    "assigning": (assign, ()),
    "ladder": (escalate, ()),
    "counting": (count, ()),
    "cleaning": (clean, ()),
    "outcomes": (find_outcomes, ()),
    "growing": (grow, ()),
    "points": (recognition.score, (POINTS_CHANNEL,)),
    "rewards": (recognition.reward, (REWARD_CHANNEL,)),
    "points audit": (recognition.audit, ()),
    "learning": (learn, (TRAINING_CHANNEL,)),
    "planning": (plan, (PLAN_CHANNEL,)),
    "alerts": (alert, (ALERT_CHANNEL,)),
    "letters": (sending.run_mail, (ALERT_CHANNEL,)),
    "chats": (posting.run, (ALERT_CHANNEL,)),
}


def warm_up() -> None:
    """Load dictionaries and models before the first customer waits for them."""
    words = BrandWords(0, ())
    registry.current().classify(
        [TriageInput(text, words) for text in ("How do I reset this?", "这个怎么重置？")]
    )


def start(
    stopping: threading.Event, *, only: Callable[[str], bool] = lambda _name: True
) -> list[threading.Thread]:
    """Start the loops; they end soon after `stopping` is set."""
    loops = {name: Loop(name, step, stopping=stopping) for name, (step, _) in STEPS.items() if only(name)}
    woken: dict[str, list[Loop]] = {}
    for name, loop in loops.items():
        for channel in STEPS[name][1]:
            woken.setdefault(channel, []).append(loop)
    threads: list[threading.Thread] = [*loops.values(), Waker(woken, stopping=stopping)]
    for thread in threads:
        thread.start()
    return threads
