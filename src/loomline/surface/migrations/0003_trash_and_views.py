"""How long deleted records are kept; views that open first for a role; an index over what was deleted."""

from django.db import migrations, models

INDEX = """
CREATE INDEX IF NOT EXISTS surface_deleted ON kernel_activity (id DESC)
WHERE (verb)::text LIKE '%.delete\\_%'
"""


class Migration(migrations.Migration):
    dependencies = [("surface", "0002_imports_move_out"), ("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="TrashPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("keep_days", models.PositiveSmallIntegerField(default=90, verbose_name="days")),
            ],
            options={
                "verbose_name": "rule of the trash",
                "verbose_name_plural": "rules of the trash",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="surface_one_trash_policy"),
                    models.CheckConstraint(
                        condition=models.Q(("keep_days__gte", 1)), name="surface_trash_a_day_at_least"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="savedview",
            name="role_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="opens first for"),
        ),
        migrations.RunSQL(INDEX, "DROP INDEX IF EXISTS surface_deleted"),
    ]
