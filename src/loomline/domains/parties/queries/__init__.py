"""Who our parties are and how they belong together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from django.db import connection
from django.db.models import Exists, ForeignObjectRel, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from loomline.domains.parties.models import (
    Address,
    AddressPurpose,
    ContactKind,
    ContactPoint,
    CustomerTerms,
    Duplicate,
    Party,
    PartyRole,
    PortalAccess,
    Relationship,
    Role,
    SupplierTerms,
    Verdict,
)
from loomline.domains.parties.models.fields import mail_address, tax_number
from loomline.engines.matching import domain_of
from loomline.kernel import query
from loomline.kernel.prepared import AnyOf, prepared
from loomline.kernel.record import Document

BEST_ADDRESS: Mapping[str, Sequence[str]] = {
    AddressPurpose.SHIPPING: (AddressPurpose.SHIPPING, AddressPurpose.VISITING, AddressPurpose.BILLING),
    AddressPurpose.BILLING: (AddressPurpose.BILLING, AddressPurpose.VISITING, AddressPurpose.SHIPPING),
    AddressPurpose.VISITING: (AddressPurpose.VISITING, AddressPurpose.SHIPPING, AddressPurpose.BILLING),
}


def with_role(role: str, *, on: date | None = None) -> QuerySet[Party]:
    """The parties that have a role, now or on a day; archived ones are included, merged ones are not."""
    whole = Party.objects.filter(merged_into__isnull=True)
    if on is None:
        return whole.filter(**{f"is_{Role(role).value}": True})
    held = PartyRole.objects.filter(party=OuterRef("pk"), role=role, since__lte=on)
    return whole.filter(Exists(held.filter(Q(until__isnull=True) | Q(until__gt=on))))


def customers(*, on: date | None = None) -> QuerySet[Party]:
    """Those who buy from us."""
    return with_role(Role.CUSTOMER, on=on)


def suppliers(*, on: date | None = None) -> QuerySet[Party]:
    """Those we buy from."""
    return with_role(Role.SUPPLIER, on=on)


def roles_of(*, parties: Iterable[Party]) -> dict[int, list[str]]:
    """The roles that parties have now, by key, in the order of the roles. Costs one statement."""
    keys = [party.pk for party in parties]
    return {
        party.pk: [role.value for role in Role if getattr(party, f"is_{role.value}")]
        for party in Party.objects.filter(pk__in=keys)
    }


def has_role(*, party: Party, role: str) -> bool:
    """True when the party has this role now."""
    return with_role(role).filter(pk=party.pk).exists()


def main_address(*, party: Party, purpose: str = AddressPurpose.SHIPPING) -> Address | None:
    """The address to use for a purpose: the primary one of that purpose, or the nearest there is."""
    return main_addresses(party_ids=[party.pk], purpose=purpose).get(party.pk)


@prepared
def _addresses() -> QuerySet[Address]:
    return Address.objects.filter(AnyOf("party", "parties"), until__isnull=True).order_by(
        "party_id", "-is_primary", "pk"
    )


def main_addresses(*, party_ids: Iterable[int], purpose: str = AddressPurpose.SHIPPING) -> dict[int, Address]:
    """The address to use for a purpose, for many parties by key. Costs one statement."""
    order = list(BEST_ADDRESS[AddressPurpose(purpose)])
    best: dict[int, Address] = {}
    for address in _addresses(parties=list(party_ids)):
        known = best.get(address.party_id)
        if known is None or order.index(address.purpose) < order.index(known.purpose):
            best[address.party_id] = address
    return best


def people_of(*, party: Party) -> QuerySet[Relationship]:
    """The people who belong to an organisation now, with what ties them."""
    return (
        Relationship.objects.filter(organisation=party, until__isnull=True)
        .select_related("person")
        .order_by("person__sort_name", "pk")
    )


def organisations_of(*, person: Party) -> QuerySet[Relationship]:
    """The organisations a person belongs to now, with what ties them."""
    return (
        Relationship.objects.filter(person=person, until__isnull=True)
        .select_related("organisation")
        .order_by("organisation__sort_name", "pk")
    )


def chart_of(*, organisation: Party) -> list[tuple[Relationship, int]]:
    """Who reports to whom in an organisation now: from the top down, each with how deep. One statement."""
    below: dict[int | None, list[Relationship]] = {}
    here = list(people_of(party=organisation))
    keys = {tie.pk for tie in here}
    for tie in here:
        below.setdefault(tie.reports_to_id if tie.reports_to_id in keys else None, []).append(tie)
    found: list[tuple[Relationship, int]] = []
    waiting = [(tie, 0) for tie in reversed(below.get(None, []))]
    while waiting:
        tie, depth = waiting.pop()
        found.append((tie, depth))
        waiting += [(report, depth + 1) for report in reversed(below.get(tie.pk, []))]
    return found


def bosses(*, tie: Relationship) -> list[int]:
    """The keys of the ties that one reports to, itself first, up to the top."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE line (id, at) AS (SELECT %s::bigint, 1 UNION SELECT r.reports_to_id, at + 1"
            " FROM parties_relationship r JOIN line ON r.id = line.id WHERE at < 100)"
            " SELECT id FROM line WHERE id IS NOT NULL ORDER BY at",
            [tie.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def reached_through(*, person: Party, organisation: Party) -> list[ContactPoint]:
    """The e-mail addresses in use of a person that belong to an organisation's domains."""
    own = ContactPoint.objects.filter(party=organisation, until__isnull=True)
    domains = {domain_of(value) for value in own.values_list("normalised", flat=True)} - {""}
    rows = ContactPoint.objects.filter(party=person, kind=ContactKind.EMAIL, until__isnull=True)
    return [point for point in rows.order_by("pk") if domain_of(point.normalised) in domains]


def organisations_by_person(*, people: Iterable[int]) -> dict[int, list[int]]:
    """The organisations that people belong to now, by person. Costs one statement."""
    found: dict[int, list[int]] = {}
    ties = Relationship.objects.filter(person__in=set(people), until__isnull=True).order_by("pk")
    for person, organisation in ties.values_list("person_id", "organisation_id"):
        found.setdefault(person, []).append(organisation)
    return found


KIN = (
    "WITH RECURSIVE kin (id) AS (SELECT %s::bigint UNION SELECT p.id FROM parties_party p"
    " JOIN kin ON p.parent_id = kin.id) SELECT id FROM kin ORDER BY id"
)


def family(*, party: Party) -> list[int]:
    """The keys of a party and of all that belong to it, for figures of a whole group."""
    with connection.cursor() as cursor:
        cursor.execute(KIN, [party.pk])
        return [row[0] for row in cursor.fetchall()]


def kin_of(*, party: Party) -> RawSQL:
    """The same as part of another statement: `filter(customer__in=kin_of(party=party))`."""
    return RawSQL(KIN, [party.pk])


def ancestors(*, party: Party) -> list[int]:
    """The keys of all that a party belongs to, the nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE line (id, at) AS (SELECT parent_id, 1 FROM parties_party WHERE id = %s"
            " UNION SELECT p.parent_id, at + 1 FROM parties_party p JOIN line ON p.id = line.id"
            " WHERE at < 100) SELECT id FROM line WHERE id IS NOT NULL ORDER BY at",
            [party.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def customer_terms(*, party: Party) -> CustomerTerms:
    """What was agreed with a customer; unsaved defaults when nothing was."""
    found = CustomerTerms.objects.filter(party=party).first()
    return found or CustomerTerms(party=party, currency=party.currency or "EUR")


def supplier_terms(*, party: Party) -> SupplierTerms:
    """What was agreed with a supplier; unsaved defaults when nothing was."""
    found = SupplierTerms.objects.filter(party=party).first()
    return found or SupplierTerms(party=party, currency=party.currency or "EUR")


def reached_at(*, emails: Iterable[str]) -> dict[str, list[int]]:
    """Which parties use these e-mail addresses now: address to keys. Costs one statement."""
    wanted = {mail_address(email) for email in emails}
    found: dict[str, list[int]] = {}
    points = ContactPoint.objects.filter(kind=ContactKind.EMAIL, normalised__in=wanted, until__isnull=True)
    for value, party_id in points.order_by("pk").values_list("normalised", "party_id"):
        found.setdefault(value, []).append(party_id)
    return found


def possible_duplicates(*, kind: str, email: str = "", vat_number: str = "") -> QuerySet[Party]:
    """Active parties that have the same VAT number, or are of the same kind with the same e-mail address."""
    same = Q(pk__in=[])
    if tax_number(vat_number):
        same |= Q(vat_number=tax_number(vat_number))
    if mail_address(email):
        same |= Q(email=mail_address(email), kind=kind)
    return Party.objects.filter(same, is_active=True).order_by("pk")


class PartyToBe(Protocol):
    """What says of a party to be that it is in the books already."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def vat_number(self) -> str: ...


K = TypeVar("K", bound=PartyToBe)


def twins_among(*, drafts: Sequence[K]) -> Iterator[tuple[K, str]]:
    """Those of many parties to be who seem to be in the books, or in the list before, with that one's name.

    The same rule as `possible_duplicates`, in one statement for all of them.
    """
    emails = {mail_address(draft.email) for draft in drafts} - {""}
    numbers = {tax_number(draft.vat_number) for draft in drafts} - {""}
    rows = Party.objects.filter(Q(email__in=emails) | Q(vat_number__in=numbers), is_active=True)
    there: dict[tuple[str, str], str] = {}
    for kind, email, number, name in rows.values_list("kind", "email", "vat_number", "name").order_by("-pk"):
        there.update(dict.fromkeys([(kind, email), ("", number)], name))
    for draft in drafts:
        signs = [(str(draft.kind), mail_address(draft.email)), ("", tax_number(draft.vat_number))]
        told = [sign for sign in signs if sign[1]]
        found = next((there[sign] for sign in told if sign in there), "")
        if found:
            yield draft, found
        for sign in told:
            there.setdefault(sign, draft.name)


def twins_of(*, party: Party, at_most: int = 3) -> list[Party]:
    """Active parties that look like the same one: equal name, e-mail address, phone or VAT number, or a pair
    of the queue; without those of which somebody has said that they are two. Costs two statements.
    """
    pairs = Duplicate.objects.filter(Q(first=party) | Q(second=party))
    judged = {
        second if first == party.pk else first: verdict
        for first, second, verdict in pairs.values_list("first_id", "second_id", "verdict")
    }
    same = Q(sort_name=party.sort_name)
    for name in ("email", "phone", "vat_number"):
        if getattr(party, name):
            same |= Q(**{name: getattr(party, name)})
    same |= Q(pk__in=[pk for pk, verdict in judged.items() if verdict == Verdict.OPEN])
    two = [party.pk, *(pk for pk, verdict in judged.items() if verdict == Verdict.DISMISSED)]
    rows = Party.objects.filter(same, kind=party.kind, is_active=True).exclude(pk__in=two)
    return list(rows.order_by("pk")[:at_most])


def document_relations() -> list[ForeignObjectRel]:
    """Every way in which a document of any domain points at a party, found in the models, not listed."""
    return [
        relation
        for relation in Party._meta.related_objects
        if relation.one_to_many and issubclass(relation.related_model, Document)
    ]


def other_relations(*, besides: Collection[str]) -> list[ForeignObjectRel]:
    """Every way in which a record that is no document points at a party, besides those named."""
    return [
        relation
        for relation in Party._meta.related_objects
        if relation.one_to_many
        and not issubclass(relation.related_model, Document)
        and relation.get_accessor_name() not in besides
    ]


def documents_held(*, party: Party, relations: Sequence[ForeignObjectRel] = ()) -> set[str]:
    """The relations through which at least one document points at a party. Costs one statement."""
    relations = relations or document_relations()
    rows = (r.related_model._default_manager.filter(**{r.field.name: party}) for r in relations)
    there = query.count_each(rows, most=0)
    return {str(r.get_accessor_name()) for r, exists in zip(relations, there, strict=True) if exists}


def portal_parties(*, user_id: int) -> list[int]:
    """The keys of the parties whose records a portal user may see."""
    rows = PortalAccess.objects.filter(user=user_id, party__is_active=True)
    return list(rows.order_by("party_id").values_list("party_id", flat=True))
