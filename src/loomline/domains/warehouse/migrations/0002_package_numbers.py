from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("warehouse", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE IF NOT EXISTS number_sscc", "DROP SEQUENCE IF EXISTS number_sscc")
    ]
