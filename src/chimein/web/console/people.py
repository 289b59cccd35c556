"""Who answers for the brand: members with levels and load, invitations, customers who could be asked. For leads."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chimein.answering.models import Answer
from chimein.community.growth import candidates
from chimein.community.models import Candidate
from chimein.core import clock
from chimein.core.actor import STAFF_ROLES, Role
from chimein.core.errors import UserError
from chimein.core.policy import LEAD
from chimein.people import invitations
from chimein.people.models import Invitation, MailDomain, Membership, Team, Trust
from chimein.web.console import frame
from chimein.web.console.standing import level_chip
from chimein.web.guard import BrandRequest, brand_page

PAGE = 50
_WEEK = timedelta(days=7)
_STATES = [Candidate.State.WAITING, Candidate.State.FOUND, Candidate.State.INVITED, Candidate.State.DECLINED]
Toast = dict[str, object]


def role_names() -> dict[str, str]:
    return {value: str(label) for value, label in Membership.ROLES}


def _members(request: BrandRequest) -> QuerySet[Membership]:
    """The members that are asked for by name and role."""
    rows = Membership.objects.filter(brand=request.brand)
    asked, role = request.GET.get("q", "").strip()[:60], request.GET.get("role", "")
    if asked:
        rows = rows.filter(
            Q(public_name__icontains=asked)
            | Q(user__name__icontains=asked)
            | Q(user__email__istartswith=asked)
        )
    if role in role_names():
        rows = rows.filter(role=role)
    return rows


def _page_of(request: BrandRequest) -> tuple[list[Any], str]:
    """One page of members, each with `week`: answers in seven days; and the address of the next page."""
    week = Answer.objects.filter(
        author=OuterRef("pk"), state=Answer.State.SENT, sent_at__gt=clock.now() - _WEEK
    )
    counted = week.values("author").annotate(n=Count("pk")).values("n")
    rows = _members(request).select_related("team", "user", "coach")
    name, _bar, key = request.GET.get("after", "").rpartition("|")
    if key.isdecimal() and len(key) < 19:
        rows = rows.filter(Q(public_name__gt=name) | Q(public_name=name, pk__gt=int(key)))
    found = list(rows.annotate(week=Coalesce(Subquery(counted), 0)).order_by("public_name", "pk")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    kept = {key: request.GET[key] for key in ("q", "role") if request.GET.get(key)}
    query = urlencode({**kept, "after": f"{last.public_name}|{last.pk}"})
    return found[:PAGE], f"{reverse('console-people', args=[request.brand.slug])}?{query}"


def _shown(request: BrandRequest, rows: list[Any]) -> list[dict[str, Any]]:
    levels: dict[int, list[Trust]] = defaultdict(list)
    for row in Trust.objects.filter(member__in=rows):
        levels[row.member_id].append(row)
    now = clock.now()
    return [
        {
            "member": one, "role": role_names()[one.role], "answers": one.week,
            "chip": _chip(one, levels[one.pk]), "topics": sum(bool(row.topic) for row in levels[one.pk]),
            "paused": one.paused_until if one.paused_until and one.paused_until > now else None,
            "url": reverse("console-person", args=[request.brand.slug, one.pk]),
        }
        for one in rows
    ]  # fmt: skip


def _chip(member: Membership, rows: list[Trust]) -> dict[str, Any]:
    """The level that holds everywhere; staff are trusted by their role."""
    wide = [one.level for one in rows if not one.topic and not one.language and one.risk == Trust.Risk.CLEAN]
    level = wide[0] if wide else Trust.Level.NEW
    if member.role in STAFF_ROLES:
        level = max(level, Trust.Level.TRUSTED)
    return level_chip(int(level))


def _context(request: BrandRequest, **more: Any) -> dict[str, Any]:
    found, next_url = _page_of(request)
    now = clock.now()
    live = Q(revoked_at=None, expires_at__gt=now)
    codes = Invitation.objects.filter(live, brand=request.brand).select_related("by", "team")
    rows = Candidate.objects.filter(brand=request.brand, state__in=_STATES)
    return {
        "people": _shown(request, found), "next_url": next_url, "q": request.GET.get("q", ""),
        "role": request.GET.get("role", ""), "roles": role_names(),
        "invitable": [(str(one), role_names()[one]) for one in invitations.INVITABLE],
        "teams": Team.objects.filter(brand=request.brand).order_by("name"),
        "codes": [one for one in codes.order_by("-created_at")[:PAGE] if one.uses < one.most_uses],
        "domains": MailDomain.objects.filter(brand=request.brand).order_by("domain"),
        "candidates": _candidates(list(rows.select_related("contact", "member").order_by("-thanked", "pk")[:PAGE])),
        "least": candidates.LEAST_THANKED.get(), **more,
    }  # fmt: skip


def _candidates(rows: list[Candidate]) -> list[Candidate]:
    """Who waits for a word first."""
    return sorted(rows, key=lambda one: _STATES.index(Candidate.State(one.state)))


def answer(request: BrandRequest, *, toast: Toast | None = None, **more: Any) -> HttpResponseBase:
    """The page anew, as a part or, without scripts, as a whole."""
    if frame.wants_fragment(request):
        response = render(request, "console/_people.html", _context(request, **more))
        if toast:
            response.headers["HX-Trigger"] = json.dumps({"toast": toast})
        return response
    if is_toast_undo(request):
        return HttpResponse(status=204)
    if toast:
        level = messages.ERROR if toast.get("tone") == "late" else messages.SUCCESS
        messages.add_message(request, level, str(toast["text"]))
    if more:
        return _page(request, _context(request, **more))
    return redirect("console-people", request.brand.slug)


def _page(request: BrandRequest, context: dict[str, Any]) -> HttpResponse:
    return frame.page(request, "console/people.html", section="console-people", context=context)


def is_toast_undo(request: BrandRequest) -> bool:
    """Whether a toast's undo asks, which only wants to know that it worked and shows the page anew itself."""
    return bool(request.headers.get("X-CSRFToken")) and not frame.wants_fragment(request)


