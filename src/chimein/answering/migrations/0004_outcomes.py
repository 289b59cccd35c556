import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("answering", "0003_reviews_and_lists"), ("people", "0003_coaches_and_pauses")]

    operations = [
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(condition=models.Q(("state", "sent")), fields=["sent_at"], name="answer_sent"),
        ),
        migrations.CreateModel(
            name="OutcomeCursor",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("xid", models.BigIntegerField()),
                ("event_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("accepted", "Good on review"),
                            ("edited", "Good after changes"),
                            ("rejected", "Not good on review"),
                            ("thanked", "The customer said thanks"),
                            ("solved", "Solved"),
                            ("reopened", "The customer came back"),
                            ("reused", "Used again"),
                        ],
                        max_length=8,
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=50)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("risk", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                (
                    "answer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="answering.answer",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["member", "at"], name="outcome_member")],
                "constraints": [models.UniqueConstraint(fields=("answer", "outcome"), name="outcome_once")],
            },
        ),
    ]
