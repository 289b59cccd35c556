import django.db.models.deletion
from django.db import migrations, models

import chimein.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_calendars"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.BinaryField(unique=True)),
                (
                    "hint",
                    models.CharField(
                        help_text="The code's first signs, to tell one from another.", max_length=8
                    ),
                ),
                ("role", models.CharField(max_length=20)),
                (
                    "email",
                    models.EmailField(
                        blank=True, help_text="Only for this address, when there is one.", max_length=254
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=120)),
                ("uses", models.PositiveIntegerField(default=0)),
                ("most_uses", models.PositiveIntegerField(default=1)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=chimein.core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="people.brand",
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
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MailDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("domain", models.CharField(max_length=120)),
                ("role", models.CharField(default="colleague", max_length=20)),
                ("created_at", models.DateTimeField(default=chimein.core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_domains",
                        to="people.brand",
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
                "constraints": [models.UniqueConstraint(fields=("brand", "domain"), name="mail_domain_once")],
            },
        ),
    ]
