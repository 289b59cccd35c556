"""How people grow: changes of trust with their history, resets of skill, the way in for helpers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.contacts.models import Contact
from chimein.conversations.models import Conversation
from chimein.core import clock
from chimein.people.models import Brand, Invitation, Membership, Trust, in_language


class TrustChange(models.Model):
    """One change of how far somebody is trusted. `before` and `after` are levels; null is no row of its own."""

    class Why(models.TextChoices):
        LEARNED = "learned", _("Lesson, quiz and practice done")
        EARNED = "earned", _("Good answers")
        FELL = "fell", _("Too few good answers")
        IDLE = "idle", _("Not active for long")
        BY_HAND = "by_hand", _("Set by a lead")
        REVOKED = "revoked", _("Taken away by a lead")
        REPORT = "report", _("A report that proved right")
        UNDONE = "undone", _("Undone")

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="trust_changes")
    topic = models.CharField(max_length=50, blank=True)
    language = models.CharField(max_length=10, blank=True)
    risk = models.CharField(max_length=8, choices=Trust.Risk.choices)
    before = models.SmallIntegerField(null=True)
    after = models.SmallIntegerField(null=True)
    why = models.CharField(max_length=8, choices=Why.choices)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["member", "-at"], name="trust_history")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.before} → {self.after}"


class SkillReset(models.Model):
    """What came of somebody's answers before `at` counts no more; empty topic: in all topics."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="skill_resets")
    topic = models.CharField(max_length=50, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.member_id} {self.topic or 'everything'}"


class Lapse(models.Model):
    """A claim that ran out in silence. Three in a day are a pause."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "conversation_id", "at"], name="lapse_once")]
        indexes = [models.Index(fields=["member", "-at"], name="lapse_recent")]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.conversation_id}"


class Lesson(models.Model):
    """A brand's own words in the way in for helpers; without a row ours are shown."""

    class Part(models.TextChoices):
        LESSON = "lesson", _("Lesson")
        RULES = "rules", _("Rules")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="lessons")
    part = models.CharField(max_length=6, choices=Part.choices)
    text = models.TextField()
    text_zh = models.TextField(blank=True)
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "part"], name="lesson_once")]

    def __str__(self) -> str:
        return f"{self.part} of {self.brand_id}"

    @property
    def display_text(self) -> str:
        return in_language(self.text, self.text_zh)


class QuizQuestion(models.Model):
    """One question of a brand's own quiz; without any ours are asked. `right` counts the choices from 0."""

    class Part(models.TextChoices):
        START = "start", _("To begin")
        RISK = "risk", _("Doubtful questions")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="quiz")
    part = models.CharField(max_length=5, choices=Part.choices)
    position = models.SmallIntegerField()
    text = models.CharField(max_length=300)
    text_zh = models.CharField(max_length=300, blank=True)
    choices = ArrayField(models.CharField(max_length=200))
    choices_zh = ArrayField(models.CharField(max_length=200), default=list)
    right = models.SmallIntegerField()
    why = models.CharField(max_length=300, blank=True, help_text=_("Shown after the answer."))
    why_zh = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "part", "position"], name="quiz_place")]

    def __str__(self) -> str:
        return self.text


class Onboarding(models.Model):
    """How far somebody is on the way in."""

    member = models.OneToOneField(
        Membership, on_delete=models.CASCADE, primary_key=True, related_name="onboarding"
    )
    profile_at = models.DateTimeField(null=True, help_text="When name, languages and topics were chosen.")
    lesson_at = models.DateTimeField(null=True)
    quiz_at = models.DateTimeField(null=True)
    quiz_tries = models.SmallIntegerField(default=0)
    risk_quiz_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"the way in of {self.member_id}"


class Practice(models.Model):
    """A practice answer to a question that was answered long ago. It is never published.

    `findings` are codes of rules that it breaks; it is done when there are none left that matter.
    """

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="practice")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    tries = models.SmallIntegerField(default=0)
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "conversation"], name="practice_once")]

    def __str__(self) -> str:
        return f"practice of {self.member_id}"


class Candidate(models.Model):
    """A customer who helps others so well that they may be asked to do so for the brand."""

    class State(models.TextChoices):
        FOUND = "found", _("Could be invited")
        INVITED = "invited", _("Invited")
        WAITING = "waiting", _("Accepted, waits for your word")
        APPROVED = "approved", _("Answers for us")
        DECLINED = "declined", _("Not now")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="candidates")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    thanked = models.IntegerField(
        default=0, help_text=_("Replies to others that the asker thanked them for.")
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.FOUND)
    invitation = models.OneToOneField(
        Invitation, null=True, on_delete=models.SET_NULL, related_name="candidate"
    )
    member = models.OneToOneField(Membership, null=True, on_delete=models.SET_NULL, related_name="candidate")
    decided_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "contact"], name="candidate_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.state}"
