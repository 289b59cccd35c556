from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def trust_old_colleagues_with_doubtful_ones(apps: Any, _schema: Any) -> None:
    """Colleagues who took what was for colleagues only go on as before."""
    trust = apps.get_model("people", "Trust")
    members = apps.get_model("people", "Membership").objects.filter(
        role="colleague", trust__level__gte=2, trust__topic="", trust__language="", trust__risk="clean"
    )
    rows = [
        trust(member=member, risk="doubtful", level=2, reason="answered before there were trust gates")
        for member in members
    ]
    trust.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("people", "0002_helping")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="coach",
            field=models.ForeignKey(
                blank=True,
                help_text="Who looks at the drafts of somebody coached first.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="coached",
                to="people.membership",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="paused_until",
            field=models.DateTimeField(
                blank=True, help_text="Until then no questions are brought to this person.", null=True
            ),
        ),
        migrations.RunPython(trust_old_colleagues_with_doubtful_ones, migrations.RunPython.noop),
    ]
