"""How people sign up: allauth with our names."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """An account is by itself harmless: what somebody may do is said by their memberships."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True
