"""A brand's lane policy in the database: versions, of which the highest counts."""

from __future__ import annotations

from chimein.triage import policy
from chimein.triage.models import LanePolicy


def current(brand_id: int) -> policy.Table:
    """The table in force; the shipped one until the brand saves its own."""
    found = LanePolicy.objects.filter(brand_id=brand_id).order_by("-version").first()
    return policy.from_json(found.rules, version=found.version) if found else policy.DEFAULT
