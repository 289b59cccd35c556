"""How people sign up: allauth with our names."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from chimein.alerts import browsers


class AccountAdapter(DefaultAccountAdapter):
    """An account is by itself harmless: what somebody may do is said by their memberships."""

    def logout(self, request: HttpRequest) -> None:
        """Whoever signs out gets no more pushes in this browser: somebody else may use it next."""
        browsers.forget(user_id=request.user.pk, browser_id=request.session.get(browsers.SESSION_KEY))
        super().logout(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True
