from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0002_labels_policy_learning")]

    operations = [
        migrations.AlterField(
            model_name="workitem",
            name="lane_by_person",
            field=models.BooleanField(
                default=False,
                help_text="A person chose the lane; rules leave it alone until something stricter comes.",
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="alarm",
            field=models.BooleanField(
                default=False, help_text="Somebody has to look at once: shown to all staff."
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="trusted_only",
            field=models.BooleanField(
                default=False, help_text="In the crowd lane for colleagues, not for trusted customers."
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="lane_chosen_at",
            field=models.DateTimeField(help_text="When a person chose the lane.", null=True),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("alarm", True), ("is_open", True)),
                fields=["brand", "-priority", "due_at"],
                name="queue_alarms",
            ),
        ),
    ]
