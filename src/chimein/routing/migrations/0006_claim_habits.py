from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0005_lanes_to_people")]

    operations = [
        migrations.AddField(
            model_name="helperload",
            name="claimed",
            field=models.IntegerField(
                db_default=0, default=0, help_text="Questions taken in the last 30 days."
            ),
        ),
        migrations.AddField(
            model_name="helperload",
            name="dropped",
            field=models.IntegerField(
                db_default=0,
                default=0,
                help_text="Of those, the ones left unanswered; both are worked out at night.",
            ),
        ),
    ]
