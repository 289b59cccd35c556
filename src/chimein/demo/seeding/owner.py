"""The first person of a new installation."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify
from django.utils.translation import gettext as _

from chimein.channels.models import ChannelAccount
from chimein.core import db
from chimein.core.actor import Role
from chimein.core.errors import UserError
from chimein.core.ids import public_id, secret_token
from chimein.people.models import Brand, Membership, User


def make_owner(*, email: str, password: str, brand_name: str) -> Membership:
    """A brand with its ask-us form and the person who owns it. Raises UserError with what to change."""
    try:
        validate_email(email)
        validate_password(password)
    except ValidationError as error:
        raise UserError(" ".join(error.messages)) from error
    if User.objects.filter(email__iexact=email).exists():
        raise UserError(_("%(email)s has an account already.") % {"email": email})
    name = email.partition("@")[0]
    with db.atomic():
        brand = Brand.objects.create(slug=_free_slug(brand_name), name=brand_name)
        token = secret_token()
        ChannelAccount.objects.create(brand=brand, adapter="webform", name="Ask us", hook_token=token)
        user = User.objects.create_user(email, password, name=name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return Membership.objects.create(
            user=user, brand=brand, role=Role.OWNER, public_id=public_id(), public_name=name[:40]
        )


def _free_slug(name: str) -> str:
    slug = slugify(name)[:40] or "brand"
    taken = set(Brand.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(one for one in (slug, *(f"{slug}-{n}" for n in range(2, 1000))) if one not in taken)
