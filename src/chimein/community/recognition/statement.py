"""The statement: everything that was ever won or lost, line by line, with the factors that made it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from chimein.answering.models import Answer
from chimein.community.points_models import BadgeEarned, PointsFact, PointsRow, Reward
from chimein.community.recognition import badges, ranks
from chimein.community.recognition.formula import UNIT
from chimein.community.recognition.settle import total_of
from chimein.core import db
from chimein.people.models import HelperSettings, Membership

Reason, Share = PointsRow.Reason, PointsFact.Share


@dataclass(frozen=True, slots=True)
class Line:
    """One row in words. `sum`: the multiplication behind it; `undone`: another row has taken it back."""

    row: PointsRow
    label: str
    why: str
    sum: str
    answer: Answer
    undone: bool


@dataclass(frozen=True, slots=True)
class BadgeShown:
    """A badge, earned or on the way: `done` of its bar."""

    badge: badges.Badge
    earned: bool
    done: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The head of a statement."""

    total: int
    good: int
    rated: int
    rank: ranks.Rank
    above: tuple[ranks.Rank, int] | None
    bound: float
    badges: Sequence[BadgeShown]
    rewards: Sequence[Reward]
    in_leagues: bool


# Good: the customer or a reader said so, and it was not reopened. Poor: turned down, or reopened.
_RATED = """
SELECT count(*) FILTER (WHERE good AND NOT poor), count(*) FROM (
    SELECT answer_id, bool_or(kind IN ('solved', 'accepted', 'thanked')) AS good,
           bool_or(kind IN ('reopened', 'rejected', 'edited')) AS poor
    FROM community_pointsfact WHERE member_id = %s AND share = 'answer' AND kind <> 'quiet' GROUP BY answer_id) a
"""


def rated(member_id: int) -> tuple[int, int]:
    """Answers that were good, and those that anybody judged."""
    row = db.fetch_one(_RATED, (member_id,))
    return (row[0], row[1]) if row else (0, 0)


def summary(member: Membership) -> Summary:
    """Where somebody stands."""
    good, of = rated(member.pk)
    counts = badges.counts_of(member.pk)
    earned = set(BadgeEarned.objects.filter(member=member).values_list("badge", flat=True))
    shown = [BadgeShown(one, one.key in earned, min(one.bar, counts[one.counts])) for one in badges.BADGES]
    settings = HelperSettings.objects.filter(member=member).first()
    return Summary(
        total=total_of(member.pk), good=good, rated=of, rank=ranks.rank_of(good, of),
        above=ranks.next_rank(good, of), bound=ranks.wilson(good, of),
        badges=sorted(shown, key=lambda one: not one.earned),
        rewards=list(Reward.objects.filter(member=member).order_by("-points")[:5]),
        in_leagues=settings is None or settings.in_leagues,
    )  # fmt: skip


def lines(member_id: int, *, before: int | None = None, limit: int = 30) -> list[Line]:
    """Rows of the ledger, newest first."""
    rows = PointsRow.objects.filter(member_id=member_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    related = rows.select_related("answer__conversation__brand", "answer__conversation__account")
    found = list(related.prefetch_related("reversed_by").order_by("-pk")[:limit])
    return [_line(row) for row in found]


def _line(row: PointsRow) -> Line:
    return Line(row, row.get_reason_display(), _why(row), _sum(row), row.answer, bool(row.reversed_by.all()))


def _why(row: PointsRow) -> str:
    """What a reason means, where the word alone does not say it."""
    said = {
        Reason.CAPPED: _("A day counts 25 answers; this one came after them."),
        Reason.RESTORED: _("One before it fell away, so this one counts after all."),
        Reason.REOPENED: _("The customer came back with the question."),
        Reason.VOID: _("A lead has set votes aside that looked arranged."),
        Reason.CORRECTED: _("Earlier votes came to be known later."),
        Reason.COACHED: _("You let this draft go out, and it solved the question."),
        Reason.QUIET: _("Three days without another word from the customer."),
        Reason.REUSED: _("Somebody answered with your text again."),
    }
    return said.get(Reason(row.reason), "")


def _sum(row: PointsRow) -> str:
    """``10 × (1 + 2 × 0.4) × 0.5``: the factors as they were when the row was written."""
    parts = row.parts
    if not parts or row.points < 0:
        return ""
    factors = [f"{UNIT}", f"(1 + 2 × {parts['difficulty']:g})", f"{parts['quality']:g}"]
    if parts.get("novelty", 1) != 1:
        factors.append(_("%(factor)s near copy") % {"factor": f"{parts['novelty']:g}"})
    if parts.get("in_time"):
        factors.append(_("1.1 in time"))
    return " × ".join(factors)


def export(*, members: Sequence[int], since: date, until: date) -> Iterator[str]:
    """The rows of a period as lines of CSV, oldest first. Text that a spreadsheet would run is made harmless."""
    yield _csv(
        ["day", "time", "person", "public_name", "reason", "share", "answer", "points", "row", "reverses"]
    )
    rows = PointsRow.objects.filter(member__in=members, day__gte=since, day__lte=until)
    for row in rows.select_related("member").order_by("pk").iterator(chunk_size=2000):
        yield _csv([
            row.day.isoformat(), row.at.isoformat(timespec="seconds"), row.member.public_id,
            _harmless(row.member.public_name), row.reason, row.share, row.answer_id, row.points, row.pk,
            row.reverses_id or "",
        ])  # fmt: skip


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _csv(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
