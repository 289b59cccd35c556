"""Claims that run out while their holder looks away: told a minute before, of a short lease in its last quarter.

Nothing tells of this but the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chimein.alerts.kinds import CLAIM
from chimein.alerts.writing import News, tell
from chimein.core import db
from chimein.routing.services import LEASE_SECONDS

_LONGEST_S = 60
_MOST = 200

_ENDING = """
SELECT w.conversation_id, w.brand_id, w.holder_id, w.fence, w.claim_until
FROM routing_workitem w
WHERE w.claim_until > %(now)s AND w.claim_until <= %(soon)s
  AND w.holder_id IS NOT NULL AND w.is_open AND NOT w.sending
  AND NOT EXISTS (SELECT 1 FROM alerts_alert a WHERE a.member_id = w.holder_id AND a.kind = %(kind)s
                  AND a.subject = 'c' || w.conversation_id || ':' || w.fence)
LIMIT %(most)s
"""


def warn(*, now: datetime) -> int:
    """Tell the holders of claims that end within a minute, once for each claim; how many claims there were."""
    before = timedelta(seconds=min(_LONGEST_S, LEASE_SECONDS.get() / 4))
    given = {"now": now, "soon": now + before, "kind": CLAIM.name, "most": _MOST}
    rows = db.fetch(_ENDING, given)
    for conversation_id, brand_id, holder_id, fence, until in rows:
        subject = f"c{conversation_id}:{fence}"
        with db.atomic():
            tell(News(CLAIM, brand_id, subject, now, conversation_id, until=until), [holder_id])
    return len(rows)
