"""What one person does with one question, as others see it: looks, types, answers; or gives it back.

Each act is a generator: it does something through ChimeIn's own services and yields the seconds until it goes
on. Whatever the services refuse (somebody was faster, the claim has run out) ends the act.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import translation

from chimein.answering import services as answering
from chimein.answering.models import Draft
from chimein.core import clock
from chimein.demo.player import words
from chimein.demo.player.helpers import Helper
from chimein.demo.scenario.chance import dice
from chimein.routing import presence
from chimein.routing import services as routing

Act = Generator[float, None, None]

_SECONDS_A_LETTER = 0.05
_READING_S = 3.0
_TYPING_S = (5.0, 20.0)
_HAND_BACK, _FORGET, _UNDO = 0.05, 0.02, 0.03
_LANGUAGES = {"zh": "zh-hans"}


@dataclass(frozen=True, slots=True)
class Task:
    """An answer to be given. `name` decides the small turns, always the same; `pace` divides all pauses."""

    name: str
    helper: Helper
    conversation_id: int
    message_id: int | None
    text: str
    language: str
    pace: float


def seconds_for(text: str) -> float:
    """How long reading and typing take at the living pace, before the answer is sent off."""
    low, high = _TYPING_S
    return _READING_S + min(high, max(low, len(text) * _SECONDS_A_LETTER))


def hand_back(task: Task, reason: str) -> Act:
    """Somebody begins, says why they are not the one, and gives it back."""
    return _give_back(task, reason)


def plain(task: Task) -> Act:
    """An answer without a turn."""
    return _answer(task)


def act_for(task: Task) -> Act:
    """An ordinary answer, or now and then one with a turn."""
    luck = dice(f"act:{task.name}").random()
    if luck < _UNDO:
        return _answer_on_second_thought(task)
    return _answer(task)


def detour_for(task: Task) -> Act | None:
    """What somebody else does with it first, now and then: gives it back, or lets the claim run out."""
    luck = dice(f"detour:{task.name}").random()
    if luck < _HAND_BACK:
        return _give_back(
            task, "有人比我更懂这个" if task.language == "zh" else "Somebody else knows this better"
        )
    return _forget(task) if luck < _HAND_BACK + _FORGET else None


def _answer(task: Task) -> Act:
    claim = routing.claim(actor=task.helper.actor, conversation_id=task.conversation_id, now=clock.now())
    try:
        yield from _type(task, (0.3, 0.7, 1.0))
        _send(task, claim.fence)
        yield 1 / task.pace
    finally:
        presence.leave(actor=task.helper.actor, conversation_id=task.conversation_id)


def _answer_on_second_thought(task: Task) -> Act:
    """Sent, taken back within the seconds one has for it, sent again."""
    claim = routing.claim(actor=task.helper.actor, conversation_id=task.conversation_id, now=clock.now())
    try:
        yield from _type(task, (0.5, 1.0))
        made = _send(task, claim.fence)
        yield min(4.0, answering.UNDO_SECONDS.get() * 0.4)
        answering.undo(actor=task.helper.actor, answer_id=made, now=clock.now())
        yield from _type(task, (0.9, 1.0))
        _send(task, claim.fence)
        yield 1 / task.pace
    finally:
        presence.leave(actor=task.helper.actor, conversation_id=task.conversation_id)


def _give_back(task: Task, reason: str) -> Act:
    """Begins, sees that it is not the right person for it, hands it back."""
    actor, conversation = task.helper.actor, task.conversation_id
    routing.claim(actor=actor, conversation_id=conversation, now=clock.now())
    yield from _type(task, (0.15,))
    answering.save_draft(
        actor=actor, conversation_id=conversation, kind=Draft.Kind.REPLY, text="", now=clock.now()
    )
    routing.release(actor=actor, conversation_id=conversation, reason=reason, now=clock.now())
    presence.leave(actor=actor, conversation_id=conversation)


def _forget(task: Task) -> Act:
    """Begins and is called away: the claim runs out by itself."""
    routing.claim(actor=task.helper.actor, conversation_id=task.conversation_id, now=clock.now())
    yield from _type(task, (0.2,))


def _type(task: Task, shares: tuple[float, ...]) -> Act:
    """Look, then save the draft piece by piece as the console does, with the claim extended each time."""
    actor, conversation = task.helper.actor, task.conversation_id
    presence.show_up(actor=actor, conversation_id=conversation, typing=False, now=clock.now())
    yield _READING_S / task.pace
    pause = (seconds_for(task.text) - _READING_S) / len(shares) / task.pace
    for share in shares:
        now = clock.now()
        piece = task.text[: max(1, round(len(task.text) * share))]
        answering.save_draft(
            actor=actor, conversation_id=conversation, kind=Draft.Kind.REPLY, text=piece, now=now
        )
        routing.extend(actor=actor, conversation_id=conversation, now=now)
        presence.show_up(actor=actor, conversation_id=conversation, typing=True, now=now)
        yield pause


def _send(task: Task, fence: int) -> int:
    with translation.override(_LANGUAGES.get(task.language, "en")):
        made = answering.answer(
            actor=task.helper.actor,
            conversation_id=task.conversation_id,
            text=task.text,
            fence=fence,
            now=clock.now(),
            reply_to_id=task.message_id,
            split=True,
            anyway=words.anyway(task.language),
        )
    return made.pk


def lead_time(text: str, pace: float) -> timedelta:
    """How long before an answer is due its writing has to begin."""
    return timedelta(seconds=seconds_for(text) / pace)
