from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_sort_name")]

    operations = [
        migrations.AddField(
            model_name="item",
            name="volume_m3",
            field=models.DecimalField(
                blank=True, decimal_places=6, max_digits=12, null=True, verbose_name="volume in cubic metres"
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="temperature",
            field=models.CharField(
                choices=[
                    ("any", "Any"),
                    ("cool", "Cool, 8 to 15 °C"),
                    ("chilled", "Chilled, 2 to 8 °C"),
                    ("frozen", "Frozen, -18 °C and below"),
                ],
                default="any",
                max_length=7,
                verbose_name="temperature",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="hazard",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Not dangerous"),
                    ("1", "1 Explosives"),
                    ("2.1", "2.1 Flammable gas"),
                    ("2.2", "2.2 Gas that is neither flammable nor toxic"),
                    ("2.3", "2.3 Toxic gas"),
                    ("3", "3 Flammable liquids"),
                    ("4.1", "4.1 Flammable solids"),
                    ("4.2", "4.2 Liable to spontaneous combustion"),
                    ("4.3", "4.3 Dangerous when wet"),
                    ("5.1", "5.1 Oxidising substances"),
                    ("5.2", "5.2 Organic peroxides"),
                    ("6.1", "6.1 Toxic substances"),
                    ("6.2", "6.2 Infectious substances"),
                    ("7", "7 Radioactive material"),
                    ("8", "8 Corrosive substances"),
                    ("9", "9 Other dangerous goods"),
                ],
                default="",
                max_length=3,
                verbose_name="hazard class",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="min_remaining_days",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Lots with fewer days until they expire are not sent to customers.",
                null=True,
                verbose_name="least days left to ship",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="cost_method",
            field=models.CharField(
                choices=[
                    ("fifo", "First in, first out"),
                    ("average", "Moving average"),
                    ("standard", "Standard cost"),
                    ("specific", "Each lot its own"),
                ],
                default="fifo",
                max_length=8,
                verbose_name="valued by",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="count_class",
            field=models.CharField(
                blank=True,
                choices=[("", "Not classed"), ("A", "A"), ("B", "B"), ("C", "C")],
                default="",
                max_length=1,
                verbose_name="count class",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="tax_class",
            field=models.CharField(
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
        migrations.AddField(
            model_name="item",
            name="origin_country",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Two letters, such as PT or DE.",
                max_length=2,
                verbose_name="country of origin",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("volume_m3__isnull", True), ("volume_m3__gte", 0), _connector="OR"),
                name="catalog_item_volume",
                violation_error_message="A volume cannot be negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost_method__in", ["fifo", "average", "standard", "specific"]),
                    ("count_class__in", ["", "A", "B", "C"]),
                    (
                        "hazard__in",
                        [
                            "",
                            "1",
                            "2.1",
                            "2.2",
                            "2.3",
                            "3",
                            "4.1",
                            "4.2",
                            "4.3",
                            "5.1",
                            "5.2",
                            "6.1",
                            "6.2",
                            "7",
                            "8",
                            "9",
                        ],
                    ),
                    ("tax_class__in", ["standard", "intermediate", "reduced", "zero", "exempt"]),
                    ("temperature__in", ["any", "cool", "chilled", "frozen"]),
                ),
                name="catalog_item_kinds",
                violation_error_message="Choose temperature, hazard, valuation, count class and tax class from those there are.",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cost_method", "specific"), _negated=True),
                    models.Q(("tracking", "none"), _negated=True),
                    _connector="OR",
                ),
                name="catalog_item_specific",
                violation_error_message="Only what is tracked by lot or serial number can be valued lot by lot.",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("origin_country", ""), ("origin_country__regex", "^[A-Z]{2}$"), _connector="OR"
                ),
                name="catalog_item_origin",
                violation_error_message="Write the country of origin as two letters, such as PT or DE.",
            ),
        ),
    ]
