"""Who somebody is inside a brand."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from chimein.core.actor import Actor, Role
from chimein.people.models import Brand, Membership, User


def actor_of(membership: Membership) -> Actor:
    """The actor that a membership makes of its user."""
    return Actor(
        label=f"user:{membership.user_id}",
        brand_id=membership.brand_id,
        user_id=membership.user_id,
        membership_id=membership.pk,
        role=Role(membership.role),
    )


def membership_of(user: User, brand: Brand) -> Membership | None:
    """The user's active membership in the brand, with its team and user."""
    members = Membership.objects.select_related("team", "user", "brand")
    return members.filter(user=user, brand=brand, is_active=True, user__is_active=True).first()


def actor_in(user: User, brand: Brand) -> Actor | None:
    """The user as an actor in the brand, or None for a stranger."""
    membership = membership_of(user, brand)
    return None if membership is None else actor_of(membership)


def signature(membership: Membership, language: str) -> str:
    """The attribution under an answer in the customer's language: public name and team, such as ``Ann, Store 12``.

    Trusted customers have no team; their signature says what they are. `language` is a message's, such as ``zh``.
    """
    with translation.override("zh-hans" if language == "zh" else "en"):
        if membership.team is not None:
            return f"{membership.public_name}, {membership.team.display_name}"
        if membership.role == Role.TRUSTED_CUSTOMER:
            return f"{membership.public_name}, {_('customer')}"
        return membership.public_name
