from django.db import migrations

# A move names a lot together with the lot's own item. Balances change often and in place, so their pages
# keep room for the next version of each row.
FORWARD = """
ALTER TABLE inventory_stockmove ADD CONSTRAINT inventory_move_lot_of_item
    FOREIGN KEY (lot_id, item_id) REFERENCES inventory_lot (id, item_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE inventory_balance SET (fillfactor = 70);
"""
BACKWARD = """
ALTER TABLE inventory_stockmove DROP CONSTRAINT inventory_move_lot_of_item;
ALTER TABLE inventory_balance RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
