"""Work centres, shifts and windows."""

import django.contrib.postgres.fields
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import loomline.domains.sites.models
import loomline.kernel.money
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("sites", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkCentre",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "custom",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="own fields",
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "machines",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="How many work side by side.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="machines",
                    ),
                ),
                (
                    "efficiency",
                    models.DecimalField(
                        decimal_places=4,
                        default=1,
                        help_text="The share of its minutes that becomes minutes of work: 0.85 for 85 %.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(Decimal("2")),
                        ],
                        verbose_name="efficiency",
                    ),
                ),
                (
                    "machine_rate",
                    loomline.kernel.money.PriceField(
                        decimal_places=6,
                        default=0,
                        max_digits=19,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="cost of a machine hour",
                    ),
                ),
                (
                    "labour_rate",
                    loomline.kernel.money.PriceField(
                        decimal_places=6,
                        default=0,
                        max_digits=19,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="cost of a labour hour",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "site",
                    models.ForeignKey(
                        help_text="Ours or a partner's: whose the site is, theirs is the work centre.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_centres",
                        to="sites.site",
                        verbose_name="at site",
                    ),
                ),
            ],
            options={
                "verbose_name": "work centre",
                "verbose_name_plural": "work centres",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Window",
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
                        choices=[("downtime", "Planned downtime"), ("overtime", "Overtime")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                (
                    "machines",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How many of them; empty: all.",
                        null=True,
                        verbose_name="machines",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "centre",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="windows",
                        to="workcentres.workcentre",
                        verbose_name="work centre",
                    ),
                ),
            ],
            options={
                "verbose_name": "window of a work centre",
                "verbose_name_plural": "windows of work centres",
                "ordering": ["-starts_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            choices=[
                                (0, "Monday"),
                                (1, "Tuesday"),
                                (2, "Wednesday"),
                                (3, "Thursday"),
                                (4, "Friday"),
                                (5, "Saturday"),
                                (6, "Sunday"),
                            ]
                        ),
                        default=loomline.domains.sites.models.workweek,
                        help_text="Monday is 0, Sunday is 6.",
                        size=None,
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "starts",
                    models.CharField(
                        default="06:00",
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^([01][0-9]|2[0-3]):[0-5][0-9]$", "Write the hour as in 06:00 or 14:30."
                            )
                        ],
                        verbose_name="from",
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        default="14:00",
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^([01][0-9]|2[0-3]):[0-5][0-9]$", "Write the hour as in 06:00 or 14:30."
                            )
                        ],
                        verbose_name="to",
                    ),
                ),
                (
                    "break_minutes",
                    models.PositiveSmallIntegerField(default=0, verbose_name="minutes of breaks"),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shifts",
                        to="workcentres.workcentre",
                        verbose_name="work centre",
                    ),
                ),
            ],
            options={
                "verbose_name": "shift",
                "verbose_name_plural": "shifts",
                "ordering": ["centre", "starts", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="workcentre",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("efficiency__gt", 0),
                    ("labour_rate__gte", 0),
                    ("machine_rate__gte", 0),
                    ("machines__gte", 1),
                ),
                name="workcentres_centre_amounts",
                violation_error_message="A work centre has at least one machine and an efficiency above 0; no rate is negative.",
            ),
        ),
        migrations.AddIndex(
            model_name="window",
            index=models.Index(fields=["centre", "ends_at"], name="workcentres_window_centre"),
        ),
        migrations.AddConstraint(
            model_name="window",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="workcentres_window_span",
                violation_error_message="The end lies after the beginning.",
            ),
        ),
        migrations.AddConstraint(
            model_name="window",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["downtime", "overtime"])), name="workcentres_window_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6]), ("weekdays__len__gt", 0)
                ),
                name="workcentres_shift_weekdays",
                violation_error_message="A shift needs at least one weekday, from 0 (Monday) to 6.",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends__regex", "^([01][0-9]|2[0-3]):[0-5][0-9]$"),
                    ("starts__regex", "^([01][0-9]|2[0-3]):[0-5][0-9]$"),
                    models.Q(("starts", models.F("ends")), _negated=True),
                ),
                name="workcentres_shift_hours",
                violation_error_message="A shift runs from one hour to another, as in 06:00 to 14:00.",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.UniqueConstraint(
                fields=("centre", "name"),
                name="workcentres_shift_once",
                violation_error_message="The work centre has a shift of this name already.",
            ),
        ),
    ]
