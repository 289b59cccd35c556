import django.db.models.deletion
from django.db import migrations, models

import chimein.core.clock

# What waits in a helpers' lane already is looked at by the router as if it had just come in.
_START = """
UPDATE routing_workitem w SET next_ring_at = now()
FROM conversations_conversation c
WHERE c.id = w.conversation_id AND w.is_open AND w.lane IN ('crowd', 'expert') AND c.visibility = 'public'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0002_initial"),
        ("people", "0004_calendars"),
        ("routing", "0003_lanes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CopyMark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("mark", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="HelperLoad",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="load",
                        serialize=False,
                        to="people.membership",
                    ),
                ),
                ("fatigue", models.FloatField(db_default=0, default=0)),
                ("fatigue_at", models.DateTimeField(default=chimein.core.clock.now)),
                ("exposure", models.FloatField(db_default=0, default=0)),
                ("opened", models.FloatField(db_default=0, default=0)),
                ("answers", models.IntegerField(db_default=0, default=0)),
                (
                    "typical_seconds",
                    models.FloatField(help_text="From the offer to their answer, smoothed.", null=True),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="The day, where they live, that `offered_today` counts.", null=True
                    ),
                ),
                ("offered_today", models.IntegerField(db_default=0, default=0)),
                ("last_offered_at", models.DateTimeField(null=True)),
                (
                    "last_seen_at",
                    models.DateTimeField(help_text="When they last had ChimeIn before them.", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("ring", models.SmallIntegerField()),
                ("offered_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(help_text="When it was shown to them.", null=True)),
                (
                    "opened_at",
                    models.DateTimeField(help_text="When they began to answer or looked into it.", null=True),
                ),
                ("passed_at", models.DateTimeField(null=True)),
                ("pass_reason", models.CharField(blank=True, max_length=20)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_reason", models.CharField(blank=True, db_default="", default="", max_length=10)),
                (
                    "why",
                    models.JSONField(
                        default=dict, help_text="What spoke for this person, as numbers and words."
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfferBudget",
            fields=[
                (
                    "brand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="people.brand",
                    ),
                ),
                ("tokens", models.FloatField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="workitem",
            name="copy_of",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="It asks the same as this one, and travels with it.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="desk_at",
            field=models.DateTimeField(
                help_text="Somebody handed it to the desk; until then others may say that they can answer.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="desk_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.membership",
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="desk_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="workitem",
            name="last_claimed_at",
            field=models.DateTimeField(
                help_text="When the last holder first claimed it: claiming again does not start the time anew.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="last_holder",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.membership",
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="next_ring_at",
            field=models.DateTimeField(
                help_text="When the router looks at it again; null: nobody is to be asked.", null=True
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="open_seats",
            field=models.SmallIntegerField(
                db_default=0,
                default=0,
                help_text="Offers that were passed on and are to be made to the next best.",
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="ring",
            field=models.SmallIntegerField(db_default=0, default=0, help_text="Rings of offers made so far."),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("next_ring_at__isnull", False)),
                fields=["next_ring_at"],
                name="queue_rings",
            ),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("claim_until__isnull", False)),
                fields=["claim_until"],
                name="queue_leases",
            ),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("copy_of__isnull", False)), fields=["copy_of"], name="queue_copies"
            ),
        ),
        migrations.AddField(
            model_name="copymark",
            name="brand",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="people.brand",
            ),
        ),
        migrations.AddField(
            model_name="copymark",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offers",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offers",
                to="people.membership",
            ),
        ),
        migrations.AddIndex(
            model_name="copymark",
            index=models.Index(fields=["brand", "mark", "-at"], name="copy_mark"),
        ),
        migrations.AddIndex(
            model_name="copymark",
            index=models.Index(fields=["at"], name="copy_mark_age"),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(
                condition=models.Q(("passed_at__isnull", True), ("withdrawn_at__isnull", True)),
                fields=["member", "-offered_at"],
                name="offer_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(fields=("conversation", "member"), name="offer_once"),
        ),
        migrations.RunSQL(_START, migrations.RunSQL.noop),
    ]
