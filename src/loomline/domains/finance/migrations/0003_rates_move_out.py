"""Exchange rates stand in the ledger now, where costs and purchases see them too; their table stays as it is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("finance", "0002_allocations"), ("ledger", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("ExchangeRate")]),
    ]
