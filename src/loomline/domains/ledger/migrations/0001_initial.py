"""The table of exchange rates moves in from finance as it is; what was written under its old name is renamed."""

from django.db import migrations, models

import loomline.kernel.money
from loomline.kernel.migrations._moved import renamed, renames

RECORDS = {"exchangerate": "exchange-rates"}
NAMES = renames("finance", "ledger", records=RECORDS, names=["record_rates"])
# Who saw the rates still does, and nothing else that the ledger will hold.
ALSO = {
    "finance.*": ["ledger.*"],
    "finance.view": ["ledger.view_exchangerate"],
    "finance.do": [f"ledger.{verb}_exchangerate" for verb in ("save", "edit", "delete")]
    + ["ledger.record_rates"],
}


class Migration(migrations.Migration):
    initial = True

    dependencies = [("finance", "0002_allocations")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="ExchangeRate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "currency",
                            loomline.kernel.money.CurrencyField(max_length=3, verbose_name="one unit of"),
                        ),
                        (
                            "into",
                            loomline.kernel.money.CurrencyField(max_length=3, verbose_name="is so many"),
                        ),
                        ("on", models.DateField(verbose_name="from")),
                        ("rate", models.DecimalField(decimal_places=10, max_digits=20, verbose_name="rate")),
                        ("source", models.CharField(blank=True, max_length=80, verbose_name="source")),
                    ],
                    options={
                        "verbose_name": "exchange rate",
                        "verbose_name_plural": "exchange rates",
                        "db_table": "finance_exchangerate",
                        "ordering": ["-on", "currency", "into"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("rate__gt", 0)),
                                name="finance_rate_positive",
                                violation_error_message="An exchange rate is greater than zero.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("currency", models.F("into")), _negated=True),
                                name="finance_rate_two",
                                violation_error_message="An exchange rate needs two different currencies.",
                            ),
                            models.UniqueConstraint(
                                fields=("currency", "into", "on"),
                                name="finance_rate_once",
                                violation_error_message="There is already a rate for these currencies on this day.",
                            ),
                        ],
                    },
                ),
            ]
        ),
        renamed(NAMES, also=ALSO),
    ]
