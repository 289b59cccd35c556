"""The settings of a company's own sign-in."""

from __future__ import annotations

from typing import Any

import pytest

from chimein.config import env

ISSUER = "https://login.tamarind.example/"


def test_what_it_needs_is_said() -> None:
    for given in (("http://plain.example", "id", "secret"), (ISSUER, "", "secret"), (ISSUER, "id", "")):
        with pytest.raises(ValueError, match="CHIMEIN_OIDC_ISSUER"):
            env.single_sign_on(*given, "Sign on")


def test_the_provider_is_the_company_s() -> None:
    made: dict[str, Any] = env.single_sign_on(ISSUER, "id", "secret", "Tamarind")
    (app,) = made["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]
    assert app["settings"] == {"server_url": "https://login.tamarind.example"}
    assert (app["client_id"], app["name"]) == ("id", "Tamarind")
