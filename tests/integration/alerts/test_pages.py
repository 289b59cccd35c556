"""The matrix saves at once and takes back; the list shows what one was told; pages say that they are seen."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from chimein.alerts.models import Alert, Bridge, Browser, Choice
from chimein.alerts.vapid import b64
from chimein.conversations.models import Conversation
from chimein.core.actor import Actor
from chimein.people.models import Brand, User
from chimein.routing.models import HelperLoad
from chimein.web import topics
from chimein.web.console import alert_toasts
from tests.factories.push import PushService, new_keys
from tests.integration.alerts.conftest import member_of, offer, run, withdraw
from tests.integration.console.conftest import at_most

pytestmark = pytest.mark.django_db
SignIn = Callable[[Actor | User], Client]
HTMX = {"HX-Request": "true"}
__all__ = ["at_most"]


def url(brand: Brand, name: str, *args: object) -> str:
    return reverse(f"console-{name}", args=[brand.slug, *args])


def test_a_switch_is_saved_at_once_and_can_be_taken_back(
    brand: Brand, colleague: Actor, signed_in: SignIn
) -> None:
    client = signed_in(colleague)
    page = client.get(url(brand, "alerts")).content.decode()
    assert 'id="on-offer-push"' in page
    assert 'id="on-crisis-page"' not in page, "colleagues are not told of crises"
    off = client.post(url(brand, "alerts-set"), {"kind": "offer", "way": "push"}, headers=HTMX)
    toast = json.loads(off["HX-Trigger"])["toast"]
    choice = Choice.objects.get()
    assert (choice.kind, choice.way, choice.wanted) == ("offer", "push", False)
    assert client.post(toast["undo_url"]).status_code == 204
    assert not Choice.objects.exists(), "the default again"


def test_without_scripts_the_whole_matrix_is_sent(brand: Brand, colleague: Actor, signed_in: SignIn) -> None:
    client = signed_in(colleague)
    client.post(url(brand, "alerts"), {"offer:page": "on", "offer:push": "on", "thanks:mail": "on"})
    assert set(Choice.objects.filter(wanted=True).values_list("kind", "way")) == {("thanks", "mail")}
    assert ("offer", "mail") in set(Choice.objects.filter(wanted=False).values_list("kind", "way"))


@pytest.mark.parametrize(
    "asked", [("crisis", "page"), ("offer", "pigeon"), ("nothing", "page"), ("offer", "bridge")]
)
def test_what_is_not_theirs_to_choose_is_refused(
    brand: Brand, trusted: Actor, signed_in: SignIn, asked: tuple[str, str]
) -> None:
    answer = signed_in(trusted).post(url(brand, "alerts-set"), {"kind": asked[0], "way": asked[1]})
    assert answer.status_code == 422
    assert not Choice.objects.exists()


def test_news_is_listed_seen_and_says_who_was_faster(
    brand: Brand, question: Conversation, colleague: Actor, signed_in: SignIn
) -> None:
    client = signed_in(colleague)
    assert "Nothing new" in client.get(url(brand, "news")).content.decode()
    offer(question, [colleague])
    run(ways=("page",))
    assert alert_toasts.count_words(colleague.membership_id or 0) == "1"
    assert "How do I pair the headphones?" in client.get(url(brand, "news")).content.decode()
    assert alert_toasts.count_words(colleague.membership_id or 0) == ""
    withdraw(question, [colleague], "answered")
    assert "Already answered" in client.get(url(brand, "news")).content.decode()


def test_nobody_reads_or_sees_off_another_s_news(
    brand: Brand, question: Conversation, colleague: Actor, trusted: Actor, signed_in: SignIn
) -> None:
    offer(question, [colleague])
    run(ways=("page",))
    alert = Alert.objects.get(way="page")
    client = signed_in(trusted)
    client.post(url(brand, "alerts-here"), {"seen": f"{alert.pk},x,-1,99999999999999999999"})
    alert.refresh_from_db()
    assert alert.seen_at is None
    assert "headphones" not in client.get(url(brand, "news")).content.decode()


def test_a_page_that_is_seen_says_so(
    brand: Brand, question: Conversation, colleague: Actor, signed_in: SignIn
) -> None:
    offer(question, [colleague])
    run(ways=("page",))
    alert = Alert.objects.get(way="page")
    client = signed_in(colleague)
    client.post(url(brand, "alerts-here"), {"seen": str(alert.pk)}, headers={"Accept-Language": "zh-CN"})
    alert.refresh_from_db()
    assert alert.seen_at is not None
    assert HelperLoad.objects.get(member=colleague.membership_id).last_seen_at is not None
    assert User.objects.get(memberships=member_of(colleague)).language == "zh-hans"


def test_the_live_fragment_shows_the_toast_until_it_is_seen_or_taken(
    question: Conversation, colleague: Actor
) -> None:
    member = colleague.membership_id or 0
    assert "alert-" not in alert_toasts.render(member, "en")
    offer(question, [colleague])
    run(ways=("page",))
    alert = Alert.objects.get(way="page")
    drawn = alert_toasts.render(member, "zh-hans")
    assert f'id="alert-{alert.pk}"' in drawn
    assert "有个问题请您回答" in drawn
    withdraw(question, [colleague])
    assert f'<div id="alert-{alert.pk}" data-live-remove></div>' in alert_toasts.render(member, "en")


def test_only_oneself_may_follow_one_s_alerts(colleague: Actor, trusted: Actor, stranger: User) -> None:
    def may(who: User | None, whose: Actor) -> bool:
        return topics.allowed(who, topics.parse(f"alerts:{member_of(whose)}"))

    oneself = User.objects.get(memberships=member_of(colleague))
    assert may(oneself, colleague)
    assert not may(oneself, trusted)
    assert not may(stranger, colleague)
    assert not may(None, colleague)


def test_a_browser_is_added_tried_and_removed(
    brand: Brand, colleague: Actor, trusted: Actor, signed_in: SignIn, service: PushService
) -> None:
    keys = new_keys()
    service.keys["/push/0"] = keys
    given = {"endpoint": f"{service.url}/push/0", "p256dh": keys.p256dh, "auth": b64(keys.auth)}
    client = signed_in(colleague)
    agent = {"User-Agent": "Mozilla/5.0 (Linux; Android 15) Chrome/150 Mobile Safari"}
    page = client.post(url(brand, "browsers"), given, headers=agent).content.decode()
    made = Browser.objects.get()
    assert (made.name, made.user_id) == ("Chrome · Android", colleague.user_id)
    assert "this one" in page
    assert given["endpoint"] not in page
    assert signed_in(trusted).post(url(brand, "browser-try", made.pk)).status_code == 404, "not theirs"
    client.post(url(brand, "browser-try", made.pk))
    assert service.titles == ["ChimeIn reaches you here"]
    client.post(url(brand, "browser-off", made.pk))
    assert not Browser.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/x"},
        {"endpoint": "javascript:alert(1)"},
        {"p256dh": "AAAA"},
        {"auth": "AA"},
    ],
)
def test_what_is_no_subscription_is_refused(
    brand: Brand, colleague: Actor, signed_in: SignIn, wrong: dict[str, str]
) -> None:
    keys = new_keys()
    given = {"endpoint": "https://push.example/x", "p256dh": keys.p256dh, "auth": b64(keys.auth)} | wrong
    assert signed_in(colleague).post(url(brand, "browsers"), given).status_code == 422
    assert not Browser.objects.exists()


def test_a_browser_belongs_to_whoever_used_it_last_and_to_nobody_after_signing_out(
    brand: Brand, colleague: Actor, trusted: Actor, signed_in: SignIn
) -> None:
    keys = new_keys()
    given = {"endpoint": "https://push.example/x", "p256dh": keys.p256dh, "auth": b64(keys.auth)}
    signed_in(colleague).post(url(brand, "browsers"), given)
    client = signed_in(trusted)
    client.post(url(brand, "browsers"), given)
    assert Browser.objects.get().user_id == trusted.user_id
    client.post(reverse("account_logout"))
    assert not Browser.objects.exists()


def test_a_lead_connects_a_room_by_the_form(brand: Brand, lead: Actor, signed_in: SignIn) -> None:
    client = signed_in(lead)
    assert "No room yet" in client.get(url(brand, "bridges")).content.decode()
    given = {
        "platform": "wecom", "name": "客服群", "language": "zh-hans", "kinds": ["breach", "claim"], "lanes": ["vip"],
        "url": "https://evil.example/cgi-bin/webhook/send?key=secretkey",
    }  # fmt: skip
    refused = client.post(url(brand, "bridge-save", 0), given)
    assert refused.status_code == 422
    assert "客服群" in refused.content.decode(), "nothing written is lost"
    given["url"] = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secretkey"
    assert client.post(url(brand, "bridge-save", 0), given).status_code == 302
    made = Bridge.objects.get()
    assert (made.kinds, made.lanes) == (["breach"], ["vip"])
    page = client.get(f"{url(brand, 'bridges')}?edit={made.pk}").content.decode()
    assert "客服群" in page
    assert "secretkey" not in page
    removed = client.post(url(brand, "bridge-remove", made.pk), headers=HTMX)
    undo = json.loads(removed["HX-Trigger"])["toast"]["undo_url"]
    assert "客服群" not in client.get(url(brand, "bridges")).content.decode()
    client.post(undo)
    assert "客服群" in client.get(url(brand, "bridges")).content.decode()


def test_another_brand_s_room_is_out_of_reach(
    brand: Brand, lead: Actor, stranger: User, signed_in: SignIn
) -> None:
    other = stranger.memberships.get().brand
    theirs = Bridge.objects.create(brand=other, platform="slack", name="Theirs", secret={"url": "https://x"})
    client = signed_in(lead)
    for name in ("bridge-try", "bridge-pause", "bridge-remove", "bridge-back"):
        assert client.post(url(brand, name, theirs.pk)).status_code == 422
    assert client.post(url(brand, "chat-name", theirs.pk), {"name": "me"}).status_code == 422
    assert "Theirs" not in client.get(f"{url(brand, 'bridges')}?edit={theirs.pk}").content.decode()


def test_the_worker_and_the_manifest_have_fixed_addresses() -> None:
    worker = Client().get("/service-worker.js")
    assert worker.status_code == 200
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"
    told = Client().get("/manifest.webmanifest").json()
    assert told["display"] == "standalone"
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}


def test_what_a_page_costs(
    brand: Brand,
    question: Conversation,
    colleague: Actor,
    signed_in: SignIn,
    at_most: Callable[[int], object],
) -> None:
    offer(question, [colleague])
    run(ways=("page",))
    client = signed_in(colleague)
    client.get(url(brand, "alerts"))
    with at_most(16):  # type: ignore[attr-defined]
        client.get(url(brand, "alerts"))
    with at_most(3):  # type: ignore[attr-defined]
        alert_toasts.count_words(colleague.membership_id or 0)
    with at_most(8):  # type: ignore[attr-defined]
        alert_toasts.render(colleague.membership_id or 0, "en")
