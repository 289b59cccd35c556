"""One verdict per answer, from everything that came of it: shared by skills and trust."""

from __future__ import annotations

VERDICTS = """
SELECT o.member_id, o.topic, o.language, o.risk, o.answer_id, max(o.at) AS at,
       CASE WHEN bool_or(o.outcome = 'rejected') THEN 0
            WHEN bool_or(o.outcome IN ('thanked', 'solved')) THEN 1
            WHEN bool_or(o.outcome = 'reopened') THEN 0
            WHEN bool_or(o.outcome IN ('accepted', 'reused')) THEN 1
            ELSE 0.5 END::float8 AS good,
       bool_or(o.outcome IN ('accepted', 'edited', 'rejected')) AS reviewed
FROM answering_outcome o
WHERE o.member_id = ANY(%(members)s) AND o.topic <> ''
GROUP BY o.member_id, o.topic, o.language, o.risk, o.answer_id
"""
"""Rejected outweighs everything, the customer's word a reviewer's; changed by the coach and no more is half good.

Wants the parameter `members`; `good` is 0, .5 or 1.
"""
