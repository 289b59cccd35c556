import django.db.models.deletion
from django.db import migrations, models

import chimein.core.clock


class Migration(migrations.Migration):
    dependencies = [("people", "0003_coaches_and_pauses")]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("timezone", models.CharField(max_length=60)),
                ("weekly", models.JSONField()),
                (
                    "country",
                    models.CharField(
                        blank=True, help_text="Whose public holidays are free, as CN or DE.", max_length=2
                    ),
                ),
                ("subdivision", models.CharField(blank=True, max_length=10)),
                ("exceptions", models.JSONField(default=list)),
                ("updated_at", models.DateTimeField(default=chimein.core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendars",
                        to="people.brand",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["brand", "name"], name="calendar_name_once")]
            },
        ),
        migrations.AddField(
            model_name="team",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="teams",
                to="people.calendar",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                help_text="The team's where it is empty; without either, round the clock.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="members",
                to="people.calendar",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="seats",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="How many conversations at a time; empty: as the lane says.", null=True
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="away_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="away_until",
            field=models.DateTimeField(blank=True, help_text="Away until then: stand-ins answer.", null=True),
        ),
    ]
