import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimein.core.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("answering", "0004_outcomes"),
        ("contacts", "0002_initial"),
        ("conversations", "0002_initial"),
        ("people", "0005_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Onboarding",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="onboarding",
                        serialize=False,
                        to="people.membership",
                    ),
                ),
                ("lesson_at", models.DateTimeField(null=True)),
                ("quiz_at", models.DateTimeField(null=True)),
                ("quiz_tries", models.SmallIntegerField(default=0)),
                ("risk_quiz_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SkillReset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=50)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skill_resets",
                        to="people.membership",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "thanked",
                    models.IntegerField(
                        default=0, help_text="Replies to others that the asker thanked them for."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "Could be invited"),
                            ("invited", "Invited"),
                            ("waiting", "Accepted, waits for your word"),
                            ("approved", "Answers for us"),
                            ("declined", "Not now"),
                        ],
                        default="found",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="candidates",
                        to="people.brand",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
                (
                    "invitation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="candidate",
                        to="people.invitation",
                    ),
                ),
                (
                    "member",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="candidate",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("brand", "contact"), name="candidate_once")],
            },
        ),
        migrations.CreateModel(
            name="Lapse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("conversation_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["member", "-at"], name="lapse_recent")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "conversation_id", "at"), name="lapse_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Lesson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.CharField(choices=[("lesson", "Lesson"), ("rules", "Rules")], max_length=6)),
                ("text", models.TextField()),
                ("text_zh", models.TextField(blank=True)),
                ("updated_at", models.DateTimeField(default=chimein.core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lessons", to="people.brand"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("brand", "part"), name="lesson_once")],
            },
        ),
        migrations.CreateModel(
            name="Practice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("findings", models.JSONField(default=list)),
                ("tries", models.SmallIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="practice",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "conversation"), name="practice_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="QuizQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[("start", "To begin"), ("risk", "Doubtful questions")], max_length=5
                    ),
                ),
                ("position", models.SmallIntegerField()),
                ("text", models.CharField(max_length=300)),
                ("text_zh", models.CharField(blank=True, max_length=300)),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), size=None
                    ),
                ),
                (
                    "choices_zh",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("right", models.SmallIntegerField()),
                ("why", models.CharField(blank=True, help_text="Shown after the answer.", max_length=300)),
                ("why_zh", models.CharField(blank=True, max_length=300)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="quiz", to="people.brand"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "part", "position"), name="quiz_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="TrustChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=50)),
                ("language", models.CharField(blank=True, max_length=10)),
                (
                    "risk",
                    models.CharField(
                        choices=[("clean", "Harmless questions"), ("doubtful", "Doubtful questions")],
                        max_length=8,
                    ),
                ),
                ("before", models.SmallIntegerField(null=True)),
                ("after", models.SmallIntegerField(null=True)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("learned", "Lesson, quiz and practice done"),
                            ("earned", "Good answers"),
                            ("fell", "Too few good answers"),
                            ("idle", "Not active for long"),
                            ("by_hand", "Set by a lead"),
                            ("revoked", "Taken away by a lead"),
                            ("report", "A report that proved right"),
                            ("undone", "Undone"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trust_changes",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["member", "-at"], name="trust_history")],
            },
        ),
    ]
