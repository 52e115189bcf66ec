"""A person or an organisation, once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Reverse
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models.fields import CodeField, MailField, PhoneField, TaxField
from loomline.kernel.money import CurrencyField
from loomline.kernel.record import Record, Thing


class PartyKind(models.TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    PERSON = "person", _("Person")


class Role(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    SUPPLIER = "supplier", _("Supplier")
    CARRIER = "carrier", _("Carrier")
    PARTNER = "partner", _("Partner")
    PROSPECT = "prospect", _("Prospect")
    SUBCONTRACTOR = "subcontractor", _("Subcontractor")
    COMPETITOR = "competitor", _("Competitor")


class Party(Thing):
    """Somebody we deal with. What it is to us is said by its roles, so one row serves them all.

    The columns is_customer, is_supplier and so on say which roles are held now; the database writes them
    whenever a role begins or ends, so that lists of a million parties are filtered by a column.
    """

    kind = models.CharField(
        _("kind"), max_length=12, choices=PartyKind.choices, default=PartyKind.ORGANISATION
    )
    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(_("sort name"), max_length=220, editable=False, default="")
    code = CodeField(_("code"), help_text=_("A short code of your own, such as NORD."))
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    vat_number = TaxField(_("VAT number"), blank=True, default="")
    currency = CurrencyField(_("currency"), blank=True, default="")
    email = MailField(_("e-mail"), blank=True, default="")
    phone = PhoneField(_("phone"), blank=True, default="")
    website = models.URLField(_("website"), blank=True, default="")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
        db_index=False,
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_customer = models.BooleanField(_("customer"), default=False, editable=False)
    is_supplier = models.BooleanField(_("supplier"), default=False, editable=False)
    is_carrier = models.BooleanField(_("carrier"), default=False, editable=False)
    is_partner = models.BooleanField(_("partner"), default=False, editable=False)
    is_prospect = models.BooleanField(_("prospect"), default=False, editable=False)
    is_subcontractor = models.BooleanField(_("subcontractor"), default=False, editable=False)
    is_competitor = models.BooleanField(_("competitor"), default=False, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_parties",
        verbose_name=_("owner"),
        db_index=False,
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parties",
        verbose_name=_("team"),
        db_index=False,
    )
    notes = models.TextField(_("notes"), blank=True)
    touch_days = models.PositiveSmallIntegerField(
        _("stay in touch every days"), null=True, blank=True, editable=False
    )
    touched_at = models.DateTimeField(_("last touch"), null=True, blank=True, editable=False)
    touch_due_on = models.DateField(_("next touch due"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="absorbed",
        verbose_name=_("merged into"),
        db_index=False,
    )
    opened_at = models.DateTimeField(_("opened"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["sort_name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="parties_party_kind"),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="parties_party_named",
                violation_error_message=_("A party needs a name."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="parties_party_not_own_parent",
                violation_error_message=_("A party cannot belong to itself, not even through others."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_active=False),
                name="parties_party_merged_is_archived",
            ),
        ]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="parties_party_sort"),
            models.Index(fields=["opened_at", "id"], name="parties_party_opened"),
            models.Index(
                fields=["touch_due_on", "id"],
                name="parties_party_touch",
                condition=Q(touch_due_on__isnull=False),
            ),
            models.Index(fields=["email"], name="parties_party_email", condition=~Q(email="")),
            # By the domain of the address, which is its end: read backwards, it is a beginning.
            models.Index(
                OpClass(Reverse("email"), name="text_pattern_ops"), name="parties_party_mail_domain"
            ),
            models.Index(fields=["phone"], name="parties_party_phone", condition=~Q(phone="")),
            models.Index(fields=["vat_number"], name="parties_party_vat", condition=~Q(vat_number="")),
            models.Index(
                fields=["sort_name", "id"], name="parties_party_customers", condition=Q(is_customer=True)
            ),
            models.Index(
                fields=["sort_name", "id"], name="parties_party_suppliers", condition=Q(is_supplier=True)
            ),
            models.Index(
                fields=["sort_name", "id"], name="parties_party_archived", condition=Q(is_active=False)
            ),
            # Most parties have none of these: an index of all of them would only slow their writing down.
            *(
                models.Index(
                    fields=[one], name=f"parties_party_of_{one}", condition=Q(**{f"{one}__isnull": False})
                )
                for one in ("parent", "owner", "team", "merged_into")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may_edit(self, field: str) -> bool:
        """True for every field but those that say which roles are held: roles are given and ended."""
        return field.removeprefix("is_") not in Role.values

    @property
    def roles_now(self) -> list[str]:
        """What the party is to us now, in words."""
        return [str(role.label) for role in Role if getattr(self, f"is_{role.value}")]

    @property
    def is_person(self) -> bool:
        """True for a human being, false for a company, school, authority."""
        return self.kind == PartyKind.PERSON

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar."""
        words = [word for word in self.name.split() if word[:1].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class IdentifierScheme(models.TextChoices):
    EORI = "eori", _("EORI number")
    DUNS = "duns", _("D-U-N-S number")
    GLN = "gln", _("GLN")
    LEI = "lei", _("LEI")
    REGISTER = "register", _("Company register")
    TAX = "tax", _("Tax number")
    THEIR_NUMBER_FOR_US = "account", _("Our number with them")


class Identifier(Record):
    """A number by which authorities and trading partners know a party."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="identifiers", verbose_name=_("party"))
    scheme = models.CharField(_("scheme"), max_length=12, choices=IdentifierScheme.choices)
    value = models.CharField(_("number"), max_length=60)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ["party", "scheme", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                condition=~Q(scheme=IdentifierScheme.THEIR_NUMBER_FOR_US),
                name="parties_identifier_once",
                violation_error_message=_("Another party already has this number."),
            ),
            models.UniqueConstraint(fields=["party", "scheme", "value"], name="parties_identifier_of_party"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.value}"
