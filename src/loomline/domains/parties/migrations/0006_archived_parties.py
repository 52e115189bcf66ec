from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("parties", "0005_lists_of_millions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="party",
            index=models.Index(
                condition=models.Q(("is_active", False)),
                fields=["sort_name", "id"],
                name="parties_party_archived",
            ),
        ),
    ]
