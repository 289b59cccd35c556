"""One member as a lead sees them: levels with their history, what they are good at, load; never their drafts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.answering.models import Answer, Review
from chimein.community.growth import coaches, skills
from chimein.community.growth import trust as changes
from chimein.community.growth.trust import Place
from chimein.community.models import SkillReset, TrustChange
from chimein.core import clock
from chimein.core.errors import UserError
from chimein.core.policy import LEAD
from chimein.people import trust
from chimein.people.models import Membership, Skill, Trust
from chimein.routing.models import WorkItem
from chimein.web.console import frame
from chimein.web.console.people import Toast, is_toast_undo, late, role_names
from chimein.web.console.standing import changes_of, level_words, levels_of, topic_names
from chimein.web.guard import BrandRequest, brand_page

_LANGUAGES = (("en", "English"), ("zh", "中文"))


def _member(request: BrandRequest, member_id: int) -> Membership:
    rows = Membership.objects.select_related("team", "user", "coach", "brand")
    return get_object_or_404(rows, pk=member_id, brand=request.brand)


def _context(request: BrandRequest, member: Membership) -> dict[str, Any]:
    now, names = clock.now(), topic_names(request.brand.pk)
    known = Skill.objects.filter(member=member, language="").order_by("topic")
    resets = SkillReset.objects.filter(member=member, undone_at=None).select_related("by")
    can_coach = Membership.objects.filter(pk__in=coaches.able(request.brand.pk, now=now)).exclude(
        pk=member.pk
    )
    return {
        "member": member, "brand_slug": request.brand.slug, "role": role_names()[member.role],
        "standing": levels_of(member), "changes": changes_of(member), "may_undo": True,
        "skills": skills.explained(member, mine=False),
        "known": [(one.topic, names.get(one.topic, one.topic)) for one in known],
        "resets": [(one, names.get(one.topic, one.topic) or _("all topics")) for one in resets.order_by("-at")[:10]],
        "topics": names, "languages": _LANGUAGES, "levels": Trust.Level.choices, "risks": Trust.Risk.choices,
        "coaches": can_coach.order_by("public_name"), "load": _load(member),
        "paused": member.paused_until if member.paused_until and member.paused_until > now else None,
        "is_staff_member": member.role in trust.STAFF,
        "url": reverse("console-person", args=[request.brand.slug, member.pk]),
    }  # fmt: skip


def _load(member: Membership) -> dict[str, int]:
    """How much this person has to do: numbers, no texts."""
    now = clock.now()
    sent = Answer.objects.filter(author=member, state=Answer.State.SENT)
    return {
        "week": sent.filter(sent_at__gt=now - timedelta(days=7)).count(),
        "month": sent.filter(sent_at__gt=now - timedelta(days=30)).count(),
        "claims": WorkItem.objects.filter(holder=member, claim_until__gt=now).count(),
        "in_review": Review.objects.filter(author=member, verdict="", kind=Review.Kind.DRAFT).count(),
    }


def _answer(request: BrandRequest, member_id: int, toast: Toast | None = None) -> HttpResponseBase:
    if frame.wants_fragment(request):
        response = render(request, "console/_person.html", _context(request, _member(request, member_id)))
        if toast:
            response.headers["HX-Trigger"] = json.dumps({"toast": toast})
        return response
    if is_toast_undo(request):
        return HttpResponse(status=204)
    if toast:
        level = messages.ERROR if toast.get("tone") == "late" else messages.SUCCESS
        messages.add_message(request, level, str(toast["text"]))
    return redirect("console-person", request.brand.slug, member_id)


@brand_page(LEAD)
def page(request: BrandRequest, member_id: int) -> HttpResponseBase:
    """A member's levels, history, skills and load."""
    context = _context(request, _member(request, member_id))
    return frame.page(request, "console/person.html", section="console-people", context=context)


