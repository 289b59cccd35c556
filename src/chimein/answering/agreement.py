"""Reviewers are reviewed: how often each judges as the others do about the same answer.

An answer that several read has one settled judgement a criterion: the first two readings weigh 1, the third 1.5, so it
decides where they differ, and alone it overrules nobody. Known cases are answers that were settled before and are read
by one more person.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from chimein.core import db
from chimein.core.options import option

LEAST_PERCENT = option(
    "REVIEWER_AGREEMENT_PERCENT",
    80,
    "Reviewers who agree less often with the others than this lose the right to review.",
)
AUDIT_PERCENT = option(
    "REVIEW_AUDIT_PERCENT", 5, "Percent of readings after which the reviewer is given a known case as well."
)
AGAIN_PERCENT = option("REVIEW_AGAIN_PERCENT", 5, "Percent of readings that a second reviewer does again.")
LEAST_COMPARED = 5
WINDOW = timedelta(days=60)
THIRD_WEIGHT = 1.5

# Of each answer read again, all readings in the order in which they were made; `side` is 1 for yes, -1 for no.
_READINGS = """
WITH roots AS (
    SELECT DISTINCT of_id AS root FROM answering_review
    WHERE brand_id = %(brand)s AND of_id IS NOT NULL AND verdict NOT IN ('', 'moot') AND decided_at > %(since)s
), readings AS (
    SELECT roots.root, r.id, r.reviewer_id, r.decided_at, c.name, CASE WHEN c.said THEN 1 ELSE -1 END AS side,
           row_number() OVER (PARTITION BY roots.root, c.name ORDER BY r.decided_at, r.id) AS place
    FROM roots JOIN answering_review r ON r.id = roots.root OR r.of_id = roots.root
    CROSS JOIN LATERAL (VALUES ('tone', r.tone), ('solves', r.solves), ('personal', r.personal)) c(name, said)
    WHERE r.verdict NOT IN ('', 'moot') AND c.said IS NOT NULL
), settled AS (
    SELECT root, name, sign(sum(side * CASE place WHEN 3 THEN %(third)s ELSE 1 END)) AS side, count(*) AS readings,
           bool_and(side = 1) OR bool_and(side = -1) AS unanimous
    FROM readings WHERE place <= 3 GROUP BY root, name HAVING count(*) >= 2
)
"""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a reviewer's judgements compare: `compared` answers, `percent` of all criteria as settled."""

    reviewer_id: int
    compared: int
    percent: float

    @property
    def is_enough(self) -> bool:
        """Whether the right to review is kept; a few comparisons decide nothing."""
        return self.compared < LEAST_COMPARED or self.percent >= LEAST_PERCENT.get()


def agreements(brand_id: int, *, now: datetime) -> dict[int, Agreement]:
    """Every reviewer whose readings could be compared in the last 60 days."""
    rows = db.fetch(
        _READINGS
        + """SELECT r.reviewer_id, count(DISTINCT r.root), 100.0 * avg((r.side = s.side)::int)
             FROM readings r JOIN settled s ON s.root = r.root AND s.name = r.name AND s.side <> 0
             WHERE r.reviewer_id IS NOT NULL AND r.decided_at > %(since)s GROUP BY 1""",
        _given(brand_id, now),
    )
    return {pk: Agreement(pk, compared, float(percent)) for pk, compared, percent in rows}


def _given(brand_id: int, now: datetime) -> dict[str, object]:
    return {"brand": brand_id, "since": now - WINDOW, "third": THIRD_WEIGHT}


def without_right(brand_id: int, *, now: datetime) -> frozenset[int]:
    """Reviewers who agree too seldom; the right comes back when those readings are older than 60 days."""
    return frozenset(pk for pk, one in agreements(brand_id, now=now).items() if not one.is_enough)


def is_disputed(root_id: int) -> bool:
    """Whether exactly two people read this answer and differ in something."""
    row = db.fetch_one(
        """SELECT count(*), count(DISTINCT (tone, solves, personal)) FROM answering_review
           WHERE (id = %(root)s OR of_id = %(root)s) AND verdict <> 'moot'""",
        {"root": root_id},
    )
    return row is not None and row == (2, 2)


def known_case(brand_id: int, reviewer_id: int, *, seed: int, now: datetime) -> int | None:
    """An answer on which all readers agreed and which this person neither wrote nor read; None when there is none."""
    rows = db.fetch(
        _READINGS
        + """SELECT s.root FROM settled s JOIN answering_review r ON r.id = s.root
             WHERE r.author_id <> %(me)s AND NOT EXISTS (
                 SELECT 1 FROM answering_review o
                 WHERE (o.id = s.root OR o.of_id = s.root) AND o.reviewer_id = %(me)s)
             GROUP BY s.root HAVING count(*) = 3 AND bool_and(s.unanimous) ORDER BY s.root DESC LIMIT 50""",
        _given(brand_id, now) | {"me": reviewer_id},
    )
    return rows[seed % len(rows)][0] if rows else None


def is_drawn(purpose: str, number: int, percent: int) -> bool:
    """Whether this number is among so many percent: the same number, the same word."""
    digest = hashlib.blake2b(f"{purpose}:{number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % 100 < percent
