"""Who somebody is inside a brand, and how they sign."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from chimein.core.actor import Role
from chimein.people.access import actor_in, membership_of, signature
from chimein.people.models import Brand, User
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_a_member_is_an_actor_in_the_own_brand_only(brand: Brand) -> None:
    ann = people.member(brand, Role.LEAD, "Ann")
    found = actor_in(ann.user, brand)
    assert found is not None
    assert (found.label, found.brand_id, found.membership_id, found.role) == (
        f"user:{ann.user_id}",
        brand.pk,
        ann.pk,
        Role.LEAD,
    )
    assert actor_in(ann.user, people.brand("Elsewhere")) is None


def test_who_left_or_is_locked_out_is_nobody(brand: Brand) -> None:
    ann = people.member(brand)
    ann.is_active = False
    ann.save()
    assert membership_of(ann.user, brand) is None
    bob = people.member(brand, name="Bob")
    User.objects.filter(pk=bob.user_id).update(is_active=False)
    assert membership_of(bob.user, brand) is None


def test_the_same_person_has_a_role_in_each_brand(brand: Brand) -> None:
    ann = people.member(brand, Role.AGENT)
    other = people.brand("Elsewhere")
    ann.pk, ann.brand, ann.role, ann.public_id = None, other, Role.TRUSTED_CUSTOMER.value, "other"
    ann.save()
    roles = [actor.role for actor in (actor_in(ann.user, brand), actor_in(ann.user, other)) if actor]
    assert roles == [Role.AGENT, Role.TRUSTED_CUSTOMER]


def test_nobody_is_a_member_twice(brand: Brand) -> None:
    ann = people.member(brand)
    ann.pk, ann.public_id = None, "again"
    with pytest.raises(IntegrityError), transaction.atomic():
        ann.save()


def test_signatures(brand: Brand) -> None:
    shop = people.team(brand, "Store 12", "十二店")
    ann, theo, zoe = (
        people.member(brand, Role.COLLEAGUE, "Ann", shop),
        people.member(brand, Role.TRUSTED_CUSTOMER, "Theo"),
        people.member(brand, Role.AGENT, "Zoe"),
    )
    with translation.override("en"):
        assert [signature(one, "en") for one in (ann, theo, zoe)] == [
            "Ann, Store 12",
            "Theo, customer",
            "Zoe",
        ]
    with translation.override("zh-hans"):
        assert signature(ann, "zh") == "Ann, 十二店"


def test_a_name_missing_in_one_language_is_shown_in_the_other(brand: Brand) -> None:
    only_english = people.team(brand, "Warehouse", "")
    with translation.override("zh-hans"):
        assert only_english.display_name == "Warehouse"
    with translation.override("en"):
        assert people.team(brand, "", "仓库").display_name == "仓库"


def test_passwords_are_not_kept_in_the_clear() -> None:
    made = User.objects.create_user("Ann@Example.TEST", "a long pass phrase")
    assert made.email == "Ann@example.test"
    assert made.password.startswith("argon2")
    assert made.check_password("a long pass phrase")