@require_POST
@brand_page(LEAD)
def level(request: BrandRequest, member_id: int) -> HttpResponseBase:
    """Say how far somebody is trusted, with a reason."""
    _member(request, member_id)
    form = request.POST
    wanted = form.get("level", "")
    place = Place(form.get("topic", ""), form.get("language", ""), form.get("risk", trust.CLEAN))
    if place.topic not in {"", *topic_names(request.brand.pk)} or place.language not in {"", "en", "zh"}:
        return _answer(request, member_id, {"text": _("There is no such topic."), "tone": "late"})
    try:
        made = changes.set_level(
            actor=request.actor, member_id=member_id, place=place,
            level=int(wanted) if wanted in {"0", "1", "2", "3"} else -1, reason=form.get("reason", ""), now=clock.now(),
        )  # fmt: skip
    except UserError as problem:
        return _answer(request, member_id, late(problem))
    said = _("From now on: %(level)s.") % {"level": level_words(made.after)}
    return _answer(request, member_id, _undoable(request, member_id, made, said))


def _undoable(request: BrandRequest, member_id: int, made: TrustChange, said: str) -> Toast:
    url = reverse("console-person-undo", args=[request.brand.slug, member_id, made.pk])
    return {"text": said, "undo_url": url, "seconds": 15}


@require_POST
@brand_page(LEAD)
def undo(request: BrandRequest, member_id: int, change_id: int) -> HttpResponseBase:
    """Bring back what was before a change."""
    get_object_or_404(TrustChange, pk=change_id, member_id=member_id, member__brand=request.brand)
    changes.undo(actor=request.actor, change_id=change_id, now=clock.now())
    return _answer(request, member_id, {"text": _("Undone.")})


@require_POST
@brand_page(LEAD)
def report(request: BrandRequest, member_id: int) -> HttpResponseBase:
    """A serious report proved right: a coach reads everything again."""
    _member(request, member_id)
    try:
        made = changes.uphold_report(
            actor=request.actor, member_id=member_id, reason=request.POST.get("reason", ""), now=clock.now()
        )
    except UserError as problem:
        return _answer(request, member_id, late(problem))
    said = _("A coach reads every answer first, from now on.") if made else _("This was so already.")
    return _answer(request, member_id, {"text": said})


@require_POST
@brand_page(LEAD)
def coach(request: BrandRequest, member_id: int) -> HttpResponseBase:
    """Name a coach, or none."""
    _member(request, member_id)
    chosen = request.POST.get("coach", "")
    try:
        coaches.choose(
            actor=request.actor, member_id=member_id, now=clock.now(),
            coach_id=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else None,
        )  # fmt: skip
    except UserError as problem:
        return _answer(request, member_id, late(problem))
    return _answer(request, member_id, {"text": _("Noted.")})


@require_POST
@brand_page(LEAD)
def pause(request: BrandRequest, member_id: int) -> HttpResponseBase:
    """Ask somebody nothing for a while, or again."""
    _member(request, member_id)
    now, hours = clock.now(), request.POST.get("hours", "")
    if request.POST.get("end"):
        changes.resume(actor=request.actor, member_id=member_id, now=now)
        return _answer(request, member_id, {"text": _("Questions come again.")})
    try:
        changes.pause(
            actor=request.actor, member_id=member_id, reason=request.POST.get("reason", ""), now=now,
            hours=int(hours) if hours.isdecimal() and len(hours) < 6 else 0,
        )  # fmt: skip
    except UserError as problem:
        return _answer(request, member_id, late(problem))
    return _answer(request, member_id, {"text": _("Nobody is asked until the pause ends.")})


@require_POST
@brand_page(LEAD)
def reset(request: BrandRequest, member_id: int) -> HttpResponseBase:
    """What is known of somebody in a topic, or in all, counts no more."""
    _member(request, member_id)
    made = skills.reset(
        actor=request.actor, member_id=member_id, topic=request.POST.get("topic", "")[:50],
        reason=request.POST.get("reason", ""), now=clock.now(),
    )  # fmt: skip
    url = reverse("console-person-reset-undo", args=[request.brand.slug, member_id, made.pk])
    return _answer(request, member_id, {"text": _("Begun anew."), "undo_url": url, "seconds": 15})


@require_POST
@brand_page(LEAD)
def undo_reset(request: BrandRequest, member_id: int, reset_id: int) -> HttpResponseBase:
    """What was known counts again."""
    get_object_or_404(
        SkillReset, pk=reset_id, member_id=member_id, member__brand=request.brand, undone_at=None
    )
    skills.undo_reset(actor=request.actor, reset_id=reset_id, now=clock.now())
    return _answer(request, member_id, {"text": _("Undone.")})
