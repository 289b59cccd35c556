import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chimein.core.clock
import chimein.core.crypto


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conversations", "0002_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bridge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("platform", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=60)),
                (
                    "secret",
                    chimein.core.crypto.EncryptedJSONField(
                        help_text="url, and sign where the platform signs."
                    ),
                ),
                ("language", models.CharField(default="en", max_length=10)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                (
                    "lanes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), blank=True, default=list, size=None
                    ),
                ),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50), blank=True, default=list, size=None
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=chimein.core.clock.now)),
                ("removed_at", models.DateTimeField(null=True)),
                ("last_ok_at", models.DateTimeField(null=True)),
                ("last_error_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bridges", to="people.brand"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Browser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "mark",
                    models.CharField(
                        help_text="SHA-256 of the address, to find it by.", max_length=64, unique=True
                    ),
                ),
                ("secret", chimein.core.crypto.EncryptedJSONField()),
                ("name", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField(default=chimein.core.clock.now)),
                ("last_ok_at", models.DateTimeField(null=True)),
                ("failures", models.SmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="browsers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PushKeys",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("secret", chimein.core.crypto.EncryptedJSONField()),
                ("public", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(default=chimein.core.clock.now)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="push_keys_once")],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("page", "On the page"),
                            ("push", "Push"),
                            ("mail", "By mail"),
                            ("bridge", "Team chat"),
                        ],
                        max_length=6,
                    ),
                ),
                ("subject", models.CharField(max_length=60)),
                ("data", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=chimein.core.clock.now)),
                ("due_at", models.DateTimeField()),
                ("until", models.DateTimeField(help_text="Not worth sending after this.", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "On its way"),
                            ("sent", "Told"),
                            ("withdrawing", "Being withdrawn"),
                            ("withdrawn", "Withdrawn"),
                            ("dropped", "Not needed"),
                        ],
                        default="waiting",
                        max_length=11,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True, help_text="Why it was withdrawn or not needed.", max_length=20
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "reached",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("waiting", "withdrawing")),
                            models.Q(("way", "bridge"), _negated=True),
                        ),
                        fields=["due_at"],
                        name="alert_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("waiting", "sent")), ("conversation__isnull", False)
                        ),
                        fields=["conversation"],
                        name="alert_of_conversation",
                    ),
                    models.Index(
                        condition=models.Q(("way", "page")), fields=["member", "-id"], name="alert_news"
                    ),
                    models.Index(fields=["created_at"], name="alert_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "kind", "subject", "way"), name="alert_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BridgePost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("subject", models.CharField(max_length=60)),
                ("data", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=chimein.core.clock.now)),
                ("due_at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "On its way"),
                            ("sent", "Told"),
                            ("dropped", "Not needed"),
                            ("failed", "Not accepted"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "bridge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="posts", to="alerts.bridge"
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conversations.conversation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_at"], name="bridge_post_due"
                    ),
                    models.Index(
                        condition=models.Q(("state", "sent")),
                        fields=["bridge", "sent_at"],
                        name="bridge_post_pace",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("bridge", "kind", "subject"), name="bridge_post_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ChatName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "bridge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="names", to="alerts.bridge"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chat_names",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("member", "bridge"), name="chat_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("page", "On the page"),
                            ("push", "Push"),
                            ("mail", "By mail"),
                            ("bridge", "Team chat"),
                        ],
                        max_length=6,
                    ),
                ),
                ("wanted", models.BooleanField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alert_choices",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "kind", "way"), name="alert_choice_once")
                ],
            },
        ),
    ]
