"""Counting the event log into tallies, each event exactly once.

Events are read in the order of ``(xid, id)`` and only as far as the oldest transaction still running, so
that none can appear behind the cursor later. Counts and cursor are written by one statement.
"""

from __future__ import annotations

from chimein.core import db
from chimein.insights.metrics import COUNTS_SQL, CURSOR, EVER

LOCK_SPACE = 7301
BATCH = 10_000

_FOLD = f"""
WITH cursor AS (
    SELECT xid::text::xid8 AS xid, event_id AS id FROM insights_foldcursor WHERE name = '{CURSOR}'
),
batch AS MATERIALIZED (
    SELECT e.* FROM core_event e
    WHERE (e.xid, e.id) > ((SELECT xid FROM cursor), (SELECT id FROM cursor))
      AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY e.xid, e.id LIMIT %(limit)s
), {COUNTS_SQL}, summed AS (
    SELECT brand_id, hour, metric, key, sum(n) AS n FROM counts GROUP BY brand_id, hour, metric, key
), written AS (
    INSERT INTO insights_tally AS t (brand_id, hour, metric, key, count)
    SELECT brand_id, hour, metric, key, n FROM summed WHERE n <> 0
    UNION ALL
    SELECT brand_id, %(ever)s, 'ever.' || metric, key, sum(n) FROM summed GROUP BY brand_id, metric, key
    HAVING sum(n) <> 0
    ON CONFLICT (brand_id, metric, hour, key) DO UPDATE SET count = t.count + excluded.count
)
UPDATE insights_foldcursor SET xid = last.xid::text::bigint, event_id = last.id
FROM (SELECT xid, id, (SELECT count(*) FROM batch) AS events FROM batch
      ORDER BY xid DESC, id DESC LIMIT 1) last
WHERE name = '{CURSOR}'
RETURNING last.events
"""


def fold(*, limit: int = BATCH) -> int:
    """Count the next events; how many. 0 when there is nothing to do or somebody else is counting."""
    with db.atomic():
        if not db.try_lock(LOCK_SPACE, 0):
            return 0
        db.execute(
            "INSERT INTO insights_foldcursor (name, xid, event_id) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING",
            (CURSOR,),
        )
        row = db.fetch_one(_FOLD, {"limit": limit, "ever": EVER})
    return int(row[0]) if row else 0


def fold_all(*, limit: int = BATCH) -> int:
    """Count everything that can be counted now; how many events."""
    total = 0
    while count := fold(limit=limit):
        total += count
    return total
