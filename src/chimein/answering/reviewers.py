"""Who may read whose draft, and who is asked first.

Never the author, nobody of the author's own shop, no pair that waves each other through, nobody who too often judges
otherwise than the others. Asked first is the named coach, then mentors, then others who are trusted, whoever has the
least to read; not the same pair twice in a row, nor more than a fifth of a reviewer's week (routing.md, 2.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chimein.answering.agreement import without_right
from chimein.answering.models import Answer, Review
from chimein.core import db
from chimein.core.actor import LEAD_ROLES, STAFF_ROLES, Role
from chimein.core.options import option
from chimein.people import trust
from chimein.people.models import HelperSettings, Membership, Team, Trust
from chimein.routing.models import WorkItem

PAIR_PERCENT = option(
    "REVIEW_PAIR_PERCENT",
    20,
    "At most so many percent of a reviewer's week are drafts of one and the same person.",
)
MOST_ASKED = 5
_WEEK = timedelta(days=7)
_SMALL_WEEK = 5
_MONTH = timedelta(days=30)
_WAVED_THROUGH = 4


@dataclass(frozen=True, slots=True)
class Case:
    """What decides who may read an answer."""

    brand_id: int
    author_id: int
    shop_id: int | None
    topic: str
    language: str
    risk: str
    private: bool


def case_of(answer: Answer) -> Case:
    """The case of an answer, with its author, team and conversation."""
    author, conversation = answer.author, answer.conversation
    assert author is not None
    item: WorkItem | None = getattr(conversation, "work", None)
    team = author.team
    return Case(
        brand_id=conversation.brand_id, author_id=author.pk,
        shop_id=team.pk if team is not None and team.kind == Team.Kind.SHOP else None,
        topic=conversation.topic, language=language_of(answer),
        risk=trust.risk_of(trusted_only=bool(item and item.trusted_only)), private=answer.private,
    )  # fmt: skip


def language_of(answer: Answer) -> str:
    """The language that is answered in, such as zh."""
    said = answer.reply_to.language if answer.reply_to else ""
    return (said or answer.conversation.language).split("-")[0]


def is_lead(member: Membership) -> bool:
    return Role(member.role) in LEAD_ROLES


def is_staff(member: Membership) -> bool:
    return Role(member.role) in STAFF_ROLES


class Reader:
    """Somebody at the page of reviews: what they may read, asked about many answers at little cost."""

    def __init__(self, member: Membership, now: datetime) -> None:
        self.member, self.now = member, now
        self.allies = allies_of(member.pk, now=now)
        self.has_right = is_lead(member) or member.pk not in without_right(member.brand_id, now=now)
        self._levels: dict[tuple[str, str, str], Trust.Level] = {}

    def may(self, case: Case) -> bool:
        """Whether they may read an answer of this kind at all."""
        return (
            self.has_right
            and _is_apart(self.member, case)
            and case.author_id not in self.allies
            and self._level(case) >= Trust.Level.TRUSTED
        )

    def _level(self, case: Case) -> Trust.Level:
        place = (case.topic, case.language, case.risk)
        if place not in self._levels:
            self._levels[place] = trust.level_of(
                self.member, topic=case.topic, language=case.language, risk=case.risk, now=self.now
            )
        return self._levels[place]


def may_review(member: Membership, case: Case, *, now: datetime) -> bool:
    """Whether somebody may read this answer at all."""
    return Reader(member, now).may(case)


def _is_apart(member: Membership, case: Case) -> bool:
    """Somebody else, not of the author's own shop; what was said in private stays with staff."""
    if member.pk == case.author_id or member.brand_id != case.brand_id or not member.is_active:
        return False
    near = case.shop_id is not None and member.team_id == case.shop_id and not is_lead(member)
    return not near and (is_staff(member) or not case.private)


def allies_of(member_id: int, *, now: datetime) -> frozenset[int]:
    """Members who let everything of this person pass unchanged, and this person everything of theirs, for a month."""
    rows = db.fetch(
        """SELECT CASE WHEN author_id = %(me)s THEN reviewer_id ELSE author_id END AS other
           FROM answering_review
           WHERE kind = 'draft' AND verdict <> '' AND verdict <> 'moot' AND decided_at > %(since)s
             AND reviewer_id IS NOT NULL AND (author_id = %(me)s OR reviewer_id = %(me)s)
           GROUP BY 1
           HAVING count(*) FILTER (WHERE author_id = %(me)s) >= %(least)s
              AND count(*) FILTER (WHERE reviewer_id = %(me)s) >= %(least)s
              AND bool_and(verdict = 'approved')""",
        {"me": member_id, "since": now - _MONTH, "least": _WAVED_THROUGH},
    )
    return frozenset(row[0] for row in rows)


