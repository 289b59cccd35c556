"""Channels: whether each account works, what could not be understood, what could not be sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from chimein.channels import accounts, health, journal
from chimein.channels.models import ChannelAccount, Delivery, InboundEntry
from chimein.channels.port import Health, SendError
from chimein.channels.registry import adapter_for
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.http import safe_client
from chimein.core.policy import LEAD
from chimein.web.console import frame, words
from chimein.web.console.rows import network_label
from chimein.web.guard import BrandRequest, brand_page

PAGE = 50
MOST_AT_ONCE = 500
_CUT = 1500


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account as the page shows it."""

    account: ChannelAccount
    network: str
    state: str
    state_words: str
    ways: str
    hook_url: str
    tokens: int


def _card(account: ChannelAccount, now: datetime) -> AccountCard:
    state, said = _state(account, now)
    tokens = accounts.tokens_left(account, now=now)
    try:
        abilities = adapter_for(account.adapter).capabilities
        ways = [_("webhook")] * abilities.hooks + [_("polling")] * abilities.polls
        hook = f"{settings.BASE_URL}/hooks/{account.adapter}/{account.hook_token}" if abilities.hooks else ""
    except LookupError:
        ways, hook = [], ""
    label, how = network_label(account.adapter), " + ".join(ways) or _("form")
    return AccountCard(account, label, state, said, how, hook, int(tokens))


def _state(account: ChannelAccount, now: datetime) -> tuple[str, str]:
    if not account.is_active:
        return "quiet", _("Switched off")
    if account.paused_until and account.paused_until > now:
        return "soon", _("Sending is paused")
    if not health.is_healthy(account):
        return "late", _("The last call failed")
    if account.last_ok_at is None and account.last_inbound_at is None:
        return "quiet", _("Nothing has happened yet")
    return "ok", _("Works")


@brand_page(LEAD)
def channels(request: BrandRequest) -> HttpResponseBase:
    """All accounts of the brand."""
    now = clock.now()
    rows = ChannelAccount.objects.filter(brand=request.brand).order_by("name", "pk")
    cards = [_card(account, now) for account in rows]
    context = {"cards": cards, "tabs": _tabs(request, "channels"), "now": now}
    return frame.page(request, "console/channels.html", section="console-channels", context=context)


def _tabs(request: BrandRequest, current: str) -> list[dict[str, Any]]:
    mine = ChannelAccount.objects.filter(brand=request.brand).values("pk")
    aside_count = InboundEntry.objects.filter(account__in=mine, state="aside")[:1000].count()
    unsent_count = _unsent_rows(request)[:1000].count()
    slug = request.brand.slug
    return [
        {
            "label": label,
            "url": reverse(name, args=[slug]),
            "current": key == current,
            "count": count,
            "icon": icon,
        }
        for key, name, label, count, icon in (
            ("channels", "console-channels", _("Accounts"), None, "radio-tower"),
            ("unsent", "console-unsent", _("Not sent yet"), unsent_count, "send"),
            ("aside", "console-aside", _("Set aside"), aside_count, "archive"),
        )
    ]


def _account(request: BrandRequest, account_id: int) -> ChannelAccount:
    return get_object_or_404(
        ChannelAccount.objects.select_related("brand"), pk=account_id, brand=request.brand
    )


@require_POST
@brand_page(LEAD)
def check(request: BrandRequest, account_id: int) -> HttpResponseBase:
    """Try the account's login now."""
    account = _account(request, account_id)
    found = _try(account)
    if found.ok:
        health.mark_ok(account.pk, now=clock.now())
        messages.success(request, _("%(name)s works.") % {"name": account.name})
    else:
        problem = f"{found.problem} {found.remedy}".strip()
        health.mark_error(account.pk, problem, now=clock.now())
        messages.error(
            request, _("%(name)s does not work: %(problem)s") % {"name": account.name, "problem": problem}
        )
    return redirect("console-channels", request.brand.slug)


