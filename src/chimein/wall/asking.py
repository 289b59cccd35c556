"""Asking on the wall's own page: into the journal like any other message."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from chimein.channels import journal
from chimein.channels.adapters.webform import envelope_for
from chimein.channels.models import ChannelAccount
from chimein.core import db
from chimein.core.errors import UserError
from chimein.core.options import option
from chimein.core.text.redact import redact
from chimein.wall.public import WEBFORM

ASKS_PER_HOUR = option(
    "ASKS_PER_HOUR", 10, "Questions that one address may send from the public form in an hour."
)

_COUNT = """
INSERT INTO wall_askquota AS q (digest, hour, count) VALUES (%s, %s, 1)
ON CONFLICT (digest, hour) DO UPDATE SET count = q.count + 1 RETURNING count
"""


def account_of(brand_id: int) -> ChannelAccount | None:
    """The brand's form, if it has one."""
    return (
        ChannelAccount.objects.filter(brand_id=brand_id, adapter=WEBFORM, is_active=True)
        .order_by("pk")
        .first()
    )


def holds_private_data(text: str) -> bool:
    """Whether something in the text would be masked."""
    return redact(text) != text


def _check_quota(address: str, now: datetime) -> None:
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"ask:" + address.encode(), hashlib.sha256)[:16]
    hour = now.replace(minute=0, second=0, microsecond=0)
    db.execute("DELETE FROM wall_askquota WHERE hour < %s", (hour - timedelta(hours=24),))
    row = db.fetch_one(_COUNT, (digest, hour))
    if row and row[0] > ASKS_PER_HOUR.get():
        raise UserError(_("Too many questions came from your connection. Please try again in an hour."))


def ask(
    *, brand_id: int, ask_id: str, text: str, name: str, email: str, topic: str, address: str, now: datetime
) -> None:
    """Take a question in. The same `ask_id` twice is one question.

    Raises UserError when the brand has no form or the address (an IP) has asked too often.
    """
    account = account_of(brand_id)
    if account is None:
        raise UserError(_("Questions cannot be asked here at the moment."))
    envelope = envelope_for(ask_id=ask_id, text=text, posted_at=now, name=name, email=email, topic=topic)
    with db.atomic():
        _check_quota(address, now)
        journal.record(account.pk, [envelope], source="form", now=now)


_FIND = """
SELECT c.public_id, c.on_wall FROM conversations_message m
JOIN channels_channelaccount h ON h.id = m.account_id
JOIN conversations_conversation c ON c.id = m.conversation_id
WHERE h.brand_id = %s AND h.adapter = %s AND m.external_id = %s
"""


def find(brand_id: int, ask_id: str) -> tuple[str, bool] | None:
    """The public id of a question's conversation and whether it is on the wall; None until it is taken in."""
    row = db.fetch_one(_FIND, (brand_id, WEBFORM, ask_id))
    return (row[0], row[1]) if row else None
