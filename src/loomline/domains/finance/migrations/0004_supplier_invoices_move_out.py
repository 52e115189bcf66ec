"""Supplier invoices have a room of their own now; their tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("finance", "0003_rates_move_out"), ("payables", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("SupplierInvoiceLine"),
                migrations.DeleteModel("SupplierInvoice"),
            ]
        ),
    ]
