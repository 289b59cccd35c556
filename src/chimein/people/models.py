"""Brands, the people who answer for them, and where those people belong."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chimein.core import clock
from chimein.core.actor import Role


def in_language(english: str, chinese: str) -> str:
    """The name in the reader's language, the other one where it is missing."""
    if (get_language() or "").startswith("zh"):
        return chinese or english
    return english or chinese


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. What they may do is said by their memberships."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text=_("May open the technical administration."))
    date_joined = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email


class Brand(models.Model):
    """A company that answers under its own name."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80, blank=True)
    tagline = models.CharField(max_length=160, blank=True)
    tagline_zh = models.CharField(max_length=160, blank=True)
    timezone = models.CharField(max_length=60, default="UTC")
    listening_words = ArrayField(
        models.CharField(max_length=80),
        default=list,
        help_text=_("Posts with one of these words are taken in, mentioned or not."),
    )
    reopen_days = models.PositiveSmallIntegerField(
        default=14,
        help_text=_("A follow-up within so many days reopens the closed case; later it opens a new one."),
    )
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        return in_language(self.name, self.name_zh)


class Calendar(models.Model):
    """When somebody works. `people.calendars` counts with it; a team's holds for its members without their own.

    `weekly`: seven lists of shifts, Monday first, each ``[from, until]`` in minutes after midnight.
    `exceptions`: ``{"date": "2026-12-24", "shifts": […], "note": "…"}``, in place of what the day would have.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="calendars")
    name = models.CharField(max_length=60)
    timezone = models.CharField(max_length=60)
    weekly = models.JSONField()
    country = models.CharField(
        max_length=2, blank=True, help_text="Whose public holidays are free, as CN or DE."
    )
    subdivision = models.CharField(max_length=10, blank=True)
    exceptions = models.JSONField(default=list)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="calendar_name_once")]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A shop or a department; the signature names it."""

    class Kind(models.TextChoices):
        SHOP = "shop", _("Shop")
        DEPARTMENT = "department", _("Department")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="teams")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    slug = models.SlugField()
    name = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80, blank=True)
    calendar = models.ForeignKey(
        Calendar, null=True, blank=True, on_delete=models.SET_NULL, related_name="teams"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "slug"], name="team_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        return in_language(self.name, self.name_zh)


class Membership(models.Model):
    """One person in one brand: role, team, and the name that answers are signed with."""

    ROLES = (
        (Role.OWNER.value, _("Owner")),
        (Role.LEAD.value, _("Care lead")),
        (Role.AGENT.value, _("Agent")),
        (Role.COLLEAGUE.value, _("Colleague")),
        (Role.TRUSTED_CUSTOMER.value, _("Trusted customer")),
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLES)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="members")
    public_id = models.CharField(max_length=16, unique=True)
    public_name = models.CharField(
        max_length=40, help_text=_("The name under your answers, such as Ann or 小林.")
    )
    on_wall = models.BooleanField(default=False, help_text=_("Show a public page with my answers."))
    languages = ArrayField(models.CharField(max_length=10), default=list)
    topics = ArrayField(models.CharField(max_length=50), default=list)
    coach = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="coached",
        help_text=_("Who looks at the drafts of somebody coached first."),
    )  # fmt: skip
    paused_until = models.DateTimeField(
        null=True, blank=True, help_text=_("Until then no questions are brought to this person.")
    )
    calendar = models.ForeignKey(
        Calendar, null=True, blank=True, on_delete=models.SET_NULL, related_name="members",
        help_text=_("The team's where it is empty; without either, round the clock."),
    )  # fmt: skip
    seats = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("How many conversations at a time; empty: as the lane says.")
    )
    away_from = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(
        null=True, blank=True, help_text=_("Away until then: stand-ins answer.")
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "brand"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.public_name} ({self.role})"


class HelperSettings(models.Model):
    """How somebody wants to be asked. Without a row the defaults hold."""

    member = models.OneToOneField(
        Membership, on_delete=models.CASCADE, primary_key=True, related_name="helping"
    )
    takes_offers = models.BooleanField(default=True, help_text=_("Ask me when a question fits."))
    daily_limit = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("At most so many questions a day are brought to me.")
    )
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    timezone = models.CharField(max_length=60, blank=True, help_text=_("The brand's where it is empty."))
    muted_until = models.DateTimeField(null=True, blank=True)
    paid_hours_only = models.BooleanField(default=False, help_text=_("Only during my paid hours."))
    in_leagues = models.BooleanField(default=True, help_text=_("Show me in leagues and ranks."))
    rules_accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"settings of {self.member_id}"


class Skill(models.Model):
    """What is believed about somebody in a topic and language, from what came of their answers.

    `log_odds` is that of being a specialist there (design: a two-state posterior); `good` and `poor` are decayed counts
    of outcomes (a Beta estimate), for showing and for trust.
    """

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="skills")
    topic = models.CharField(max_length=50)
    language = models.CharField(max_length=10, blank=True)
    log_odds = models.FloatField()
    good = models.FloatField(default=0)
    poor = models.FloatField(default=0)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "topic", "language"], name="skill_once")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.topic}"


class Trust(models.Model):
    """How far somebody is trusted in a topic, a language and a class of risk. Empty: in all of them."""

    class Level(models.IntegerChoices):
        NEW = 0, _("New")
        COACHED = 1, _("Coached")
        TRUSTED = 2, _("Trusted")
        MENTOR = 3, _("Mentor")

    class Risk(models.TextChoices):
        CLEAN = "clean", _("Harmless questions")
        DOUBTFUL = "doubtful", _("Doubtful questions")

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="trust")
    topic = models.CharField(max_length=50, blank=True)
    language = models.CharField(max_length=10, blank=True)
    risk = models.CharField(max_length=8, choices=Risk.choices, default=Risk.CLEAN)
    level = models.SmallIntegerField(choices=Level.choices, default=Level.NEW)
    since = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "topic", "language", "risk"], name="trust_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.get_level_display()}"


class MailDomain(models.Model):
    """Whoever proves an address of this domain belongs to the brand, without being invited one by one."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="mail_domains")
    domain = models.CharField(max_length=120)
    role = models.CharField(max_length=20, default=Role.COLLEAGUE.value)
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "domain"], name="mail_domain_once")]

    def __str__(self) -> str:
        return self.domain


class Invitation(models.Model):
    """A code that makes its bearer a member. Only its hash is kept; the code is shown once."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="invitations")
    code_hash = models.BinaryField(unique=True)
    hint = models.CharField(max_length=8, help_text="The code's first signs, to tell one from another.")
    role = models.CharField(max_length=20)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    email = models.EmailField(blank=True, help_text="Only for this address, when there is one.")
    note = models.CharField(max_length=120, blank=True)
    uses = models.PositiveIntegerField(default=0)
    most_uses = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.hint}… ({self.role})"