def late(problem: UserError) -> Toast:
    return {"text": str(problem), "tone": "late"}


@brand_page(LEAD)
def page(request: BrandRequest) -> HttpResponseBase:
    """Members, invitations, candidates."""
    context = _context(request)
    if frame.wants_fragment(request):
        return render(request, "console/_people.html", context)
    return _page(request, context)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def link_of(code: str) -> str:
    """The address that brings a code along."""
    return f"{settings.BASE_URL}{reverse('console-join')}?{urlencode({'code': code})}"


@require_POST
@brand_page(LEAD)
def invite(request: BrandRequest) -> HttpResponseBase:
    """A new code, shown this once."""
    form = request.POST
    try:
        made, code = invitations.make(
            actor=request.actor, role=form.get("role", Role.COLLEAGUE), days=_number(form.get("days")) or 0,
            uses=_number(form.get("uses")) or 0, team_id=_number(form.get("team")), email=form.get("email", ""),
            note=form.get("note", ""), now=clock.now(),
        )  # fmt: skip
    except UserError as problem:
        return answer(request, toast=late(problem), typed=form)
    return answer(request, made=made, code=code, link=link_of(code))


@require_POST
@brand_page(LEAD)
def revoke(request: BrandRequest, invitation_id: int) -> HttpResponseBase:
    """A code works no more."""
    get_object_or_404(Invitation, pk=invitation_id, brand=request.brand)
    invitations.revoke(actor=request.actor, invitation_id=invitation_id, now=clock.now())
    undo = reverse("console-code-allow", args=[request.brand.slug, invitation_id])
    return answer(request, toast={"text": _("The code works no more."), "undo_url": undo, "seconds": 15})


@require_POST
@brand_page(LEAD)
def allow(request: BrandRequest, invitation_id: int) -> HttpResponseBase:
    """Undo a revocation."""
    get_object_or_404(Invitation, pk=invitation_id, brand=request.brand)
    invitations.allow_again(actor=request.actor, invitation_id=invitation_id, now=clock.now())
    return answer(request)


@require_POST
@brand_page(LEAD)
def domain(request: BrandRequest) -> HttpResponseBase:
    """Add a mail domain, or take one away."""
    name, gone = request.POST.get("domain", ""), bool(request.POST.get("gone"))
    try:
        if gone:
            invitations.remove_domain(actor=request.actor, domain=name)
            return answer(request, toast={"text": _("Nobody else joins by %(domain)s.") % {"domain": name}})
        invitations.add_domain(actor=request.actor, domain=name, now=clock.now())
    except UserError as problem:
        return answer(request, toast=late(problem), typed_domain=name)
    return answer(request)


@require_POST
@brand_page(LEAD)
def candidate(request: BrandRequest, candidate_id: int, kind: str) -> HttpResponseBase:
    """Invite a customer, let one answer, say no, or take a no back."""
    get_object_or_404(Candidate, pk=candidate_id, brand=request.brand)
    now, who = clock.now(), request.actor
    if kind == "invite":
        code = candidates.invite(actor=who, candidate_id=candidate_id, now=now)
        return answer(request, code=code, link=link_of(code), for_customer=True)
    if kind == "approve":
        candidates.approve(actor=who, candidate_id=candidate_id, now=now)
        return answer(request, toast={"text": _("Welcome! The first answers are read by a coach.")})
    if kind == "decline":
        candidates.decline(
            actor=who, candidate_id=candidate_id, reason=request.POST.get("reason", ""), now=now
        )
        undo = reverse("console-candidate", args=[request.brand.slug, candidate_id, "back"])
        return answer(request, toast={"text": _("Not now, then."), "undo_url": undo, "seconds": 15})
    if kind == "back":
        candidates.take_back(actor=who, candidate_id=candidate_id, now=now)
        return answer(request)
    raise Http404
