import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import chimein.core.clock
import chimein.core.crypto

# The ledger is append-only: what was wrong is set right by another row. (Deleting a person or an answer deletes theirs.)
_GUARD = """
CREATE FUNCTION community_points_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of the points ledger are never changed';
END $$;
CREATE TRIGGER points_stand BEFORE UPDATE ON community_pointsrow
FOR EACH ROW EXECUTE FUNCTION community_points_stand();
"""
_UNGUARD = """
DROP TRIGGER points_stand ON community_pointsrow;
DROP FUNCTION community_points_stand();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("answering", "0004_outcomes"),
        ("community", "0001_growth"),
        ("people", "0005_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerWorth",
            fields=[
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="worth",
                        serialize=False,
                        to="answering.answer",
                    ),
                ),
                ("difficulty", models.FloatField()),
                ("overlap", models.FloatField()),
                ("in_time", models.BooleanField()),
                ("worked_out_at", models.DateTimeField(default=chimein.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Recognition",
            fields=[
                (
                    "brand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="recognition",
                        serialize=False,
                        to="people.brand",
                    ),
                ),
                (
                    "weekly_goal",
                    models.PositiveSmallIntegerField(
                        default=2,
                        help_text="The goal of a team is this times the people in it.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(200),
                        ],
                        verbose_name="Solved questions a week and person",
                    ),
                ),
                (
                    "reward_every",
                    models.PositiveIntegerField(
                        default=500,
                        help_text="At each multiple your own system is told, and decides what it is worth.",
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="Points for a reward",
                    ),
                ),
                (
                    "hook_url",
                    models.CharField(
                        blank=True,
                        help_text="A signed webhook (Standard Webhooks). Empty: nobody is told.",
                        max_length=500,
                        verbose_name="Address that is told of rewards",
                    ),
                ),
                ("hook_secret", chimein.core.crypto.EncryptedJSONField(null=True)),
                (
                    "pledge",
                    models.CharField(
                        blank=True,
                        help_text="Shown to everybody who answers, such as: for each solved question, a meal to the food bank.",
                        max_length=200,
                        verbose_name="What the brand gives",
                    ),
                ),
                (
                    "pledge_url",
                    models.CharField(blank=True, max_length=500, verbose_name="Link to who receives it"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BadgeEarned",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("badge", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="badges",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("member", "badge"), name="badge_once")],
            },
        ),
        migrations.CreateModel(
            name="PointsAudit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("facts", models.IntegerField()),
                ("members", models.IntegerField()),
                ("points", models.BigIntegerField()),
                ("differing", models.IntegerField()),
                ("differences", models.JSONField(default=list)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points_audits",
                        to="people.brand",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "-at"], name="audit_newest")],
            },
        ),
        migrations.CreateModel(
            name="PointsFact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "share",
                    models.CharField(
                        choices=[("answer", "Your answer"), ("reused", "Used again"), ("coached", "Coached")],
                        max_length=8,
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("rater", models.CharField(blank=True, max_length=40)),
                ("pair", models.CharField(blank=True, max_length=90)),
                ("sworn", models.BooleanField(default=False)),
                (
                    "message_id",
                    models.BigIntegerField(
                        help_text="The customer's words, where there are some.", null=True
                    ),
                ),
                ("at", models.DateTimeField()),
                ("settled", models.BooleanField(default=False)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points_facts",
                        to="answering.answer",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.brand",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points_facts",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("pair", ""), _negated=True),
                        fields=["pair", "at"],
                        name="points_pair",
                    ),
                    models.Index(
                        condition=models.Q(("settled", False)), fields=["member"], name="points_unsettled"
                    ),
                    models.Index(fields=["brand", "-at"], name="points_fact_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "answer", "share", "kind", "rater", "at"), name="points_fact_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PointsRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "share",
                    models.CharField(
                        choices=[("answer", "Your answer"), ("reused", "Used again"), ("coached", "Coached")],
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("edited", "Accepted with changes"),
                            ("solved", "Solved"),
                            ("quiet", "Nobody asked again"),
                            ("reused", "Used again"),
                            ("coached", "Coached"),
                            ("capped", "Over the day's limit"),
                            ("restored", "Room under the day's limit"),
                            ("reopened", "Not solved after all"),
                            ("void", "Votes set aside"),
                            ("corrected", "Worked out anew"),
                        ],
                        max_length=10,
                    ),
                ),
                ("points", models.IntegerField()),
                ("day", models.DateField(help_text="The brand's day it counts for.")),
                ("at", models.DateTimeField()),
                ("parts", models.JSONField(default=dict)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points",
                        to="answering.answer",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.brand",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points",
                        to="people.membership",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reversed_by",
                        to="community.pointsrow",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["member", "-id"], name="points_statement"),
                    models.Index(fields=["brand", "day"], name="points_week"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("points", models.IntegerField(help_text="The threshold.")),
                ("public_id", models.CharField(max_length=16, unique=True)),
                ("at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="When the hook is called (again); null: no need.", null=True
                    ),
                ),
                ("told_at", models.DateTimeField(null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.brand",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rewards",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="reward_due"
                    ),
                    models.Index(fields=["brand", "-at"], name="reward_newest"),
                ],
                "constraints": [models.UniqueConstraint(fields=("member", "points"), name="reward_once")],
            },
        ),
        migrations.CreateModel(
            name="TopicDifficulty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=50)),
                ("difficulty", models.FloatField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.brand",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "topic"), name="topic_difficulty_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="VoteFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pair", "Two who vote for one another"),
                            ("ring", "Three who vote in a circle"),
                            ("fan", "Most votes from one person"),
                            ("burst", "Many votes at once"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="What it is about: the same is not shown twice in a month.", max_length=140
                    ),
                ),
                (
                    "pairs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=90), size=None
                    ),
                ),
                (
                    "members",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("votes", models.IntegerField()),
                ("share", models.FloatField(help_text="Reciprocity, or the share of one person's votes.")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be looked at"),
                            ("confirmed", "Set aside"),
                            ("dismissed", "Nothing wrong"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("judged_at", models.DateTimeField(null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.brand",
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "-found_at"], name="flag_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "kind", "key", "found_at"), name="flag_once")
                ],
            },
        ),
        migrations.RunSQL(_GUARD, _UNGUARD),
    ]
