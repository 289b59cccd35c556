"""The words a brand wants looked at before an answer is posted; leads keep them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice

from django.utils.translation import gettext as _

from chimein.answering import events
from chimein.answering.models import ListedWord
from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import NotAllowed, UserError
from chimein.core.events import Fact, emit

COLUMNS = ("kind", "word", "note", "until")
MOST_IMPORTED = 5_000
MOST_BYTES = 1_000_000


def words_of(brand_id: int, *, today: date) -> list[ListedWord]:
    """The brand's words that count today."""
    rows = ListedWord.objects.filter(brand_id=brand_id)
    return list((rows.filter(until=None) | rows.filter(until__gte=today)).order_by("kind", "word"))


def _tell(actor: Actor, added: Iterable[str], removed: Iterable[str], now: datetime) -> None:
    data: dict[str, object] = {"added": list(added)[:50], "removed": list(removed)[:50]}
    emit(Fact(events.LISTS_CHANGED, now, actor.label, actor.brand_id, None, None, data))


def _check_lead(actor: Actor) -> None:
    if not actor.is_lead:
        raise NotAllowed(_("Only leads may change the lists."))


def add(
    *, actor: Actor, kind: str, word: str, now: datetime, note: str = "", until: date | None = None
) -> ListedWord:
    """Put a word on a list; one that is there gets the new note and last day. Raises UserError for no word."""
    _check_lead(actor)
    made = _clean(kind, word)
    with db.atomic():
        known = ListedWord.objects.filter(brand_id=actor.brand_id, kind=kind, word__iexact=made).first()
        row = known or ListedWord(brand_id=actor.brand_id, kind=kind, word=made, created_at=now)
        row.note, row.until, row.by_id = note.strip()[:200], until, actor.membership_id
        row.save()
        _tell(actor, [f"{kind}: {made}"], [], now)
    return row


def _clean(kind: str, word: str) -> str:
    made = " ".join(word.split())
    if kind not in ListedWord.Kind.values:
        raise UserError(_("There is no such list: %(name)s") % {"name": kind[:20]})
    if not made or len(made) > 80:
        raise UserError(_("A word has one to 80 characters."))
    return made


def remove(*, actor: Actor, word_id: int, now: datetime) -> ListedWord:
    """Take a word off; what it was comes back, so that it can be put there again."""
    _check_lead(actor)
    with db.atomic():
        found = ListedWord.objects.select_for_update().filter(pk=word_id, brand_id=actor.brand_id).first()
        if found is None:
            raise UserError(_("This word is not on the list any more."))
        found.delete()
        _tell(actor, [], [f"{found.kind}: {found.word}"], now)
    return found


def export_csv(brand_id: int) -> str:
    """All words of the brand as a table: kind, word, note, until."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in ListedWord.objects.filter(brand_id=brand_id).order_by("kind", "word"):
        writer.writerow((row.kind, row.word, row.note, row.until.isoformat() if row.until else ""))
    return out.getvalue()


def import_csv(*, actor: Actor, text: str, now: datetime) -> int:
    """Add the words of a table as `export_csv` makes it; how many. All or none.

    Raises UserError, naming the line, for what cannot be read.
    """
    _check_lead(actor)
    rows = list(islice(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))), MOST_IMPORTED + 1))
    if not rows or not {"kind", "word"} <= set(rows[0]):
        raise UserError(_("The first line must name the columns: %(names)s") % {"names": ",".join(COLUMNS)})
    if len(rows) > MOST_IMPORTED:
        raise UserError(_("At most %(count)d words at once.") % {"count": MOST_IMPORTED})
    with db.atomic():
        for number, row in enumerate(rows, 2):
            _import_row(actor, row, number, now)
    return len(rows)


def _import_row(actor: Actor, row: dict[str, str | None], number: int, now: datetime) -> None:
    try:
        until = date.fromisoformat(row["until"].strip()) if (row.get("until") or "").strip() else None  # type: ignore[union-attr]
        kind, word, note = ((row.get(name) or "").strip() for name in ("kind", "word", "note"))
        add(actor=actor, kind=kind, word=word, note=note, until=until, now=now)
    except (ValueError, UserError) as problem:
        raise UserError(
            _("Line %(number)d cannot be read: %(problem)s") % {"number": number, "problem": problem}
        ) from problem
