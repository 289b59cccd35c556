"""The labelling game: five minutes, one message at a time, for everybody of the brand.

Which messages come is chosen by `triage.sampling`; each answer is a correction, and confirming the machine is one too.
Helpers get public messages only, and are not asked who should answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.conversations.models import Message
from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import MEMBER
from chimein.routing import correcting
from chimein.triage import labels, progress, sampling
from chimein.triage.models import Correction
from chimein.web.console import frame
from chimein.web.console.labels import Group, Option, at_moment, moment_of
from chimein.web.console.rows import network_label
from chimein.web.guard import BrandRequest, brand_page

MINUTES = 5
_HAND = 12
_MOST_SEEN = 200
_STORED = "game"
_NONE_OF_THEM = "-"
_KEYS = {"intent": "123456", "sentiment": "789", "anger": "a", "risks": "dmplsbcx0", "lane": "qwerty"}
"""Single keys, one for each option in its order."""

Game = dict[str, Any]


def _game(request: BrandRequest) -> Game | None:
    stored: dict[str, Game] = request.session.get(_STORED, {})
    return stored.get(request.brand.slug)


def _save(request: BrandRequest, game: Game | None) -> None:
    stored = request.session.get(_STORED, {})
    request.session[_STORED] = {**stored, request.brand.slug: game}


def _deal(request: BrandRequest, seen: list[int]) -> list[int]:
    """The next few messages for this player."""
    return sampling.next_to_label(
        brand_id=request.brand.pk, public_only=not request.actor.is_staff, count=_HAND,
        start=request.membership.pk, without=seen,
    )  # fmt: skip


def _message(request: BrandRequest, pk: int) -> Message | None:
    rows = Message.objects.filter(pk=pk, brand=request.brand, direction="in", deleted_at=None)
    if not request.actor.is_staff:
        rows = rows.filter(visibility="public")
    return rows.select_related("account", "triage").defer("search").first()


def _asked(request: BrandRequest) -> list[str]:
    names = ["intent", "sentiment", "anger", "risks"]
    return [*names, "lane"] if request.actor.is_staff else names


def _groups(request: BrandRequest) -> list[Group]:
    """The questions, with nothing chosen: what the machine thought must not lead anybody."""
    made = []
    for label in _asked(request):
        options = labels.values_of(label, ())
        if label == "anger":
            options = {"1": _("Yes")}
        elif label == "risks":
            options |= {_NONE_OF_THEM: _("None of them")}
        elif label == "lane":
            options.pop("vip")  # a matter of who asks, not of what is said
        keyed = zip(options.items(), _KEYS[label], strict=True)
        shown = [Option(value, name, False, key) for (value, name), key in keyed]
        several, half = label in {"risks", "anger"}, label in {"sentiment", "anger"}
        made.append(Group(label, str(labels.NAMES[label]), "", several, shown, half=half))
    return made


def _answers(request: BrandRequest) -> dict[str, Any]:
    """The labels that were answered. Saying how the customer feels says as well whether they are angry."""
    form, values = request.POST, {}
    for label in _asked(request):
        ticked = form.getlist(label)
        if label == "anger":
            if ticked or form.get("sentiment"):
                values[label] = bool(ticked)
        elif ticked:
            values[label] = labels.parse(label, [one for one in ticked if one != _NONE_OF_THEM])
    return values


def _is_over(game: Mapping[str, Any], now: datetime) -> bool:
    until = parse_datetime(game["until"])
    return bool(game.get("ended")) or until is None or now >= until


def _current(request: BrandRequest, game: Game, now: datetime) -> Message | None:
    """The message on the table; deals anew when the hand is empty. None when the game is over."""
    if _is_over(game, now):
        return None
    if not game["hand"]:
        game["hand"] = _deal(request, game["seen"])
    while game["hand"]:
        message = _message(request, game["hand"][0])
        if message is not None and hasattr(message, "triage"):
            return message
        game["hand"].pop(0)
    return None


def game_context(request: BrandRequest) -> dict[str, Any]:
    """What is on the table: the start, a message, or the end."""
    game, now = _game(request), clock.now()
    if game is None:
        count = len(sampling.unsure(brand_id=request.brand.pk, public_only=not request.actor.is_staff))
        return {
            "state": "start",
            "count": count,
            "minutes": MINUTES,
            "standing": progress.standing(request.brand.pk),
        }
    message = _current(request, game, now)
    if message is None:
        game["ended"] = True
        _save(request, game)
        return {"state": "end", "game": game, "standing": progress.standing(request.brand.pk)}
    _save(request, game)
    return {
        "state": "play", "game": game, "message": message, "groups": _groups(request),
        "until": parse_datetime(game["until"]), "network": network_label(message.account.adapter),
        "lang": "" if message.language == "und" else message.language,
    }  # fmt: skip


def _show(request: BrandRequest, problem: str = "") -> HttpResponseBase:
    if not frame.wants_fragment(request):
        return redirect("console-game", request.brand.slug)
    return render(request, "console/_game.html", {**game_context(request), "problem": problem})


@brand_page(MEMBER)
def page(request: BrandRequest) -> HttpResponseBase:
    """The game as it stands."""
    if frame.wants_fragment(request):
        return _show(request)
    return frame.page(request, "console/game.html", section="console-game", context=game_context(request))


@require_POST
@brand_page(MEMBER)
def start(request: BrandRequest) -> HttpResponseBase:
    """A new game of five minutes."""
    until = clock.now() + timedelta(minutes=MINUTES)
    seen = (_game(request) or {}).get("seen", [])
    new: Game = {
        "until": until.isoformat(), "hand": [], "seen": seen, "done": 0, "skipped": 0, "changed": 0, "confirmed": 0,
        "last": None,
    }  # fmt: skip
    _save(request, new)
    return _show(request)


def _take(request: BrandRequest) -> tuple[Game, int] | None:
    """The game and the message it is about, when the form tells of the one on the table."""
    game = _game(request)
    asked = request.POST.get("message", "")
    if game is None or not game["hand"] or asked != str(game["hand"][0]):
        return None
    return game, game["hand"][0]


@require_POST
@brand_page(MEMBER)
def answer(request: BrandRequest) -> HttpResponseBase:
    """Keep what was said of the message, and show the next."""
    taken = _take(request)
    if taken is None:
        return _show(request)
    game, pk = taken
    values = _answers(request)
    if not values:
        return _show(request, _("Choose at least one, or skip the message."))
    try:
        made = correcting.correct(
            actor=request.actor, message_id=pk, values=values, why="", now=clock.now(),
            source=Correction.Source.GAME,
        )  # fmt: skip
    except UserError:
        _next(request, game, skipped=1)
        return _show(request, _("That message has gone in the meantime."))
    changed = sum(row.before != row.after for row in made.rows)
    last = {"message": pk, "moment": moment_of(made.rows[0].at), "changed": changed} if made.rows else None
    _next(request, game, last=last, changed=changed, confirmed=len(made.rows) - changed, done=1)
    return _show(request)


def _next(request: BrandRequest, game: Game, *, last: dict[str, int] | None = None, **more: int) -> None:
    """Put the message away and count."""
    pk = game["hand"].pop(0)
    game["seen"] = [*game["seen"], pk][-_MOST_SEEN:]
    game["last"] = last and {**last, **more}
    for name, number in more.items():
        game[name] += number
    _save(request, game)


@require_POST
@brand_page(MEMBER)
def skip(request: BrandRequest) -> HttpResponseBase:
    """Not this one."""
    taken = _take(request)
    if taken is not None:
        _next(request, taken[0], skipped=1)
    return _show(request)


@require_POST
@brand_page(MEMBER)
def undo(request: BrandRequest) -> HttpResponseBase:
    """Take the last answer back; its message is on the table again."""
    game = _game(request)
    last = game and game.get("last")
    if game is None or not last:
        return _show(request)
    problem = ""
    try:
        correcting.take_back(
            actor=request.actor, message_id=last["message"], at=at_moment(last["moment"]), now=clock.now()
        )
        game["hand"].insert(0, last["message"])
        game["seen"] = [pk for pk in game["seen"] if pk != last["message"]]
        for name in ("done", "changed", "confirmed"):
            game[name] -= last[name]
        game.pop("ended", None)
    except UserError as reason:
        problem = str(reason)
    game["last"] = None
    _save(request, game)
    return _show(request, problem)


@require_POST
@brand_page(MEMBER)
def end(request: BrandRequest) -> HttpResponseBase:
    """Enough for now."""
    game = _game(request)
    if game is not None:
        game["ended"] = True
        _save(request, game)
    return _show(request)
