"""Data of recognition: what came of answers, the ledger of points, badges, rewards, and what a person has to judge."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.answering.models import Answer
from chimein.core import clock
from chimein.core.crypto import EncryptedJSONField
from chimein.people.models import Brand, Membership


class PointsFact(models.Model):
    """One thing that came of an answer, as the scoring sees it. Facts are appended and never changed.

    `pair` names rater and rated in a fixed order, so that votes between the same two are found either way; it is empty
    where nobody voted. `sworn`: the rater was appointed by the brand (staff, the named coach), so that it is no vote
    between friends. `settled` is a mark of the worker.
    """

    class Share(models.TextChoices):
        ANSWER = "answer", _("Your answer")
        REUSED = "reused", _("Used again")
        COACHED = "coached", _("Coached")

    id = models.BigAutoField(primary_key=True)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="points_facts", db_index=False
    )
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="points_facts")
    share = models.CharField(max_length=8, choices=Share.choices)
    kind = models.CharField(max_length=12)
    rater = models.CharField(max_length=40, blank=True)
    pair = models.CharField(max_length=90, blank=True)
    sworn = models.BooleanField(default=False)
    message_id = models.BigIntegerField(null=True, help_text="The customer's words, where there are some.")
    at = models.DateTimeField()
    settled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "answer", "share", "kind", "rater", "at"], name="points_fact_once"
            )
        ]
        indexes = [
            models.Index(fields=["pair", "at"], name="points_pair", condition=~models.Q(pair="")),
            models.Index(fields=["member"], name="points_unsettled", condition=models.Q(settled=False)),
            models.Index(fields=["brand", "-at"], name="points_fact_newest"),
        ]

    def __str__(self) -> str:
        return f"answer {self.answer_id} {self.kind}"


class AnswerWorth(models.Model):
    """What an answer is worth by itself, worked out once and kept: difficulty 0 to 1, overlap with one's own earlier
    answers 0 to 1, whether it came within the promised time."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, primary_key=True, related_name="worth")
    difficulty = models.FloatField()
    overlap = models.FloatField()
    in_time = models.BooleanField()
    worked_out_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"worth of answer {self.answer_id}"


class PointsRow(models.Model):
    """One line of the ledger. The database refuses to change a row; what was wrong is set right by another.

    `parts` keeps the factors that made the points; `reverses` is the row that this one takes back.
    """  # fmt: skip

    class Reason(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        EDITED = "edited", _("Accepted with changes")
        SOLVED = "solved", _("Solved")
        QUIET = "quiet", _("Nobody asked again")
        REUSED = "reused", _("Used again")
        COACHED = "coached", _("Coached")
        CAPPED = "capped", _("Over the day's limit")
        RESTORED = "restored", _("Room under the day's limit")
        REOPENED = "reopened", _("Not solved after all")
        VOID = "void", _("Votes set aside")
        CORRECTED = "corrected", _("Worked out anew")

    id = models.BigAutoField(primary_key=True)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="points", db_index=False)
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="points")
    share = models.CharField(max_length=8, choices=PointsFact.Share.choices)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    points = models.IntegerField()
    day = models.DateField(help_text="The brand's day it counts for.")
    at = models.DateTimeField()
    parts = models.JSONField(default=dict)
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="reversed_by", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["member", "-id"], name="points_statement"),
            models.Index(fields=["brand", "day"], name="points_week"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d} for {self.member_id}"


class TopicDifficulty(models.Model):
    """How hard a topic's questions are, 0 to 1; worked out at night. An unknown topic is .5."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=50, blank=True)
    difficulty = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "topic"], name="topic_difficulty_once")]

    def __str__(self) -> str:
        return f"{self.topic} {self.difficulty:.2f}"


class BadgeEarned(models.Model):
    """A badge that somebody has; it stays."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="badges", db_index=False)
    badge = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "badge"], name="badge_once")]

    def __str__(self) -> str:
        return f"{self.badge} of {self.member_id}"


class Recognition(models.Model):
    """How a brand recognises its helpers. Without a row the defaults hold."""

    brand = models.OneToOneField(
        Brand, on_delete=models.CASCADE, primary_key=True, related_name="recognition"
    )
    weekly_goal = models.PositiveSmallIntegerField(
        _("Solved questions a week and person"), default=2,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text=_("The goal of a team is this times the people in it."),
    )  # fmt: skip
    reward_every = models.PositiveIntegerField(
        _("Points for a reward"), default=500, validators=[MinValueValidator(10), MaxValueValidator(1_000_000)],
        help_text=_("At each multiple your own system is told, and decides what it is worth."),
    )  # fmt: skip
    hook_url = models.CharField(
        _("Address that is told of rewards"), max_length=500, blank=True,
        help_text=_("A signed webhook (Standard Webhooks). Empty: nobody is told."),
    )  # fmt: skip
    hook_secret = EncryptedJSONField(null=True)
    pledge = models.CharField(
        _("What the brand gives"), max_length=200, blank=True,
        help_text=_("Shown to everybody who answers, such as: for each solved question, a meal to the food bank."),
    )  # fmt: skip
    pledge_url = models.CharField(_("Link to who receives it"), max_length=500, blank=True)

    def __str__(self) -> str:
        return f"recognition of {self.brand_id}"


class Reward(models.Model):
    """A threshold somebody passed, and whether the brand's own system was told."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="rewards", db_index=False)
    points = models.IntegerField(help_text="The threshold.")
    public_id = models.CharField(max_length=16, unique=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="When the hook is called (again); null: no need.")
    told_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "points"], name="reward_once")]
        indexes = [
            models.Index(fields=["due_at"], name="reward_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["brand", "-at"], name="reward_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.points} points of {self.member_id}"


class VoteFlag(models.Model):
    """Votes that look arranged; a person judges. Confirmed, the votes between `since` and `until` do not count.

    `pairs` are the pairs concerned (see `PointsFact.pair`), `members` who is concerned of them.
    """

    class Kind(models.TextChoices):
        PAIR = "pair", _("Two who vote for one another")
        RING = "ring", _("Three who vote in a circle")
        FAN = "fan", _("Most votes from one person")
        BURST = "burst", _("Many votes at once")

    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        CONFIRMED = "confirmed", _("Set aside")
        DISMISSED = "dismissed", _("Nothing wrong")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    key = models.CharField(
        max_length=140, help_text="What it is about: the same is not shown twice in a month."
    )
    pairs = ArrayField(models.CharField(max_length=90))
    members = ArrayField(models.BigIntegerField())
    votes = models.IntegerField()
    share = models.FloatField(help_text="Reciprocity, or the share of one person's votes.")
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    judged_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "kind", "key", "found_at"], name="flag_once")]
        indexes = [
            models.Index(fields=["brand", "-found_at"], name="flag_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.state}"


class PointsAudit(models.Model):
    """One nightly recalculation from the event log. `differences` lists what does not fit, at most a hundred."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="points_audits", db_index=False)
    at = models.DateTimeField()
    facts = models.IntegerField()
    members = models.IntegerField()
    points = models.BigIntegerField()
    differing = models.IntegerField()
    differences = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["brand", "-at"], name="audit_newest")]

    def __str__(self) -> str:
        return f"audit {self.at:%Y-%m-%d} {self.differing}"
