from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0003_training_runs")]

    operations = [
        migrations.AddField(
            model_name="triage",
            name="trusted_only",
            field=models.BooleanField(
                default=False, help_text="The crowd lane for colleagues only, not for trusted customers."
            ),
        ),
        migrations.AddField(
            model_name="triage",
            name="no_reply_hint",
            field=models.CharField(
                default="",
                help_text="Why nobody has to answer as the classifier sees it.",
                max_length=30,
            ),
        ),
        migrations.RunSQL(
            "UPDATE triage_triage SET no_reply_hint = no_reply_reason WHERE no_reply_reason <> ''",
            migrations.RunSQL.noop,
        ),
    ]
