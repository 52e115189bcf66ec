"""Where parties are reached."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.commands.drafts import refuse_unknown_country
from loomline.domains.parties.commands.reach import normalised
from loomline.domains.parties.events import (
    AddressAdded,
    AddressEnded,
    ContactPointAdded,
    ContactPointEnded,
    IdentifierAdded,
)
from loomline.domains.parties.models import (
    Address,
    AddressPurpose,
    ContactKind,
    ContactPoint,
    Identifier,
    IdentifierScheme,
    Party,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

SHORTCUT = {ContactKind.EMAIL: "email", ContactKind.PHONE: "phone", ContactKind.URL: "website"}


class AlreadyReached(Refused):
    """The same address is written once."""

    says = _("{name} already has {value}.")


class ContactEnded(Refused):
    """What has ended is no longer used."""

    says = _("{value} is no longer in use since {until}. Add it again to use it.")


class NeverFirst(Refused):
    """Nobody is reached in a social network first."""

    says = _("{value} is a profile in a social network. Use an e-mail address, a phone or a web page first.")


class ContactUnknown(Refused):
    """A word that is none of the kinds."""

    says = _("There is no kind of contact point {kind}. Use one of {kinds}.")


class AddressEmpty(Refused):
    """An address says at least where."""

    says = _("Fill in at least the street or the city.")


@command(label=_("Add contact point"), icon="mail", undo=True)
def add_contact_point(
    ctx: Ctx, *, party: Party, kind: ContactKind, value: str, purpose: str = "", is_primary: bool = False
) -> ContactPoint:
    """Note one more e-mail address, phone number or web page of a party."""
    party = lock(party)

    if kind not in ContactKind.values:
        raise ContactUnknown(kind=kind, kinds=", ".join(ContactKind.values), at_field="kind")
    plain = normalised(kind, value, name=party.name, country=ctx.company.country)
    known = ContactPoint.objects.filter(party=party, kind=kind, normalised=plain).first()
    if known is not None and known.until is None:
        raise AlreadyReached(name=party.name, value=value, at_field="value")

    point = known or ContactPoint(party=party, kind=kind, normalised=plain)
    point.value, point.purpose, point.since, point.until = value.strip(), purpose, ctx.today, None
    point.save()
    shortcut = SHORTCUT.get(ContactKind(kind))
    if shortcut is not None and (is_primary or not getattr(party, shortcut)):
        _put_first(party, point)

    label = str(ContactKind(kind).label)
    ctx.emit(
        ContactPointAdded(
            party_id=party.pk, contact_point_id=point.pk, kind=kind, label=label, value=point.value
        )
    )
    return point


@command(label=_("Use first"), icon="star", undo=True)
def make_primary(ctx: Ctx, *, contact_point: ContactPoint) -> ContactPoint:
    """Reach the party here first; the address used so far stays as a further one."""
    party = lock(contact_point.party)
    point = lock(contact_point)

    if point.until is not None:
        raise ContactEnded(value=point.value, until=point.until)
    if point.kind not in SHORTCUT:
        raise NeverFirst(value=point.value)

    _put_first(party, point)
    return point


@command(label=_("No longer in use"), icon="x", undo=True)
def end_contact_point(ctx: Ctx, *, contact_point: ContactPoint, until: date | None = None) -> ContactPoint:
    """Stop using an address; it still tells who wrote to us from it in the past."""
    party = lock(contact_point.party)
    point = lock(contact_point)

    if point.until is not None:
        raise ContactEnded(value=point.value, until=point.until)

    if point.is_primary:
        Party.objects.filter(pk=party.pk).update(**{SHORTCUT[ContactKind(point.kind)]: ""})
    point.until, point.is_primary = until or ctx.today, False
    point.save(update_fields=["until", "is_primary"])

    label = str(ContactKind(point.kind).label)
    ctx.emit(
        ContactPointEnded(
            party_id=party.pk, contact_point_id=point.pk, kind=point.kind, label=label, value=point.value
        )
    )
    return point


@command(label=_("Add address"), icon="map-pin", undo=True)
def add_address(
    ctx: Ctx,
    *,
    party: Party,
    purpose: AddressPurpose = AddressPurpose.SHIPPING,
    line1: str = "",
    line2: str = "",
    city: str = "",
    region: str = "",
    postcode: str = "",
    country: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    is_primary: bool = False,
) -> Address:
    """Note one more address of a party; the first of a purpose is its primary one."""
    party = lock(party)

    if not (line1.strip() or city.strip()):
        raise AddressEmpty(at_field="line1")
    refuse_unknown_country(country)

    others = Address.objects.filter(party=party, purpose=purpose, is_primary=True)
    first = is_primary or not others.exists()
    if first:
        others.update(is_primary=False)
    address: Address = Address.objects.create(
        party=party,
        purpose=purpose,
        line1=line1,
        line2=line2,
        city=city,
        region=region,
        postcode=postcode,
        country=country,
        since=ctx.today,
        latitude=latitude,
        longitude=longitude,
        is_primary=first,
    )

    label = str(AddressPurpose(purpose).label)
    ctx.emit(AddressAdded(party_id=party.pk, address_id=address.pk, label=label, address=str(address)))
    return address


@command(label=_("No longer in use"), icon="x", undo=True)
def end_address(ctx: Ctx, *, address: Address, until: date | None = None) -> Address:
    """Send nothing to an address any more; papers that bear it keep it."""
    address = lock(address)

    if address.until is not None:
        raise ContactEnded(value=str(address), until=address.until)

    address.until, address.is_primary = until or ctx.today, False
    address.save(update_fields=["until", "is_primary"])

    ctx.emit(
        AddressEnded(
            party_id=address.party_id,
            address_id=address.pk,
            label=str(AddressPurpose(address.purpose).label),
            address=str(address),
        )
    )
    return address


@command(label=_("Add identifier"), icon="id-badge-2", undo=True)
def add_identifier(ctx: Ctx, *, party: Party, scheme: IdentifierScheme, value: str) -> Identifier:
    """Note a number by which authorities or trading partners know a party."""
    party = lock(party)

    identifier: Identifier = Identifier.objects.create(party=party, scheme=scheme, value=value.strip())

    label = str(IdentifierScheme(scheme).label)
    ctx.emit(IdentifierAdded(party_id=party.pk, scheme=scheme, label=label, value=identifier.value))
    return identifier


def _put_first(party: Party, point: ContactPoint) -> None:
    """Change the shortcut on the party; the database then moves the mark from point to point."""
    shown = point.value if point.kind == ContactKind.URL else point.normalised
    if point.kind == ContactKind.URL and "://" not in shown:
        shown = f"https://{shown}"
    Party.objects.filter(pk=party.pk).update(**{SHORTCUT[ContactKind(point.kind)]: shown})
    point.is_primary = True
