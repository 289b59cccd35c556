"""What triage found in a message, and the brand's topics."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from chimein.conversations.models import Message
from chimein.core import clock
from chimein.people.models import Brand, Membership, Team, in_language


class Topic(models.Model):
    """Something customers ask about, owned by a department."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="topics")
    slug = models.SlugField()
    name = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=60, blank=True)
    keywords = ArrayField(models.CharField(max_length=60), default=list)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="topics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "slug"], name="topic_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        return in_language(self.name, self.name_zh)


class Triage(models.Model):
    """Labels of one message with the reasons that led to them.

    `reasons` is a list of ``{"code": …, "words": […]}``; the words for people are made from the code when shown.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="triage")
    language = models.CharField(max_length=10)
    intent = models.CharField(max_length=12)
    sentiment = models.CharField(max_length=8)
    anger = models.BooleanField()
    vague_abuse = models.BooleanField(default=False, help_text="An insult with no problem in it.")
    risks = ArrayField(models.CharField(max_length=20), default=list)
    risk_score = models.FloatField(default=0, help_text="How likely it must not reach the crowd, 0 to 1.")
    gate = models.CharField(
        max_length=8, default="clean", help_text="clean, doubtful or sure, by the risk score."
    )
    topic = models.CharField(max_length=50, blank=True)
    influence = models.FloatField(
        help_text="Base-10 logarithm of the author's followers, plus 1 when verified."
    )
    urgency = models.SmallIntegerField(default=0, help_text="0 can wait, 1 today, 2 soon, 3 at once.")
    fit = models.CharField(max_length=8, default="", help_text="The lane the model alone would choose.")
    confidence = models.FloatField(default=1, help_text="Calibrated probability that `fit` is right.")
    lane = models.CharField(max_length=8)
    rule = models.CharField(
        max_length=60, default="", help_text="The rule of the lane policy that chose the lane."
    )
    advice = models.CharField(max_length=12, default="", help_text="friendly or private_line: how to answer.")
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first in its lane.")
    sla_minutes = models.SmallIntegerField(
        null=True, help_text="Minutes to the answer; null: the lane's own."
    )
    alarm = models.BooleanField(default=False)
    trusted_only = models.BooleanField(
        default=False, help_text="The crowd lane for colleagues only, not for trusted customers."
    )
    no_reply_reason = models.CharField(max_length=30, blank=True)
    no_reply_hint = models.CharField(
        max_length=30, default="", help_text="Why nobody has to answer as the classifier sees it."
    )
    reasons = models.JSONField(default=list)
    classifier = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.intent} {self.lane}"


class LanePolicy(models.Model):
    """One version of a brand's lane policy; the highest version counts. `triage.policy` says what the rows mean."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="lane_policies", db_index=False)
    version = models.IntegerField()
    rules = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    copy_of = models.IntegerField(null=True, help_text="The old version that was brought back by this one.")
    created_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "version"], name="lane_policy_version_once")]

    def __str__(self) -> str:
        return f"lane policy {self.version}"


class Correction(models.Model):
    """A person's better label for a message. The newest per message and label counts."""

    class Source(models.TextChoices):
        CONSOLE = "console", _("In the conversation")
        GAME = "game", _("In the labelling game")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="corrections", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="corrections")
    label = models.CharField(
        max_length=20, help_text="Which label: intent, sentiment, anger, risks, topic, lane …"
    )
    before = models.JSONField()
    after = models.JSONField()
    why = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="corrections")
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.CONSOLE)
    at = models.DateTimeField(default=clock.now)
    earlier = models.JSONField(default=dict, help_text="What the message's labels were, to take it back.")

    class Meta:
        indexes = [models.Index(fields=["brand", "-at"], name="correction_newest")]

    def __str__(self) -> str:
        return f"{self.label} of message {self.message_id}"


class TrainedModel(models.Model):
    """What a brand's corrections made of the shipped model, with what was measured on the held-back part."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("Waiting for a decision")
        LIVE = "live", _("In use")
        RETIRED = "retired", _("Replaced")
        REJECTED = "rejected", _("Not taken")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="trained_models", db_index=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.CANDIDATE)
    weights = models.BinaryField()
    corrections = models.IntegerField(help_text="How many corrected messages it learned from.")
    comparison = models.JSONField(
        default=dict, help_text="Scores of the old and the new model, and what moves."
    )
    reason = models.CharField(max_length=200, blank=True, help_text="Why it went live or did not.")
    decided_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand"], condition=models.Q(state="live"), name="one_live_model_per_brand"
            )
        ]
        indexes = [models.Index(fields=["brand", "-created_at"], name="trained_model_newest")]

    def __str__(self) -> str:
        return f"model {self.pk}"


class TrainingRun(models.Model):
    """One training, asked for by a person or due at night; a worker does it. `ended_at` is null until then."""

    class Stage(models.TextChoices):
        WAITING = "waiting", _("Waiting for a worker")
        LEARNING = "learning", _("Learning from the corrections")
        MEASURING = "measuring", _("Measuring old and new on the held-back part")
        DONE = "done", _("Done")
        NOTHING = "nothing", _("There was nothing new to learn from")
        FAILED = "failed", _("Failed")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="training_runs", db_index=False)
    asked_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    stage = models.CharField(max_length=9, choices=Stage.choices, default=Stage.WAITING)
    ended_at = models.DateTimeField(null=True)
    model = models.ForeignKey(TrainedModel, null=True, on_delete=models.SET_NULL, related_name="runs")
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand"], condition=models.Q(ended_at=None), name="one_training_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["brand", "-asked_at"], name="training_run_newest")]

    def __str__(self) -> str:
        return f"training {self.pk} {self.stage}"
