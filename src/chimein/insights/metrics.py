"""What every number means, in one place.

A customer's message is counted in the hour it was **posted**, whatever happens to it later, so that the
share of an hour's messages that is answered can never pass 100 %. Metrics, per brand and hour:

* ``received``: messages taken in.
* ``waiting``, ``answered``, ``private``, ``no_reply`` (key: the reason): where those messages stand now.
* ``response`` (key: a bucket of seconds): how long those that were answered had waited.

The same metrics with the prefix ``ever.`` and the hour `EVER` are totals over all time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chimein.core import db

EVER = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = "tallies"

# Whole seconds up to a minute, then buckets 2 % wide: the middle of a bucket is at most 1 % from any
# value in it.
_EXACT_S = 60
_GROWTH = 1.02

# From events (relation `batch`) to counts. `before` leaves a state, `after` enters one; a message that is
# received enters its first. Events of a message that has no row any more are counted in the hour they
# tell of.
COUNTS_SQL = f"""
    moved AS (
        SELECT e.brand_id, e.kind, e.data,
               date_trunc('hour', coalesce(m.posted_at, e.at) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS hour
        FROM batch e LEFT JOIN conversations_message m ON m.id = e.message_id
        WHERE e.kind IN ('message.received', 'message.disposed') AND e.brand_id IS NOT NULL
    ), counts AS (
        SELECT brand_id, hour, 'received' AS metric, '' AS key, 1 AS n
        FROM moved WHERE kind = 'message.received'
        UNION ALL
        SELECT brand_id, hour, data->>'disposition',
               CASE data->>'disposition' WHEN 'no_reply' THEN left(data->>'reason', 40) ELSE '' END, 1
        FROM moved WHERE kind = 'message.received'
        UNION ALL
        SELECT brand_id, hour, data->>'before',
               CASE data->>'before'
                    WHEN 'no_reply' THEN left(coalesce(data->>'before_reason', 'reopened'), 40)
                    ELSE '' END, -1
        FROM moved WHERE kind = 'message.disposed'
        UNION ALL
        SELECT brand_id, hour, data->>'after',
               CASE data->>'after' WHEN 'no_reply' THEN left(data->>'reason', 40) ELSE '' END, 1
        FROM moved WHERE kind = 'message.disposed'
        UNION ALL
        SELECT brand_id, hour, 'response',
               CASE WHEN s < {_EXACT_S} THEN s
                    ELSE {_EXACT_S} + floor(ln(s / {_EXACT_S}.0) / ln({_GROWTH})) END::int::text, 1
        FROM (SELECT brand_id, hour, greatest(0, (data->>'seconds')::numeric) AS s FROM moved
              WHERE kind = 'message.disposed' AND data->>'after' IN ('answered', 'private')) answered
    )"""

# The events that the tallies do not hold yet, as relation `batch`. In one statement with the tallies
# nothing is missed and nothing is counted twice, since the cursor moves in the transaction that counts.
TAIL_SQL = f"""
    cursor AS (SELECT coalesce(max(xid), 0)::text::xid8 AS xid, coalesce(max(event_id), 0) AS id
               FROM insights_foldcursor WHERE name = '{CURSOR}'),
    batch AS (SELECT e.* FROM core_event e
              WHERE (e.xid, e.id) > ((SELECT xid FROM cursor), (SELECT id FROM cursor)))"""


def bucket_of(seconds: int) -> int:
    """The response-time bucket of so many seconds."""
    if seconds < _EXACT_S:
        return max(0, seconds)
    return _EXACT_S + math.floor(math.log(seconds / _EXACT_S) / math.log(_GROWTH))


def bucket_middle(bucket: int) -> float:
    """The seconds a bucket stands for: its geometric middle, exact below a minute."""
    if bucket < _EXACT_S:
        return float(bucket)
    return float(_EXACT_S * _GROWTH ** (bucket - _EXACT_S + 0.5))


def median_seconds(histogram: Iterable[tuple[int, int]]) -> float | None:
    """The median of (bucket, count) pairs, within 1 %; None when there is nothing to count."""
    rows = sorted((bucket, count) for bucket, count in histogram if count > 0)
    total = sum(count for _, count in rows)
    seen = 0
    for bucket, count in rows:
        seen += count
        if 2 * seen >= total:
            return bucket_middle(bucket)
    return None


@dataclass(frozen=True, slots=True)
class Headline:
    """How a stretch of time went. `questions` are messages that needed an answer."""

    received: int
    questions: int
    answered: int
    """Answered in public or in private."""
    median_minutes: float | None

    @property
    def share_answered(self) -> float | None:
        """Percent of the questions that are answered; None when there was none."""
        return 100 * self.answered / self.questions if self.questions else None


@dataclass(frozen=True, slots=True)
class Headlines:
    """The last 24 hours and all time."""

    day: Headline
    ever: Headline


_READ = f"""
WITH {TAIL_SQL}, {COUNTS_SQL}
SELECT span, metric, key, sum(n) FROM (
    SELECT 'day' AS span, metric, key, count AS n FROM insights_tally
    WHERE brand_id = %(brand)s AND metric = ANY(%(metrics)s) AND hour >= %(since)s AND hour <= %(until)s
    UNION ALL
    SELECT 'ever', substr(metric, 6), key, count FROM insights_tally
    WHERE brand_id = %(brand)s AND metric = ANY(%(ever)s) AND hour = %(epoch)s
    UNION ALL
    SELECT 'day', metric, key, n FROM counts
    WHERE brand_id = %(brand)s AND hour >= %(since)s AND hour <= %(until)s
    UNION ALL
    SELECT 'ever', metric, key, n FROM counts WHERE brand_id = %(brand)s
) counted GROUP BY span, metric, key
"""
_METRICS = ("received", "answered", "private", "no_reply", "response")

Count = tuple[str, str, int]
"""metric, key, count"""


def _read(brand_id: int, since: datetime, until: datetime) -> dict[str, list[Count]]:
    params = {
        "brand": brand_id,
        "metrics": list(_METRICS),
        "ever": [f"ever.{metric}" for metric in _METRICS],
        "since": since,
        "until": until,
        "epoch": EVER,
    }
    found: dict[str, list[Count]] = {"day": [], "ever": []}
    for span, metric, key, count in db.fetch(_READ, params):
        found[span].append((metric, key, int(count)))
    return found


def _headline(counts: list[Count]) -> Headline:
    def total(*metrics: str) -> int:
        return sum(count for metric, _, count in counts if metric in metrics)

    histogram = [(int(key), count) for metric, key, count in counts if metric == "response"]
    median = median_seconds(histogram)
    return Headline(
        received=total("received"),
        questions=total("received") - total("no_reply"),
        answered=total("answered", "private"),
        median_minutes=None if median is None else median / 60,
    )


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def headline(brand_id: int, now: datetime) -> Headlines:
    """The numbers on the wall. The last 24 hours are the current hour and the 23 before it."""
    found = _read(brand_id, _hour(now) - timedelta(hours=23), _hour(now))
    return Headlines(day=_headline(found["day"]), ever=_headline(found["ever"]))


def median_minutes(brand_id: int, *, since: datetime, until: datetime) -> float | None:
    """Median minutes to the answer for messages posted from the hour of `since` to the hour of `until`."""
    return _headline(_read(brand_id, _hour(since), _hour(until))["day"]).median_minutes
