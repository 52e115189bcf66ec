from django.db import migrations, models


class Migration(migrations.Migration):
    """An order whose goods are lost may have no expected day; the day it was promised for stays."""

    dependencies = [("sales", "0001_initial")]
    operations = [
        migrations.RemoveConstraint(model_name="order", name="sales_order_promised"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["confirmed", "part_shipped", "shipped", "closed"]), _negated=True
                    ),
                    models.Q(("confirmed_at__isnull", False), ("promised_on__isnull", False)),
                    _connector="OR",
                ),
                name="sales_order_promised",
                violation_error_message="A confirmed order carries the day it is promised for.",
            ),
        ),
    ]
