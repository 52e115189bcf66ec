"""Bills and routes have a room of their own now; their tables stay as they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("manufacturing", "0001_initial"), ("bills", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="workorder",
                    name="bill",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="bills.bill",
                        verbose_name="bill of materials",
                    ),
                ),
                migrations.DeleteModel("RouteStage"),
                migrations.DeleteModel("BillLine"),
                migrations.DeleteModel("Bill"),
            ]
        ),
    ]
