"""The table of imports moves in from the surface as it is; what was written under its old name is renamed."""

import django.core.serializers.json
import django.db.models.deletion
import loomline.kernel.state
from django.conf import settings
from django.db import migrations, models

VERBS = "'upload_import', 'check_import', 'begin_import', 'import_rows', 'end_import', 'undo_import'"
RENAMED = f"""
UPDATE kernel_activity SET verb = 'intake.' || substr(verb, 9)
WHERE verb LIKE 'surface.%' AND substr(verb, 9) IN ({VERBS});
UPDATE kernel_activity SET kind = 'intake.importrun' WHERE kind = 'surface.importrun';
UPDATE kernel_jobrun SET name = 'intake.run_import' WHERE name = 'surface.run_import';
UPDATE accounts_grant SET permission = 'intake.' || substr(permission, 9)
WHERE permission LIKE 'surface.%' AND substr(permission, 9) IN ({VERBS}, 'view_importrun');
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("surface", "0002_imports_move_out"),
        ("kernel", "0001_initial"),
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="ImportRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("resource", models.CharField(max_length=80, verbose_name="list")),
                        ("file_name", models.CharField(max_length=200, verbose_name="file")),
                        ("stored", models.CharField(max_length=200)),
                        (
                            "state",
                            loomline.kernel.state.StateField(
                                choices=[
                                    ("uploaded", "Uploaded"),
                                    ("checked", "Checked"),
                                    ("running", "Running"),
                                    ("done", "Done"),
                                    ("stopped", "Stopped"),
                                    ("undone", "Undone"),
                                ],
                                default="uploaded",
                                max_length=24,
                                verbose_name="state",
                            ),
                        ),
                        ("encoding", models.CharField(blank=True, max_length=40, verbose_name="encoding")),
                        ("delimiter", models.CharField(blank=True, max_length=2, verbose_name="delimiter")),
                        ("sheet", models.CharField(blank=True, max_length=60, verbose_name="sheet")),
                        ("columns", models.JSONField(default=list, verbose_name="columns")),
                        ("mapping", models.JSONField(blank=True, default=dict, verbose_name="mapping")),
                        ("match_on", models.CharField(blank=True, max_length=60, verbose_name="match on")),
                        ("total", models.PositiveIntegerField(default=0, verbose_name="rows")),
                        ("created", models.PositiveIntegerField(default=0, verbose_name="created")),
                        ("changed", models.PositiveIntegerField(default=0, verbose_name="changed")),
                        ("unchanged", models.PositiveIntegerField(default=0, verbose_name="unchanged")),
                        ("failed", models.PositiveIntegerField(default=0, verbose_name="failed")),
                        (
                            "problems",
                            models.JSONField(
                                default=list,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                verbose_name="problems",
                            ),
                        ),
                        ("job_id", models.BigIntegerField(null=True, verbose_name="job")),
                        ("uploaded_at", models.DateTimeField(verbose_name="uploaded")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "import",
                        "verbose_name_plural": "imports",
                        "db_table": "surface_importrun",
                        "indexes": [models.Index(fields=["owner", "-id"], name="surface_import_owner")],
                    },
                ),
            ]
        ),
        migrations.RunSQL(RENAMED, migrations.RunSQL.noop),
    ]
