"""Imports have a room of their own now; their table stays as it is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("surface", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("ImportRun")]),
    ]
