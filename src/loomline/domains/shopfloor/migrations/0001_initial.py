"""Times at machines, reports and reasons."""

import django.db.models.deletion
import loomline.kernel.quantity
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("manufacturing", "0003_work_centres_pauses_and_rework"),
        ("workcentres", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ScrapReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "at_start",
                    models.BooleanField(
                        default=False,
                        help_text="Rejects of the start of a run, a loss of their own.",
                        verbose_name="while starting",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=50, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "scrap reason",
                "verbose_name_plural": "scrap reasons",
                "ordering": ["position", "name"],
            },
        ),
        migrations.CreateModel(
            name="StopReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "loss",
                    models.CharField(
                        choices=[
                            ("breakdown", "Breakdown"),
                            ("setup", "Set-up and adjustment"),
                            ("minor", "Minor stop"),
                            ("none", "No loss (a break, a meeting)"),
                        ],
                        default="breakdown",
                        max_length=10,
                        verbose_name="loss",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=50, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "stop reason",
                "verbose_name_plural": "stop reasons",
                "ordering": ["position", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("loss__in", ["breakdown", "setup", "minor", "none"])),
                        name="shopfloor_reason_loss",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "good",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="good"
                    ),
                ),
                (
                    "rejected",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="rejected"
                    ),
                ),
                ("lot", models.CharField(blank=True, max_length=60, verbose_name="lot")),
                (
                    "cycle_minutes",
                    models.DecimalField(
                        decimal_places=4, default=0, max_digits=12, verbose_name="minutes for one"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "centre",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="workcentres.workcentre",
                        verbose_name="work centre",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="floor_reports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="manufacturing.workstage",
                        verbose_name="stage",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="shopfloor.scrapreason",
                        verbose_name="why rejected",
                    ),
                ),
            ],
            options={
                "verbose_name": "output report",
                "verbose_name_plural": "output reports",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["centre", "-at"], name="shopfloor_report_centre")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("good", 0), ("rejected", 0), _negated=True),
                        name="shopfloor_report_quantity",
                        violation_error_message="A report counts something, good or rejected.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("setup", "Set-up"), ("run", "Run"), ("stop", "Stop")],
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="from")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="to")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                (
                    "centre",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="times",
                        to="workcentres.workcentre",
                        verbose_name="work centre",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who worked there; empty: the machine alone.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="floor_times",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="times",
                        to="shopfloor.stopreason",
                        verbose_name="reason",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="times",
                        to="manufacturing.workstage",
                        verbose_name="stage",
                    ),
                ),
            ],
            options={
                "verbose_name": "time entry",
                "verbose_name_plural": "time entries",
                "ordering": ["-started_at", "-id"],
                "indexes": [models.Index(fields=["centre", "-started_at"], name="shopfloor_time_centre")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="shopfloor_time_span",
                        violation_error_message="The end does not lie before the beginning.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["setup", "run", "stop"])), name="shopfloor_time_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "stop"), ("reason__isnull", False)),
                            models.Q(models.Q(("kind", "stop"), _negated=True), ("reason__isnull", True)),
                            _connector="OR",
                        ),
                        name="shopfloor_time_reason",
                        violation_error_message="A stop has a reason; other times have none.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("stage__isnull", False)),
                        fields=("stage",),
                        name="shopfloor_time_open",
                        violation_error_message="The clock of this job runs already.",
                    ),
                ],
            },
        ),
    ]
