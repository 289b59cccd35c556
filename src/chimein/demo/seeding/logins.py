"""Whom to log in as, for the banner of `chimein up`."""

from __future__ import annotations

import json
from pathlib import Path

from chimein.demo.scenario import Scenario
from chimein.demo.seeding.people import PASSWORD
from chimein.runtime.banner import LOGINS_FILE

_ROLES = {"owner": "Owner", "lead": "Care lead", "agent": "Agent", "colleague": "Colleague"}


def write_logins(folder: Path, scenario: Scenario) -> None:
    """One person of each role, preferably one who writes English."""
    logins = []
    for role, word in _ROLES.items():
        same = [one for one in scenario.colleagues if one.role == role]
        chosen = next((one for one in same if one.languages[0] == "en"), same[0])
        logins.append(_login(f"{word}, {chosen.name}", chosen.email))
    trusted = next((one for one in scenario.trusted if one.languages[0] == "en"), scenario.trusted[0])
    logins.append(_login(f"Trusted customer, {trusted.name}", trusted.email))
    (folder / LOGINS_FILE).write_text(json.dumps(logins, ensure_ascii=False, indent=1), encoding="utf-8")


def _login(who: str, email: str) -> dict[str, str]:
    return {"who": who, "email": email, "password": PASSWORD}
