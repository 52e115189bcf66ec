from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_sort_name"),
        ("sales", "0004_open_orders_by_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="quoteline",
            name="alternative_of",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Number of the line it may stand in for: not in the sum, the customer chooses.",
                null=True,
                verbose_name="instead of line",
            ),
        ),
        migrations.AddConstraint(
            model_name="quoteline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("alternative_of__isnull", True),
                    models.Q(
                        ("is_optional", False),
                        models.Q(("alternative_of", models.F("position")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="sales_quoteline_alternative",
                violation_error_message="An alternative stands in for another line and is not optional besides.",
            ),
        ),
    ]
