import django.db.models.deletion
import loomline.kernel.money
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("pipeline", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Projection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("first_month", models.DateField(verbose_name="first month")),
                ("months", models.PositiveSmallIntegerField(verbose_name="months ahead")),
                ("currency", loomline.kernel.money.CurrencyField(max_length=3, verbose_name="currency")),
            ],
            options={
                "verbose_name": "statistical forecast",
                "verbose_name_plural": "statistical forecasts",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("taken_at", models.DateTimeField(verbose_name="taken")),
                ("taken_on", models.DateField(unique=True, verbose_name="day")),
                ("currency", loomline.kernel.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="open deals")),
                (
                    "amount",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, max_digits=19, verbose_name="open"
                    ),
                ),
                (
                    "weighted",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, max_digits=19, verbose_name="weighted"
                    ),
                ),
                (
                    "left_out",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="By currency; in no figure.",
                        verbose_name="amounts without a rate",
                    ),
                ),
            ],
            options={
                "verbose_name": "forecast snapshot",
                "verbose_name_plural": "forecast snapshots",
                "ordering": ["-taken_on"],
            },
        ),
        migrations.CreateModel(
            name="ProjectedMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                (
                    "mean",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, max_digits=19, verbose_name="expected"
                    ),
                ),
                (
                    "low",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, max_digits=19, verbose_name="at least, in 9 of 10"
                    ),
                ),
                (
                    "high",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, max_digits=19, verbose_name="at most, in 9 of 10"
                    ),
                ),
                ("method", models.CharField(blank=True, max_length=80, verbose_name="method")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
                (
                    "projection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figures",
                        to="forecasting.projection",
                        verbose_name="statistical forecast",
                    ),
                ),
            ],
            options={
                "verbose_name": "projected month",
                "verbose_name_plural": "projected months",
                "ordering": ["projection", "month", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("projection", "owner", "team", "month"),
                        name="forecasting_month_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SnapshotLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")],
                        max_length=4,
                        verbose_name="state",
                    ),
                ),
                ("category", models.CharField(max_length=10, verbose_name="category")),
                (
                    "amount",
                    loomline.kernel.money.AmountField(
                        decimal_places=4,
                        help_text="In the company's currency, at that day's rate.",
                        max_digits=19,
                        verbose_name="amount",
                    ),
                ),
                (
                    "weighted",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, max_digits=19, verbose_name="weighted"
                    ),
                ),
                ("closes_on", models.DateField(blank=True, null=True, verbose_name="closes")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed")),
                (
                    "opportunity",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pipeline.opportunity",
                        verbose_name="opportunity",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="forecasting.snapshot",
                        verbose_name="snapshot",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "deal in a snapshot",
                "verbose_name_plural": "deals in snapshots",
                "ordering": ["snapshot", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("snapshot", "opportunity"), name="forecasting_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on__isnull", True), ("state", "open")),
                            models.Q(("state", "open"), _negated=True),
                            _connector="OR",
                        ),
                        name="forecasting_line_closed",
                    ),
                ],
            },
        ),
    ]
