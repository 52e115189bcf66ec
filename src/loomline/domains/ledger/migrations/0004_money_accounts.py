import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_promises"),
    ]

    operations = [
        migrations.CreateModel(
            name="MoneyAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("bank", "Bank"),
                            ("receivable", "What customers owe"),
                            ("payable", "What we owe suppliers"),
                            ("sales", "Sales"),
                            ("tax_out", "Tax on sales"),
                            ("tax_in", "Tax on purchases"),
                            ("purchases", "Services and what was not ordered"),
                            ("discount", "Early-payment discounts"),
                            ("exchange", "Exchange differences"),
                        ],
                        max_length=10,
                        unique=True,
                        verbose_name="for",
                    ),
                ),
            ],
            options={
                "verbose_name": "account for money",
                "verbose_name_plural": "accounts for money",
                "ordering": ["purpose"],
            },
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ("invoice", "payment")),
                    ("reverses__isnull", True),
                    models.Q(("origin_kind", ""), _negated=True),
                ),
                fields=("origin_kind", "origin_id", "kind"),
                name="ledger_entry_of_document",
                violation_error_message="This document stands in the journal already.",
            ),
        ),
        migrations.AddField(
            model_name="moneyaccount",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.account",
                verbose_name="account",
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
                            "bank",
                            "receivable",
                            "payable",
                            "sales",
                            "tax_out",
                            "tax_in",
                            "purchases",
                            "discount",
                            "exchange",
                        ],
                    )
                ),
                name="ledger_money_purpose",
            ),
        ),
    ]
