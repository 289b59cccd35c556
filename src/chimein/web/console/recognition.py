"""What a lead sets and judges: the week's goal, rewards by hook, the pledge; arranged votes; the nightly audit."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.community.points_models import PointsAudit, Reward, VoteFlag
from chimein.community.recognition import choosing, collusion
from chimein.community.recognition.rewards import recognition_of
from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import LEAD
from chimein.people.models import Membership
from chimein.web.console import frame
from chimein.web.console.points import period, table, tabs, thanks_of
from chimein.web.guard import BrandRequest, brand_page

SECTION = "console-recognition"
SHOWN = 30


def _context(request: BrandRequest, typed: dict[str, str] | None = None, error: str = "") -> dict[str, Any]:
    brand_id = request.brand.pk
    chosen = recognition_of(brand_id)
    since, until = period(request)
    audits = list(PointsAudit.objects.filter(brand_id=brand_id).order_by("-at")[:7])
    return {
        "tabs": tabs(request.brand.slug, request.actor, SECTION),
        "chosen": chosen,
        "typed": typed or {name: getattr(chosen, name) for name in _NAMES},
        "error": error,
        "secret": (chosen.hook_secret or {}).get("secret", ""),
        "flags": _flags(request),
        "thanks": thanks_of(request),
        "rewards": Reward.objects.filter(brand_id=brand_id).select_related("member").order_by("-at")[:SHOWN],
        "audits": audits,
        "differences": _differences(audits[0]) if audits else [],
        "since": since.isoformat(),
        "until": until.isoformat(),
    }


_NAMES = ("weekly_goal", "reward_every", "hook_url", "pledge", "pledge_url")


def _flag_words() -> dict[str, str]:
    return {
        VoteFlag.Kind.PAIR: _("They vote for one another, about as often each way."),
        VoteFlag.Kind.RING: _("Each votes for the next, in a circle of three."),
        VoteFlag.Kind.FAN: _("Most votes for this person come from the same one."),
        VoteFlag.Kind.BURST: _("Far more votes within an hour than usual, from few people."),
    }


def _flags(request: BrandRequest) -> list[dict[str, Any]]:
    """Those to judge first, then what was judged lately."""
    rows = VoteFlag.objects.filter(brand_id=request.brand.pk).select_related("judged_by")
    found = sorted(rows.order_by("-found_at")[:SHOWN], key=lambda flag: flag.state != VoteFlag.State.OPEN)
    names = dict(
        Membership.objects.filter(pk__in={pk for flag in found for pk in flag.members}).values_list(
            "pk", "public_name"
        )
    )
    words = _flag_words()
    return [
        {
            "flag": flag, "words": words[flag.kind], "names": [names.get(pk, "?") for pk in flag.members],
            "percent": round(100 * flag.share), "own": request.membership.pk in flag.members,
            "url": reverse("console-flag", args=[request.brand.slug, flag.pk]),
        }
        for flag in found
    ]  # fmt: skip


def _differences(audit: PointsAudit) -> list[dict[str, Any]]:
    words = {
        "points": _("The ledger says %(before)s, worked out anew it is %(after)s."),
        "overlap": _("Overlap with earlier answers was %(before)s, worked out anew it is %(after)s."),
        "no_event": _("Kept, but the event log does not know of it: %(kind)s."),
        "not_kept": _("In the event log, but not kept: %(kind)s."),
    }
    names = dict(
        Membership.objects.filter(pk__in={one["member"] for one in audit.differences}).values_list(
            "pk", "public_name"
        )
    )
    return [
        {"who": names.get(one["member"], "?"), "answer": one["answer"], "text": words[one["what"]] % one}
        for one in audit.differences
    ]


@brand_page(LEAD)
def page(request: BrandRequest) -> HttpResponseBase:
    """Goals, rewards, votes to judge, the audit."""
    if frame.wants_fragment(request):
        return render(request, "console/_recognition.html", _context(request))
    return frame.page(
        request, "console/recognition.html", section="console-points", context=_context(request)
    )


@require_POST
@brand_page(LEAD)
def save(request: BrandRequest) -> HttpResponseBase:
    """Keep what the lead chose, or say what does not fit."""
    typed = {name: request.POST.get(name, "").strip() for name in _NAMES}
    try:
        choosing.recognise(
            actor=request.actor, now=clock.now(),
            wanted=choosing.Wanted(
                weekly_goal=_whole(typed["weekly_goal"]), reward_every=_whole(typed["reward_every"]),
                hook_url=typed["hook_url"], pledge=typed["pledge"], pledge_url=typed["pledge_url"],
            ),
        )  # fmt: skip
    except UserError as problem:
        context = _context(request, typed, str(problem))
        return frame.page(
            request, "console/recognition.html", section="console-points", context=context, status=422
        )
    messages.success(request, _("Kept. It counts from now on."))
    return redirect("console-recognition", request.brand.slug)


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise UserError(_("%(text)s is no whole number.") % {"text": text[:20] or "–"})
    return int(text)


@require_POST
@brand_page(LEAD)
def judge(request: BrandRequest, flag_id: int) -> HttpResponseBase:
    """Say what the votes were, or take that back."""
    problem = ""
    try:
        collusion.judge(
            actor=request.actor, flag_id=flag_id, state=request.POST.get("state", ""), now=clock.now()
        )
    except UserError as error:
        problem = str(error)
    if not frame.wants_fragment(request):
        if problem:
            messages.error(request, problem)
        return redirect("console-recognition", request.brand.slug)
    response = render(request, "console/_flags.html", {"flags": _flags(request)})
    if problem:
        response.headers["HX-Trigger"] = json.dumps({"toast": {"text": problem, "tone": "late"}})
    return response


@brand_page(LEAD)
def export(request: BrandRequest) -> HttpResponseBase:
    """Everybody's lines of a period."""
    members = list(Membership.objects.filter(brand=request.brand).values_list("pk", flat=True))
    return table(members, *period(request), f"points-{request.brand.slug}")
