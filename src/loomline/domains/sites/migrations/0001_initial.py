import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import loomline.domains.parties.models.fields
import loomline.domains.sites.models
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0003_primary_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            choices=[
                                (0, "Monday"),
                                (1, "Tuesday"),
                                (2, "Wednesday"),
                                (3, "Thursday"),
                                (4, "Friday"),
                                (5, "Saturday"),
                                (6, "Sunday"),
                            ]
                        ),
                        default=loomline.domains.sites.models.workweek,
                        help_text="Monday is 0, Sunday is 6.",
                        size=None,
                        verbose_name="working weekdays",
                    ),
                ),
                (
                    "country",
                    loomline.domains.parties.models.fields.CountryField(
                        blank=True, default="", max_length=2, verbose_name="public holidays of"
                    ),
                ),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
            ],
            options={
                "verbose_name": "calendar",
                "verbose_name_plural": "calendars",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6]), ("weekdays__len__gt", 0)
                        ),
                        name="sites_calendar_weekdays",
                        violation_error_message="A calendar needs at least one working weekday, from 0 (Monday) to 6.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="sites_calendar_default",
                        violation_error_message="Another calendar is the default already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "custom",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="own fields",
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("line1", models.CharField(blank=True, max_length=200, verbose_name="street and number")),
                ("postcode", models.CharField(blank=True, max_length=20, verbose_name="postcode")),
                ("city", models.CharField(blank=True, max_length=120, verbose_name="city")),
                (
                    "country",
                    loomline.domains.parties.models.fields.CountryField(
                        blank=True, default="", max_length=2, verbose_name="country"
                    ),
                ),
                (
                    "latitude",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="latitude"
                    ),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="longitude"
                    ),
                ),
                (
                    "timezone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[loomline.domains.sites.models.check_timezone],
                        verbose_name="time zone",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sites",
                        to="sites.calendar",
                        verbose_name="calendar",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        help_text="Leave empty for a site of your own.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sites",
                        to="parties.party",
                        verbose_name="belongs to",
                    ),
                ),
            ],
            options={
                "verbose_name": "site",
                "verbose_name_plural": "sites",
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"
                        ),
                        name="sites_site_country",
                        violation_error_message="Write the country as two letters, such as PT or DE.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                            models.Q(
                                ("latitude__isnull", False),
                                ("latitude__range", (-90, 90)),
                                ("longitude__isnull", False),
                                ("longitude__range", (-180, 180)),
                            ),
                            _connector="OR",
                        ),
                        name="sites_site_point",
                        violation_error_message="A point needs a latitude from -90 to 90 and a longitude from -180 to 180.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Location",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("storage", "Storage"),
                            ("staging", "Staging"),
                            ("production", "Production"),
                            ("quarantine", "Quarantine"),
                            ("transit", "In transit"),
                            ("supplier", "Supplier"),
                            ("customer", "Customer"),
                            ("adjustment", "Adjustment"),
                            ("scrap", "Scrap"),
                        ],
                        default="storage",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("path", models.CharField(editable=False, max_length=200, unique=True, verbose_name="path")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="sites.location",
                        verbose_name="within",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="locations",
                        to="sites.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "location",
                "verbose_name_plural": "locations",
                "ordering": ["path"],
                "indexes": [models.Index(fields=["site", "kind"], name="sites_location_site_kind")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "storage",
                                    "staging",
                                    "production",
                                    "quarantine",
                                    "transit",
                                    "supplier",
                                    "customer",
                                    "adjustment",
                                    "scrap",
                                ],
                            )
                        ),
                        name="sites_location_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="sites_location_not_own_parent",
                        violation_error_message="A location cannot lie within itself.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("site__isnull", False), ("parent__isnull", True), _connector="OR"
                        ),
                        name="sites_location_virtual_flat",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("site__isnull", True)),
                        fields=("kind",),
                        name="sites_location_virtual_once",
                        violation_error_message="There is already a virtual location of this kind.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                ("is_open", models.BooleanField(default=False, verbose_name="worked")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                (
                    "calendar",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="sites.calendar",
                        verbose_name="calendar",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar day",
                "verbose_name_plural": "calendar days",
                "ordering": ["calendar", "on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("calendar", "on"),
                        name="sites_day_once",
                        violation_error_message="The calendar already has an entry for this day.",
                    )
                ],
            },
        ),
    ]
