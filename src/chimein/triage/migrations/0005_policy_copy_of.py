from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0004_trusted_only")]

    operations = [
        migrations.AddField(
            model_name="lanepolicy",
            name="copy_of",
            field=models.IntegerField(
                help_text="The old version that was brought back by this one.", null=True
            ),
        ),
    ]
