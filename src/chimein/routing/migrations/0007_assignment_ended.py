from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0002_initial"),
        ("people", "0005_invitations"),
        ("routing", "0006_claim_habits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="why",
            field=models.CharField(
                help_text="Why this person: sticky, manager, stand_in, skill, idle, spare.", max_length=12
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["brand", "-ended_at"], name="assignment_ended"),
        ),
    ]
