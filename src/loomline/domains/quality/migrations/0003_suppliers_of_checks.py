from django.db import migrations


class Migration(migrations.Migration):
    """Checks that were made before know the supplier of their lot."""

    dependencies = [("quality", "0002_sampling")]

    operations = [
        migrations.RunSQL(
            "UPDATE quality_check c SET supplier_id = l.supplier_id FROM inventory_lot l"
            " WHERE l.id = c.lot_id AND l.supplier_id IS NOT NULL",
            migrations.RunSQL.noop,
        )
    ]
