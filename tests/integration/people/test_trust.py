"""Which row of trust counts, for one person and for a whole brand."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chimein.core import clock
from chimein.core.actor import Role
from chimein.people import trust
from chimein.people.models import Brand, Membership, Trust
from chimein.people.trust import CLEAN, DOUBTFUL, Level, level_of, levels_of, may_answer, needs_review
from tests.factories import people

pytestmark = pytest.mark.django_db


def helper(brand: Brand, *rows: tuple[str, str, str, int], role: Role = Role.COLLEAGUE) -> Membership:
    """A member with these rows of trust: topic, language, risk, level."""
    made = people.member(brand, role, trust=None)
    Trust.objects.bulk_create(
        Trust(member=made, topic=topic, language=language, risk=risk, level=level)
        for topic, language, risk, level in rows
    )
    return made


def test_the_more_exact_row_counts(brand: Brand) -> None:
    ann = helper(
        brand,
        ("", "", CLEAN, Level.COACHED),
        ("", "zh", CLEAN, Level.TRUSTED),
        ("billing", "", CLEAN, Level.NEW),
        ("billing", "zh", CLEAN, Level.MENTOR),
    )
    found = {
        (topic, language): level_of(ann, topic=topic, language=language)
        for topic, language in product(("", "billing", "wifi"), ("", "en", "zh"))
    }
    assert found == {
        ("", ""): Level.COACHED, ("", "en"): Level.COACHED, ("", "zh"): Level.TRUSTED,
        ("wifi", ""): Level.COACHED, ("wifi", "en"): Level.COACHED, ("wifi", "zh"): Level.TRUSTED,
        ("billing", ""): Level.NEW, ("billing", "en"): Level.NEW, ("billing", "zh"): Level.MENTOR,
    }  # fmt: skip


def test_harmless_trust_says_nothing_about_doubtful_questions(brand: Brand) -> None:
    ann = helper(brand, ("", "", CLEAN, Level.MENTOR))
    assert level_of(ann, risk=DOUBTFUL) == Level.NEW
    assert not may_answer(ann, topic="", language="", risk=DOUBTFUL)
    coached = helper(brand, ("", "", CLEAN, Level.COACHED), ("", "", DOUBTFUL, Level.COACHED))
    assert may_answer(coached, topic="", language="", risk=CLEAN)
    assert not may_answer(coached, topic="", language="", risk=DOUBTFUL), "doubtful ones want the trusted"


@pytest.mark.parametrize("role", [Role.OWNER, Role.LEAD, Role.AGENT])
def test_staff_are_trusted_whatever_is_written(brand: Brand, role: Role) -> None:
    assert level_of(helper(brand, role=role), risk=DOUBTFUL) == Level.TRUSTED
    low = helper(brand, ("", "", CLEAN, Level.NEW), role=role)
    assert level_of(low) == Level.TRUSTED
    assert level_of(helper(brand, ("", "", CLEAN, Level.MENTOR), role=role)) == Level.MENTOR


def test_nobody_and_who_left_are_new(brand: Brand) -> None:
    ann = people.member(brand, Role.AGENT)
    Membership.objects.filter(pk=ann.pk).update(is_active=False)
    assert level_of(ann) == level_of(None) == level_of(0) == Level.NEW


def test_a_pause_counts_until_it_ends_and_not_for_staff(brand: Brand) -> None:
    now = clock.now()
    ann, staff = people.member(brand, Role.COLLEAGUE), people.member(brand, Role.AGENT)
    Membership.objects.update(paused_until=now + timedelta(hours=1))
    assert level_of(ann, now=now) == Level.NEW
    assert level_of(ann, now=now + timedelta(hours=1)) == Level.TRUSTED
    assert level_of(staff, now=now) == Level.TRUSTED


def test_the_whole_brand_in_one_statement_says_the_same_as_each_alone(brand: Brand) -> None:
    members = [
        helper(brand),
        helper(brand, ("wifi", "", CLEAN, Level.COACHED), ("", "", DOUBTFUL, Level.MENTOR)),
        helper(brand, ("wifi", "en", CLEAN, Level.TRUSTED), ("wifi", "zh", DOUBTFUL, Level.TRUSTED)),
        helper(brand, role=Role.LEAD),
    ]
    people.member(people.brand("Elsewhere"))
    for topic, language, risk in product(("", "wifi"), ("", "en", "zh"), (CLEAN, DOUBTFUL)):
        where: dict[str, Any] = {"topic": topic, "language": language, "risk": risk}
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = levels_of(brand.pk, **where)
        assert len(asked) == 1
        assert found == {one.pk: level_of(one, **where) for one in members}


def test_who_is_reviewed(brand: Brand) -> None:
    coached = helper(brand, ("", "", CLEAN, Level.COACHED))
    trusted = helper(brand, ("", "", CLEAN, Level.TRUSTED))
    mentor = helper(brand, ("", "", CLEAN, Level.MENTOR))
    staff = people.member(brand, Role.AGENT)
    doubt = trust.LEAST_CAPABILITY.get() - 0.01
    assert [needs_review(one) for one in (coached, trusted, mentor, staff)] == [True, False, False, False]
    doubted = [needs_review(one, capability=doubt) for one in (coached, trusted, mentor, staff)]
    assert doubted == [True, True, False, False]
    assert not needs_review(trusted, capability=doubt + 0.01)
    assert not needs_review(staff.pk, capability=doubt)


def test_about_one_answer_in_ten_is_sampled_and_always_the_same() -> None:
    chosen = [number for number in range(2000) if trust.is_sampled(number)]
    assert 140 < len(chosen) < 260
    assert chosen == [number for number in range(2000) if trust.is_sampled(number)]
    with trust.SAMPLE_PERCENT.override(0):
        assert not any(trust.is_sampled(number) for number in range(200))
