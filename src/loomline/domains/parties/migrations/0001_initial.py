import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import loomline.domains.parties.models.fields
import loomline.kernel.money
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Party",
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
                (
                    "kind",
                    models.CharField(
                        choices=[("organisation", "Organisation"), ("person", "Person")],
                        default="organisation",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "sort_name",
                    models.CharField(default="", editable=False, max_length=220, verbose_name="sort name"),
                ),
                (
                    "code",
                    loomline.domains.parties.models.fields.CodeField(
                        blank=True,
                        help_text="A short code of your own, such as NORD.",
                        max_length=40,
                        null=True,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                ("legal_name", models.CharField(blank=True, max_length=200, verbose_name="legal name")),
                ("language", models.CharField(blank=True, max_length=16, verbose_name="language")),
                (
                    "vat_number",
                    loomline.domains.parties.models.fields.TaxField(
                        blank=True, default="", max_length=32, verbose_name="VAT number"
                    ),
                ),
                (
                    "currency",
                    loomline.kernel.money.CurrencyField(
                        blank=True, default="", max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "email",
                    loomline.domains.parties.models.fields.MailField(
                        blank=True, default="", max_length=254, verbose_name="e-mail"
                    ),
                ),
                (
                    "phone",
                    loomline.domains.parties.models.fields.PhoneField(
                        blank=True, default="", max_length=32, verbose_name="phone"
                    ),
                ),
                ("website", models.URLField(blank=True, default="", verbose_name="website")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("is_customer", models.BooleanField(default=False, editable=False, verbose_name="customer")),
                ("is_supplier", models.BooleanField(default=False, editable=False, verbose_name="supplier")),
                ("is_carrier", models.BooleanField(default=False, editable=False, verbose_name="carrier")),
                ("is_partner", models.BooleanField(default=False, editable=False, verbose_name="partner")),
                ("is_prospect", models.BooleanField(default=False, editable=False, verbose_name="prospect")),
                (
                    "is_subcontractor",
                    models.BooleanField(default=False, editable=False, verbose_name="subcontractor"),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "opened_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="opened",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absorbed",
                        to="parties.party",
                        verbose_name="merged into",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_parties",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="parties.party",
                        verbose_name="belongs to",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parties",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "party",
                "verbose_name_plural": "parties",
                "ordering": ["sort_name", "id"],
                "indexes": [
                    models.Index(fields=["sort_name", "id"], name="parties_party_sort"),
                    models.Index(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=["email"],
                        name="parties_party_email",
                    ),
                    models.Index(
                        condition=models.Q(("phone", ""), _negated=True),
                        fields=["phone"],
                        name="parties_party_phone",
                    ),
                    models.Index(
                        condition=models.Q(("vat_number", ""), _negated=True),
                        fields=["vat_number"],
                        name="parties_party_vat",
                    ),
                    models.Index(
                        condition=models.Q(("is_customer", True)),
                        fields=["sort_name", "id"],
                        name="parties_party_customers",
                    ),
                    models.Index(
                        condition=models.Q(("is_supplier", True)),
                        fields=["sort_name", "id"],
                        name="parties_party_suppliers",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["organisation", "person"])),
                        name="parties_party_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="parties_party_named",
                        violation_error_message="A party needs a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="parties_party_not_own_parent",
                        violation_error_message="A party cannot belong to itself.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into__isnull", True), ("is_active", False), _connector="OR"
                        ),
                        name="parties_party_merged_is_archived",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identifier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("eori", "EORI number"),
                            ("duns", "D-U-N-S number"),
                            ("gln", "GLN"),
                            ("lei", "LEI"),
                            ("register", "Company register"),
                            ("tax", "Tax number"),
                            ("account", "Our number with them"),
                        ],
                        max_length=12,
                        verbose_name="scheme",
                    ),
                ),
                ("value", models.CharField(max_length=60, verbose_name="number")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identifiers",
                        to="parties.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "identifier",
                "verbose_name_plural": "identifiers",
                "ordering": ["party", "scheme", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("scheme", "account"), _negated=True),
                        fields=("scheme", "value"),
                        name="parties_identifier_once",
                        violation_error_message="Another party already has this number.",
                    ),
                    models.UniqueConstraint(
                        fields=("party", "scheme", "value"), name="parties_identifier_of_party"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payment_days", models.PositiveSmallIntegerField(default=30, verbose_name="days to pay")),
                (
                    "credit_limit",
                    loomline.kernel.money.AmountField(
                        blank=True, decimal_places=4, max_digits=19, null=True, verbose_name="credit limit"
                    ),
                ),
                (
                    "currency",
                    loomline.kernel.money.CurrencyField(default="EUR", max_length=3, verbose_name="currency"),
                ),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="customer_terms",
                        to="parties.party",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer terms",
                "verbose_name_plural": "customer terms",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credit_limit__isnull", True), ("credit_limit__gte", 0), _connector="OR"
                        ),
                        name="parties_credit_limit",
                        violation_error_message="A credit limit cannot be negative; leave it empty for no limit.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("email", "E-mail"), ("phone", "Phone"), ("url", "Web page")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("value", models.CharField(max_length=254, verbose_name="as written")),
                ("normalised", models.CharField(editable=False, max_length=254, verbose_name="as compared")),
                ("purpose", models.CharField(blank=True, max_length=40, verbose_name="purpose")),
                ("is_primary", models.BooleanField(default=False, verbose_name="primary")),
                ("since", models.DateField(blank=True, null=True, verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "party",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_points",
                        to="parties.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact point",
                "verbose_name_plural": "contact points",
                "ordering": ["party", "kind", "-is_primary", "id"],
                "indexes": [models.Index(fields=["kind", "normalised"], name="parties_contact_value")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["email", "phone", "url"])),
                        name="parties_contact_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("since__isnull", True),
                            ("until__gte", models.F("since")),
                            _connector="OR",
                        ),
                        name="parties_contact_period",
                        violation_error_message="A contact point cannot end before it begins.",
                    ),
                    models.UniqueConstraint(
                        fields=("party", "kind", "normalised"),
                        name="parties_contact_once",
                        violation_error_message="The party already has this contact point.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("party", "kind"),
                        name="parties_contact_primary",
                        violation_error_message="The party already has a primary contact point of this kind.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("billing", "Billing"), ("shipping", "Shipping"), ("visiting", "Visiting")],
                        default="shipping",
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                ("line1", models.CharField(blank=True, max_length=200, verbose_name="street and number")),
                ("line2", models.CharField(blank=True, max_length=200, verbose_name="addition")),
                ("city", models.CharField(blank=True, max_length=120, verbose_name="city")),
                ("region", models.CharField(blank=True, max_length=120, verbose_name="region")),
                ("postcode", models.CharField(blank=True, max_length=20, verbose_name="postcode")),
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
                ("is_primary", models.BooleanField(default=False, verbose_name="primary")),
                (
                    "party",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="parties.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "address",
                "verbose_name_plural": "addresses",
                "ordering": ["party", "-is_primary", "id"],
                "indexes": [models.Index(fields=["party", "purpose"], name="parties_address_party")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["billing", "shipping", "visiting"])),
                        name="parties_address_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"
                        ),
                        name="parties_address_country",
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
                        name="parties_address_point",
                        violation_error_message="A point needs a latitude from -90 to 90 and a longitude from -180 to 180.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("party", "purpose"),
                        name="parties_address_primary",
                        violation_error_message="The party already has a primary address for this purpose.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("customer", "Customer"),
                            ("supplier", "Supplier"),
                            ("carrier", "Carrier"),
                            ("partner", "Partner"),
                            ("prospect", "Prospect"),
                            ("subcontractor", "Subcontractor"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("since", models.DateField(verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "party",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="parties.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "verbose_name": "role of a party",
                "verbose_name_plural": "roles of parties",
                "ordering": ["party", "role", "since"],
                "indexes": [
                    models.Index(fields=["party"], name="parties_role_party"),
                    models.Index(
                        condition=models.Q(("until__isnull", True)),
                        fields=["role", "party"],
                        name="parties_role_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                ["customer", "supplier", "carrier", "partner", "prospect", "subcontractor"],
                            )
                        ),
                        name="parties_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="parties_role_period",
                        violation_error_message="A role cannot end before it begins.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("party", "role"),
                        name="parties_role_open_once",
                        violation_error_message="The party already has this role.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortalAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portal_accesses",
                        to="parties.party",
                        verbose_name="party",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portal_accesses",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "portal access",
                "verbose_name_plural": "portal accesses",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "party"),
                        name="parties_portal_once",
                        violation_error_message="This user already sees the records of this party.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Relationship",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("employed_by", "works for"),
                            ("represents", "represents"),
                            ("owns", "owns"),
                            ("advises", "advises"),
                        ],
                        default="employed_by",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="job title")),
                ("since", models.DateField(blank=True, null=True, verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="parties.party",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ties",
                        to="parties.party",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "relationship",
                "verbose_name_plural": "relationships",
                "ordering": ["organisation", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["employed_by", "represents", "owns", "advises"])),
                        name="parties_tie_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("organisation")), _negated=True),
                        name="parties_tie_two",
                        violation_error_message="A relationship needs two different parties.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("since__isnull", True),
                            ("until__gte", models.F("since")),
                            _connector="OR",
                        ),
                        name="parties_tie_period",
                        violation_error_message="A relationship cannot end before it begins.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("person", "organisation", "kind"),
                        name="parties_tie_open_once",
                        violation_error_message="These two are already tied like this.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplierTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lead_days",
                    models.PositiveSmallIntegerField(default=10, verbose_name="lead time in working days"),
                ),
                ("payment_days", models.PositiveSmallIntegerField(default=30, verbose_name="days to pay")),
                (
                    "currency",
                    loomline.kernel.money.CurrencyField(default="EUR", max_length=3, verbose_name="currency"),
                ),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supplier_terms",
                        to="parties.party",
                        verbose_name="supplier",
                    ),
                ),
            ],
            options={
                "verbose_name": "supplier terms",
                "verbose_name_plural": "supplier terms",
            },
        ),
    ]
