"""Whatever happens, in whatever order: nobody is told twice of a question by one way, and nobody in quiet hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from unittest import mock

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chimein.alerts import pushes, sending
from chimein.alerts.models import Alert, Browser
from chimein.alerts.pushing import End, Push, Result
from chimein.alerts.quiet import quiet_until, zone_of
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.core.actor import Actor, Role
from chimein.core.errors import UserError
from chimein.people.models import Brand, HelperSettings, User
from chimein.routing import presence, services
from chimein.routing.models import WorkItem
from tests.factories import people
from tests.integration.alerts.conftest import member_of, offer, withdraw

pytestmark = pytest.mark.django_db

_ZONE = "Asia/Shanghai"
_QUIET = (time(22), time(7))


@dataclass
class Devices:
    """A push service that keeps what it took, and when; `ends` is how it answers, one after the other."""

    ends: list[End]
    rung: list[tuple[int, datetime]] = field(default_factory=list)
    now: datetime = field(default_factory=clock.now)

    def send_all(self, messages: Sequence[Push]) -> list[Result]:
        return [self._send(one) for one in messages]

    def _send(self, push: Push) -> Result:
        end = self.ends.pop() if self.ends else End.OK
        if end == End.OK and not push.payload["silent"]:
            self.rung.append((push.browser_id, self.now))
        return Result(push.browser_id, end, "" if end == End.OK else "weather")


_ANY = st.sets(st.integers(0, 3), min_size=1)
_ACTS = st.one_of(
    st.tuples(st.just("offer"), _ANY),
    st.tuples(st.just("offer"), st.just({0, 1, 2, 3})),
    st.tuples(st.just("nothing"), st.none()),
    st.tuples(st.just("withdraw"), st.sets(st.integers(0, 3), min_size=1, max_size=2)),
    st.tuples(st.sampled_from(["claim", "release", "look"]), st.integers(0, 3)),
)
_WAITS = st.sampled_from([0, 5, 45, 200, 1200, 3 * 3600])
_WAYS = st.sampled_from([(), ("page", "push"), ("mail",), ("page", "push", "mail")])
_STEPS = st.lists(st.tuples(_ACTS, _WAITS, _WAYS), min_size=2, max_size=15)


@given(
    steps=_STEPS,
    begin=st.sampled_from([3, 12, 13, 14, 18, 22, 23]),
    lasts_h=st.sampled_from([0, 48]),
    ends=st.lists(st.sampled_from([End.OK, End.AGAIN, End.REFUSED]), max_size=6),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_once_and_never_in_the_quiet(
    brand: Brand,
    question: Conversation,
    steps: list[tuple[tuple[str, object], int, tuple[str, ...]]],
    begin: int,
    lasts_h: int,
    ends: list[End],
) -> None:
    with transaction.atomic():
        story = _Story(brand, question, begin, lasts_h, Devices(ends))
        with mock.patch.object(pushes, "send_all", story.devices.send_all):
            for (name, given_), wait_s, ways in steps:
                story.do(name, given_)
                story.work(ways)
                story.now += timedelta(seconds=wait_s)
                story.work(ways)
            story.now += timedelta(hours=12)
            story.work(("page", "push", "mail"))
        story.check()
        transaction.set_rollback(True)


class _Story:
    """Four people, two of them with quiet hours, three with a browser, and a clock of their own."""

    def __init__(
        self, brand: Brand, question: Conversation, begin: int, lasts_h: int, devices: Devices
    ) -> None:
        mail.outbox.clear()
        self.question, self.devices = question, devices
        self.lasts = timedelta(hours=lasts_h) if lasts_h else None
        self.now = datetime(2026, 11, 22, begin, tzinfo=zone_of("UTC"))
        roles = (Role.COLLEAGUE, Role.COLLEAGUE, Role.TRUSTED_CUSTOMER, Role.AGENT)
        self.people: list[Actor] = [
            people.actor(brand, role, f"P{number}") for number, role in enumerate(roles)
        ]
        for number in (0, 2):
            HelperSettings.objects.create(
                member_id=member_of(self.people[number]),
                timezone=_ZONE,
                quiet_from=_QUIET[0],
                quiet_until=_QUIET[1],
            )
        self.browsers = {number: self._browser(number) for number in (0, 1, 3)}
        WorkItem.objects.filter(pk=question.pk).update(
            waiting_since=self.now, due_at=self.now + timedelta(days=3), first_choice_until=None
        )

    def _browser(self, number: int) -> int:
        secret = {"endpoint": "https://push.example/x", "p256dh": "-", "auth": "-"}
        user_id = User.objects.get(memberships=member_of(self.people[number])).pk
        return Browser.objects.create(user_id=user_id, mark=f"m{user_id}", secret=secret).pk

    def do(self, name: str, given_: object) -> None:
        getattr(self, f"_{name}")(given_)

    def _offer(self, numbers: set[int]) -> None:
        until = self.now + self.lasts if self.lasts else None
        offer(self.question, [self.people[number] for number in numbers], now=self.now, until=until)

    def _nothing(self, _given: None) -> None:
        """Time goes by."""

    def _withdraw(self, numbers: set[int]) -> None:
        withdraw(self.question, [self.people[number] for number in numbers], "moved")

    def _claim(self, number: int) -> None:
        try:
            services.claim(actor=self.people[number], conversation_id=self.question.pk, now=self.now)
        except UserError:
            return

    def _release(self, number: int) -> None:
        services.release(actor=self.people[number], conversation_id=self.question.pk, reason="", now=self.now)

    def _look(self, number: int) -> None:
        member = self.people[number].membership_id or 0
        presence.seen_here([member], now=self.now)
        Alert.objects.filter(member=member, way="page", state="sent").update(seen_at=self.now)

    def work(self, ways: tuple[str, ...]) -> None:
        """The workers come by."""
        self.devices.now = self.now
        if ways:
            sending.run_due(ways, now=self.now)

    def check(self) -> None:
        assert all(count == 1 for count in Counter(browser for browser, _ in self.devices.rung).values())
        assert all(count == 1 for count in Counter(str(one.to) for one in mail.outbox).values())
        rung = {browser for browser, _ in self.devices.rung}
        pushed = User.objects.filter(browsers__in=rung).values_list("email", flat=True)
        assert not {str(one.to[0]) for one in mail.outbox} & set(pushed), "a mail only where no push came"
        loud = {self.browsers[0]}
        for browser, at in self.devices.rung:
            assert browser not in loud or quiet_until(*_QUIET, zone_of(_ZONE), at) is None
        told = Alert.objects.filter(
            sent_at__isnull=False, member__in=[self.people[n].membership_id for n in (0, 2)]
        )
        for alert in told:
            assert alert.sent_at is not None
            assert quiet_until(*_QUIET, zone_of(_ZONE), alert.sent_at) is None
        keys = Alert.objects.values_list("member", "kind", "subject", "way")
        assert len(set(keys)) == len(keys)
