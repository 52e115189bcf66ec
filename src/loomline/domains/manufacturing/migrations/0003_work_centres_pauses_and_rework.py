"""Stages stand at work centres; work rests, is closed, split and reworked; partners hold material."""

import django.core.validators
import django.db.models.deletion
import loomline.kernel.quantity
import loomline.kernel.state
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bills", "0002_work_centres_and_alternates"),
        ("catalog", "0003_item_kinds"),
        ("inventory", "0002_promises"),
        ("manufacturing", "0002_bills_move_out"),
        ("parties", "0010_sparse_ties"),
        ("sites", "0001_initial"),
        ("workcentres", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="workstage",
            name="manufacturing_stage_quantity",
        ),
        migrations.AddField(
            model_name="materialuse",
            name="location",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="material_uses",
                to="sites.location",
                verbose_name="supplied to",
            ),
        ),
        migrations.AddField(
            model_name="workorder",
            name="kind",
            field=models.CharField(
                choices=[("make", "Making"), ("rework", "Rework")],
                default="make",
                editable=False,
                max_length=6,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="workorder",
            name="rework_of",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reworks",
                to="inventory.lot",
                verbose_name="rework of",
            ),
        ),
        migrations.AddField(
            model_name="workorder",
            name="split_from",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="splits",
                to="manufacturing.workorder",
                verbose_name="split from",
            ),
        ),
        migrations.AddField(
            model_name="workstage",
            name="centre",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="work_stages",
                to="workcentres.workcentre",
                verbose_name="at work centre",
            ),
        ),
        migrations.AddField(
            model_name="workstage",
            name="handed_over",
            field=loomline.kernel.quantity.QuantityField(
                decimal_places=6, default=0, editable=False, max_digits=20, verbose_name="handed over"
            ),
        ),
        migrations.AddField(
            model_name="workstage",
            name="move_minutes",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=Decimal("0"),
                editable=False,
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="move",
            ),
        ),
        migrations.AddField(
            model_name="workstage",
            name="queue_minutes",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=Decimal("0"),
                editable=False,
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="queue",
            ),
        ),
        migrations.AddField(
            model_name="workstage",
            name="run_minutes",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=Decimal("0"),
                editable=False,
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="run",
            ),
        ),
        migrations.AddField(
            model_name="workstage",
            name="setup_minutes",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=Decimal("0"),
                editable=False,
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="set-up",
            ),
        ),
        loomline.kernel.state.AlterStates(
            model_name="workorder",
            name="state",
            field=loomline.kernel.state.StateField(
                choices=[
                    ("planned", "Planned"),
                    ("released", "Released"),
                    ("running", "Running"),
                    ("paused", "Paused"),
                    ("done", "Done"),
                    ("closed", "Closed"),
                    ("cancelled", "Cancelled"),
                ],
                default="planned",
                editable=False,
                max_length=24,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="workstage",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "ready", "running"))),
                fields=["centre", "expected_start"],
                name="manufacturing_stage_centre",
            ),
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["make", "rework"])), name="manufacturing_work_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="workstage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("handed_over__gte", 0),
                    ("rejected__gte", 0),
                    models.Q(("quantity_in__isnull", True), ("quantity_in__gte", 0), _connector="OR"),
                    models.Q(
                        ("quantity_out__isnull", True),
                        models.Q(("quantity_in__isnull", False), ("quantity_out__gte", 0)),
                        _connector="OR",
                    ),
                ),
                name="manufacturing_stage_quantity",
                violation_error_message="Quantities of a stage cannot be negative.",
            ),
        ),
    ]