def candidates(case: Case, *, now: datetime) -> list[Membership]:
    """Everybody who may read this answer and is there for it now, in the order in which they are asked."""
    levels = trust.levels_of(case.brand_id, topic=case.topic, language=case.language, risk=case.risk, now=now)
    able = [pk for pk, level in levels.items() if level >= Trust.Level.TRUSTED]
    rows = Membership.objects.select_related("team", "brand", "helping").filter(pk__in=able)
    out = allies_of(case.author_id, now=now)
    unfit = without_right(case.brand_id, now=now)
    may = [
        one for one in rows
        if _is_apart(one, case) and one.pk not in out and (is_lead(one) or one.pk not in unfit) and on_duty(one, now)
    ]  # fmt: skip
    load = _load(case, [one.pk for one in may], now)
    coach_id = Membership.objects.values_list("coach_id", flat=True).get(pk=case.author_id)
    return sorted(
        may,
        key=lambda one: (
            one.pk != coach_id, not _reads(one, case.language), -levels[one.pk], load.get(one.pk, 0), one.pk
        ),
    )  # fmt: skip


def _reads(member: Membership, language: str) -> bool:
    """Whether somebody understands what is written in this language; who named none understands all."""
    return not language or not member.languages or language in member.languages


def _load(case: Case, members: list[int], now: datetime) -> dict[int, int]:
    """Drafts that wait for each of them, and what they read in the last day."""
    rows = db.fetch(
        """SELECT reviewer_id, count(*) FROM answering_review
           WHERE brand_id = %s AND reviewer_id = ANY(%s) AND (verdict = '' OR decided_at > %s) GROUP BY 1""",
        (case.brand_id, members, now - timedelta(days=1)),
    )
    return dict(rows)


def on_duty(member: Membership, now: datetime) -> bool:
    """Whether somebody wants to be asked now: not paused, not muted, not in their quiet hours."""
    if member.paused_until is not None and member.paused_until > now:
        return False
    helping = getattr(member, "helping", None)
    if helping is None:
        return True
    muted = helping.muted_until is not None and helping.muted_until > now
    return not muted and not _is_quiet(helping, member, now)


def _is_quiet(helping: HelperSettings, member: Membership, now: datetime) -> bool:
    start, end = helping.quiet_from, helping.quiet_until
    if start is None or end is None:
        return False
    at = now.astimezone(ZoneInfo(helping.timezone or member.brand.timezone)).time()
    return start <= at < end if start <= end else at >= start or at < end


def first_reader(case: Case, able: list[Membership], *, now: datetime) -> Membership | None:
    """Whom of them the draft goes to alone: the first whose turn it may be."""
    last = _last_reader(case.author_id)
    weeks = _weeks(case, [one.pk for one in able], now)
    for one in able:
        total, mine = weeks.get(one.pk, (0, 0))
        too_often = total + 1 > _SMALL_WEEK and 100 * (mine + 1) > PAIR_PERCENT.get() * (total + 1)
        if one.pk != last and not too_often:
            return one
    return None


def _last_reader(author_id: int) -> int | None:
    rows = Review.objects.filter(author_id=author_id, kind=Review.Kind.DRAFT, reviewer__isnull=False)
    return (
        rows.exclude(verdict=Review.Verdict.MOOT)
        .order_by("-asked_at")
        .values_list("reviewer_id", flat=True)
        .first()
    )


def _weeks(case: Case, members: list[int], now: datetime) -> dict[int, tuple[int, int]]:
    """What each of them read in the last week: all, and of this author."""
    rows = db.fetch(
        """SELECT reviewer_id, count(*), count(*) FILTER (WHERE author_id = %s) FROM answering_review
           WHERE brand_id = %s AND reviewer_id = ANY(%s) AND kind = 'draft' AND verdict <> 'moot'
             AND asked_at > %s GROUP BY 1""",
        (case.author_id, case.brand_id, members, now - _WEEK),
    )
    return {pk: (total, mine) for pk, total, mine in rows}


def staff_of(brand_id: int) -> list[int]:
    """Everybody at the desk."""
    rows = Membership.objects.filter(
        brand_id=brand_id, is_active=True, role__in=[role.value for role in STAFF_ROLES]
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))
