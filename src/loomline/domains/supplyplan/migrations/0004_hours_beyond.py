import loomline.kernel.state
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("supplyplan", "0003_deployment"),
    ]

    operations = [
        loomline.kernel.state.AlterStates(
            model_name="actionmessage",
            name="advice",
            field=loomline.kernel.state.StateField(
                choices=[
                    ("expedite", "Expedite"),
                    ("release_late", "Release at once"),
                    ("no_source", "No source"),
                    ("capacity", "Late by capacity"),
                    ("beyond", "Beyond known hours"),
                    ("release", "Release"),
                    ("increase", "Increase"),
                    ("decrease", "Reduce"),
                    ("defer", "Defer"),
                    ("cancel", "Cancel"),
                ],
                editable=False,
                max_length=24,
                verbose_name="advice",
            ),
        ),
    ]
