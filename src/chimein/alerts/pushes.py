"""Pushes of a batch of alerts: which browsers, which words, and what their services answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.templatetags.static import static

from chimein.alerts import events, vapid
from chimein.alerts.kinds import KINDS
from chimein.alerts.languages import language_of
from chimein.alerts.models import Alert, Browser
from chimein.alerts.pushing import End, Push, Result, send_all, topic_of
from chimein.alerts.settling import Outcome
from chimein.alerts.words import Matter, matter_of, withdrawn_words, words_of
from chimein.core.events import Fact, emit

_LONGEST_TTL_S = 24 * 3600
_MOST_FAILURES = 20


def tag_of(alert: Alert) -> str:
    """What a device knows a notification by: news of one conversation replace one another."""
    if alert.conversation_id is not None and KINDS[alert.kind].about_question:
        return f"c{alert.conversation_id}"
    return f"{alert.kind}-{alert.subject}"


def payload_of(alert: Alert, matter: Matter, now: datetime) -> dict[str, Any]:
    """What the service worker shows; a withdrawal replaces it without a sound."""
    language = language_of(alert.member)
    words = words_of(alert.kind, matter, alert.data, role=alert.member.role, language=language, now=now)
    shown = {"tag": tag_of(alert), "lang": language, "url": words.url, **pictures()}
    if alert.state == Alert.State.WITHDRAWING:
        title, body = withdrawn_words(alert.why, str(alert.data.get("by", "")), language)
        return {**shown, "title": title, "body": body, "silent": True}
    return {**shown, "title": words.title, "body": words.body, "silent": False}


def pictures() -> dict[str, str]:
    """What a notification looks like: our sign, and its outline for a phone's status bar."""
    return {"icon": static("push/icon-192.png"), "badge": static("push/badge-96.png")}


def send(alerts: Sequence[Alert], now: datetime) -> dict[int, Outcome]:
    """Push these alerts to the browsers of their members that do not have them yet."""
    browsers = _browsers(alerts)
    matters: dict[tuple[int, int | None], Matter] = {}
    pushes: list[Push] = []
    owners: list[int] = []
    for alert in alerts:
        key = (alert.member.brand_id, alert.conversation_id)
        if key not in matters:
            matters[key] = matter_of(alert.member.brand, alert.conversation)
        made = _pushes_of(alert, browsers.get(alert.member.user_id, []), matters[key], now)
        pushes += made
        owners += [alert.pk] * len(made)
    results = send_all(pushes)
    _remember(results, now)
    found: dict[int, list[Result]] = {alert.pk: [] for alert in alerts}
    for owner, result in zip(owners, results, strict=True):
        found[owner].append(result)
    return {alert.pk: _outcome(alert, found[alert.pk]) for alert in alerts}


def _browsers(alerts: Iterable[Alert]) -> dict[int, list[Browser]]:
    found: dict[int, list[Browser]] = {}
    for browser in Browser.objects.filter(user__in={alert.member.user_id for alert in alerts}):
        found.setdefault(browser.user_id, []).append(browser)
    return found


def _pushes_of(alert: Alert, browsers: Iterable[Browser], matter: Matter, now: datetime) -> list[Push]:
    """One push for each browser that lacks the alert, or, for a withdrawal, has it."""
    taking_back = alert.state == Alert.State.WITHDRAWING
    wanted = [one for one in browsers if (one.pk in alert.reached) == taking_back]
    if not wanted:
        return []
    payload = payload_of(alert, matter, now)
    left = int((alert.until - now).total_seconds()) if alert.until else _LONGEST_TTL_S
    urgent = KINDS[alert.kind].now and not taking_back
    return [
        push_to(one, payload, ttl_s=min(max(left, 60), _LONGEST_TTL_S), urgent=urgent, now=now)
        for one in wanted
    ]


def push_to(browser: Browser, payload: dict[str, Any], *, ttl_s: int, urgent: bool, now: datetime) -> Push:
    """A message ready to be sent to this browser."""
    known = browser.secret
    return Push(
        browser.pk, known["endpoint"], known["p256dh"], known["auth"],
        vapid.authorization(known["endpoint"], now=now), payload, ttl_s, urgent, topic_of(payload["tag"]),
    )  # fmt: skip


def _outcome(alert: Alert, results: Sequence[Result]) -> Outcome:
    reached = tuple(one.browser_id for one in results if one.end == End.OK)
    again = [one for one in results if one.end == End.AGAIN]
    errors = "; ".join(one.error for one in results if one.error)
    if again:
        return Outcome(False, reached=reached, error=errors, after_s=max(one.after_s for one in again))
    if reached or alert.reached:
        return Outcome(True, reached=reached, error=errors)
    return Outcome(True, "refused" if results else "nobrowser", error=errors)


def _remember(results: Sequence[Result], now: datetime) -> None:
    """What the answers say about the browsers: those that are gone, and those that only fail, are forgotten."""
    ends: dict[End, dict[int, str]] = {end: {} for end in End}
    for one in results:
        ends[one.end][one.browser_id] = one.error
    Browser.objects.filter(pk__in=ends[End.OK]).update(last_ok_at=now, failures=0, last_error="")
    failing = Browser.objects.in_bulk([*ends[End.REFUSED], *ends[End.AGAIN]])
    for pk, browser in failing.items():
        browser.failures += 1
        browser.last_error = (ends[End.REFUSED].get(pk) or ends[End.AGAIN].get(pk, ""))[:300]
    Browser.objects.bulk_update(failing.values(), ["failures", "last_error"])
    worn = [pk for pk, browser in failing.items() if browser.failures >= _MOST_FAILURES]
    drop({**ends[End.GONE], **dict.fromkeys(worn, "worn out")}, now)


def drop(gone: dict[int, str], now: datetime) -> None:
    """Forget these browsers, which their push services do not know any more."""
    for browser in Browser.objects.filter(pk__in=gone):
        browser.delete()
        data: dict[str, object] = {"browser": browser.pk or 0, "reason": "gone"}
        emit(Fact(events.BROWSER_REMOVED, now, "system:alerts", None, None, None, data))
