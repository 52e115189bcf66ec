import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automation", "0001_initial")]
    operations = [
        # Nobody knows who wrote when these fences were noted: they are noted anew.
        migrations.RunSQL("UPDATE automation_cursor SET fence = NULL", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="cursor", name="horizon"),
        migrations.AddField(
            model_name="cursor",
            name="writers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), default=list, size=None
            ),
        ),
    ]
