import django.core.validators
import loomline.domains.parties.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "country",
                    loomline.domains.parties.models.fields.CountryField(
                        help_text="Two letters, such as PT or DE.", max_length=2, verbose_name="country"
                    ),
                ),
                (
                    "tax_class",
                    models.CharField(
                        choices=[
                            ("standard", "Standard rate"),
                            ("intermediate", "Intermediate rate"),
                            ("reduced", "Reduced rate"),
                            ("zero", "Zero rate"),
                            ("exempt", "Exempt"),
                        ],
                        default="standard",
                        max_length=12,
                        verbose_name="tax class",
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="rate",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
            ],
            options={
                "verbose_name": "tax rate",
                "verbose_name_plural": "tax rates",
                "ordering": ["country", "tax_class", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country", "tax_class", "valid_from"),
                        name="taxes_rate_once",
                        violation_error_message="This country has a rate for this class from that day already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gte", 0), ("rate__lte", 1)),
                        name="taxes_rate_share",
                        violation_error_message="A tax rate lies between 0 and 100 percent.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="taxes_rate_country",
                        violation_error_message="Write the country as two letters, such as PT or DE.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tax_class__in", ["standard", "intermediate", "reduced", "zero", "exempt"])
                        ),
                        name="taxes_rate_class",
                    ),
                ],
            },
        ),
    ]
