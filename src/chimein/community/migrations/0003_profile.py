from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("community", "0002_points")]

    operations = [
        migrations.AddField(
            model_name="onboarding",
            name="profile_at",
            field=models.DateTimeField(help_text="When name, languages and topics were chosen.", null=True),
        ),
    ]
