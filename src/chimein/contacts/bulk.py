"""Who wrote these messages? Answered for a whole batch in a handful of statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chimein.contacts.author import Author
from chimein.core import db
from chimein.core.errors import LostRace


@dataclass(frozen=True, slots=True)
class Known:
    """A customer's identity with its contact."""

    identity_id: int
    contact_id: int
    followers: int
    verified: bool


Key = tuple[int, str, str]
"""brand id, network, external id"""

_FIND = """
SELECT i.brand_id, i.network, i.external_id, i.id, i.contact_id, i.followers, i.verified, i.handle, i.name, i.avatar_url
FROM contacts_identity i
JOIN unnest(%b::bigint[], %b::text[], %b::text[]) AS k(b, n, e)
  ON i.brand_id = k.b AND i.network = k.n AND i.external_id = k.e
"""
_REFRESH = """
UPDATE contacts_identity i SET handle = n.handle, name = n.name, avatar_url = n.avatar, followers = n.followers,
       verified = n.verified, updated_at = %s
FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::bool[])
     AS n(id, handle, name, avatar, followers, verified)
WHERE i.id = n.id
"""
_INSERT = """
INSERT INTO contacts_identity (brand_id, contact_id, network, external_id, handle, name, avatar_url, profile_url,
                               followers, verified, updated_at)
SELECT *, %s FROM unnest(%b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
                         %b::text[], %b::bigint[], %b::bool[])
ON CONFLICT (brand_id, network, external_id) DO NOTHING
RETURNING id, brand_id, network, external_id, contact_id, followers, verified
"""


def _find(authors: dict[Key, Author], now: datetime) -> dict[Key, Known]:
    found: dict[Key, Known] = {}
    changed: list[tuple[int, Author]] = []
    columns = ([key[part] for key in authors] for part in range(3))
    for brand, network, external, pk, contact, followers, verified, handle, name, avatar in db.fetch(
        _FIND, tuple(columns)
    ):
        key = (brand, network, external)
        author = authors[key]
        found[key] = Known(pk, contact, author.followers or followers, author.verified or verified)
        new = (author.handle, author.name, author.avatar_url, author.followers, author.verified)
        if new != (handle, name, avatar, followers, verified) and (author.handle or author.name):
            changed.append((pk, author))
    if changed:
        people = [author for _, author in changed]
        values = (
            [pk for pk, _ in changed],
            [a.handle[:120] for a in people],
            [a.name[:120] for a in people],
            [a.avatar_url[:500] for a in people],
            [a.followers for a in people],
            [a.verified for a in people],
        )
        db.execute(_REFRESH, (now, *values))
    return found


def _create(authors: list[tuple[Key, Author]], now: datetime) -> dict[Key, Known]:
    contact_ids = db.next_ids("contacts_contact", len(authors))
    db.copy_rows(
        "contacts_contact",
        ("id", "brand_id", "name", "created_at"),
        (
            (pk, key[0], (a.name or a.handle)[:120], now)
            for pk, (key, a) in zip(contact_ids, authors, strict=True)
        ),
    )
    values = (
        [key[0] for key, _ in authors],
        contact_ids,
        [key[1] for key, _ in authors],
        [key[2] for key, _ in authors],
        [a.handle[:120] for _, a in authors],
        [a.name[:120] for _, a in authors],
        [a.avatar_url[:500] for _, a in authors],
        [a.profile_url[:500] for _, a in authors],
        [a.followers for _, a in authors],
        [a.verified for _, a in authors],
    )
    rows = db.fetch(_INSERT, (now, *values))
    if len(rows) < len(authors):
        raise LostRace("another worker met the same customer first")
    return {
        (brand, network, external): Known(pk, contact, followers, verified)
        for pk, brand, network, external, contact, followers, verified in rows
    }


def ensure_identities(authors: Iterable[tuple[Key, Author]], *, now: datetime) -> dict[Key, Known]:
    """Find or create the contact and identity of every author; refresh followers and names that changed.

    Raises LostRace when another transaction created one of them meanwhile: run the batch again.
    """
    wanted = dict(authors)
    if not wanted:
        return {}
    found = _find(wanted, now)
    missing = sorted(((k, a) for k, a in wanted.items() if k not in found), key=lambda pair: pair[0])
    if missing:
        found.update(_create(missing, now))
    return found