def _try(account: ChannelAccount) -> Health:
    try:
        with safe_client() as client:
            return adapter_for(account.adapter).check(account.view(), client)
    except (SendError, httpx.HTTPError, LookupError) as error:
        return Health(ok=False, problem=str(error))


@require_POST
@brand_page(LEAD)
def pause(request: BrandRequest, account_id: int) -> HttpResponseBase:
    """Stop sending for an hour, or go on."""
    account = _account(request, account_id)
    if request.POST.get("resume"):
        accounts.resume(actor=request.actor, account_id=account.pk, now=clock.now())
        messages.success(request, _("Sending goes on."))
    else:
        accounts.pause(actor=request.actor, account_id=account.pk, now=clock.now())
        messages.success(request, _("Sending is paused for an hour. What comes in is still taken in."))
    return redirect("console-channels", request.brand.slug)


def _unsent_rows(request: BrandRequest) -> Any:
    mine = ChannelAccount.objects.filter(brand=request.brand).values("pk")
    states = [*Delivery.UNSETTLED, Delivery.State.FAILED]
    return Delivery.objects.filter(account__in=mine, state__in=states)


@brand_page(LEAD)
def unsent(request: BrandRequest) -> HttpResponseBase:
    """Deliveries that are not on the network, with the reason and what to do."""
    rows = list(_unsent_rows(request).select_related("account").order_by("-pk")[:PAGE])
    found = Conversation.objects.select_related("merged_into").in_bulk([row.order_key for row in rows])
    listed = []
    for row in rows:
        home = found.get(row.order_key)
        target = (home.merged_into or home) if home else None
        url = reverse("console-conversation", args=[request.brand.slug, target.public_id]) if target else ""
        why, todo = words.of_problem(row.error_code, row.error)
        listed.append(
            {"row": row, "url": url, "why": why, "todo": todo, "network": network_label(row.account.adapter)}
        )
    context = {"deliveries": listed, "tabs": _tabs(request, "unsent"), "more": len(rows) == PAGE}
    return frame.page(request, "console/unsent.html", section="console-channels", context=context)


@brand_page(LEAD)
def aside(request: BrandRequest) -> HttpResponseBase:
    """What came in and could not be understood, kept with the reason."""
    mine = ChannelAccount.objects.filter(brand=request.brand).values("pk")
    rows = (
        InboundEntry.objects.filter(account__in=mine, state="aside").select_related("account").order_by("-pk")
    )
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    base = reverse("console-aside", args=[request.brand.slug])
    context = {
        "entries": [
            {"row": row, "body": _body(row), "network": network_label(row.account.adapter)}
            for row in found[:PAGE]
        ],
        "older_url": f"{base}?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "newer_url": base if before else "",
        "tabs": _tabs(request, "aside"),
    }
    return frame.page(request, "console/aside.html", section="console-channels", context=context)


def _body(entry: InboundEntry) -> str:
    """What came, as text, cut to a readable length."""
    if entry.payload is not None:
        shown = json.dumps(entry.payload, ensure_ascii=False, indent=2)
    else:
        shown = bytes(entry.raw or b"")[: 4 * _CUT].decode("utf-8", "replace")
    return shown if len(shown) <= _CUT else f"{shown[:_CUT]}…"


@require_POST
@brand_page(LEAD)
def replay(request: BrandRequest) -> HttpResponseBase:
    """Give one entry, or up to 500 of them, another chance."""
    chosen = request.POST.get("entry", "")
    if chosen.isdecimal() and len(chosen) < 19:
        ids = [int(chosen)]
    else:
        mine = ChannelAccount.objects.filter(brand=request.brand).values("pk")
        rows = InboundEntry.objects.filter(account__in=mine, state="aside").order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
    count = journal.put_back(actor=request.actor, entry_ids=ids, now=clock.now())
    told = ngettext("%(count)d entry is read again.", "%(count)d entries are read again.", count)
    messages.success(request, told % {"count": count})
    return redirect("console-aside", request.brand.slug)
