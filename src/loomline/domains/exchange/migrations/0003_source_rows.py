import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_uploads")]

    operations = [
        migrations.RenameField("foreignkey", "unmapped", "source_row"),
        migrations.AlterField(
            "foreignkey",
            "source_row",
            models.JSONField(
                default=dict,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
                verbose_name="row of the other system",
            ),
        ),
        migrations.AddField(
            "takeover",
            "questions",
            models.JSONField(blank=True, default=list, editable=False, verbose_name="questions"),
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("system", models.CharField(max_length=60, verbose_name="system")),
                ("question", models.CharField(max_length=400, verbose_name="question")),
                ("value", models.CharField(blank=True, max_length=200, verbose_name="answer")),
            ],
            options={"verbose_name": "answer", "verbose_name_plural": "answers"},
        ),
        migrations.AddConstraint(
            "answer",
            models.UniqueConstraint(fields=("system", "question"), name="exchange_answer_once"),
        ),
    ]
