import django.db.models.deletion
from django.db import migrations, models

import chimein.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0002_initial"),
        ("conversations", "0002_initial"),
        ("people", "0004_calendars"),
        ("routing", "0004_offers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("lane", models.CharField(max_length=8)),
                ("weight", models.FloatField(help_text="How many seats it takes, by channel.")),
                (
                    "why",
                    models.CharField(
                        help_text="Why this person: sticky, manager, stand_in, skill, idle.", max_length=12
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "until",
                    models.DateTimeField(help_text="When it goes to the next if it has not been taken up."),
                ),
                ("taken_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "Answered or settled"),
                            ("silent", "Not taken up in time"),
                            ("taken", "Somebody else took it"),
                            ("moved", "Moved to another lane"),
                            ("passed", "Passed on"),
                            ("left", "Off duty or away"),
                        ],
                        db_default="",
                        default="",
                        max_length=6,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CrisisRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(max_length=50, null=True)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("lane", models.CharField(max_length=8)),
                ("step", models.SmallIntegerField()),
                ("percent", models.SmallIntegerField(help_text="Of the time to the answer that had passed.")),
                (
                    "to",
                    models.JSONField(
                        help_text="Whom it went to: holder, team, manager, stand_in, desk, lead."
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LaneSetup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.IntegerField()),
                ("table", models.JSONField()),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "copy_of",
                    models.IntegerField(
                        help_text="The old version that was brought back by this one.", null=True
                    ),
                ),
                ("created_at", models.DateTimeField(default=chimein.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="VipManager",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="vip_manager",
                        serialize=False,
                        to="contacts.contact",
                    ),
                ),
                ("named_at", models.DateTimeField(default=chimein.core.clock.now)),
            ],
        ),
        migrations.AddField(
            model_name="workitem",
            name="frozen_at",
            field=models.DateTimeField(
                help_text="In the crisis lane: nobody answers until a lead releases it.", null=True
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="level",
            field=models.SmallIntegerField(
                db_default=0, default=0, help_text="How far it was escalated: 1 warned, 2 late."
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="raised",
            field=models.SmallIntegerField(
                db_default=0, default=0, help_text="Priority added by the ladder."
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="released_at",
            field=models.DateTimeField(
                help_text="In the crisis lane: a lead lets it be answered.", null=True
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="step",
            field=models.SmallIntegerField(db_default=0, default=0, help_text="The ladder's next step."),
        ),
        migrations.AddField(
            model_name="workitem",
            name="step_at",
            field=models.DateTimeField(help_text="When that step is due; null: no step is left.", null=True),
        ),
        migrations.AddField(
            model_name="workitem",
            name="step_lane",
            field=models.CharField(db_default="", default="", help_text="Whose ladder it is.", max_length=8),
        ),
        migrations.AddField(
            model_name="workitem",
            name="step_since",
            field=models.DateTimeField(
                help_text="The wait that `step`, `level` and `raised` are about.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("is_open", True), ("step_at__isnull", False)),
                fields=["step_at"],
                name="queue_steps",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="brand",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="people.brand",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assignments",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assignments",
                to="people.membership",
            ),
        ),
        migrations.AddField(
            model_name="crisisrelease",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="crisis_releases", to="people.brand"
            ),
        ),
        migrations.AddField(
            model_name="crisisrelease",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.membership",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="brand",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="people.brand",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="escalations",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="lanesetup",
            name="brand",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lane_setups",
                to="people.brand",
            ),
        ),
        migrations.AddField(
            model_name="lanesetup",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.membership",
            ),
        ),
        migrations.AddField(
            model_name="vipmanager",
            name="manager",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="vips", to="people.membership"
            ),
        ),
        migrations.AddField(
            model_name="vipmanager",
            name="named_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.membership",
            ),
        ),
        migrations.AddField(
            model_name="vipmanager",
            name="stand_in",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.membership",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["brand"], name="assignment_alive"
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["conversation", "at"], name="assignment_of_item"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["member", "-at"], name="assignment_of_member"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("conversation",), name="assignment_alive_once"
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["brand", "-at"], name="escalation_newest"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(
                fields=("conversation", "since", "lane", "step"), name="escalation_step_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="lanesetup",
            constraint=models.UniqueConstraint(fields=("brand", "version"), name="lane_setup_version_once"),
        ),
    ]
