"""What a party is to us, and what is agreed with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.commands.opening import SUPPLYING, RoleUnknown
from loomline.domains.parties.events import CustomerTermsAgreed, RoleEnded, RoleGiven, SupplierTermsAgreed
from loomline.domains.parties.models import CustomerTerms, Party, PartyRole, Role, SupplierTerms
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class RoleHeld(Refused):
    """A role is held once at a time."""

    says = _("{name} already is a {role}, since {since}.")


class RoleNotHeld(Refused):
    """Only a role that is held can end."""

    says = _("{name} is no {role}, so that cannot end.")


class LimitNegative(Refused):
    """A credit limit is nothing or more."""

    says = _(
        "A credit limit cannot be negative. Leave it empty for no limit; 0 means payment before delivery."
    )


@command(label=_("Give a role"), icon="user-plus", undo=True)
def give_role(ctx: Ctx, *, party: Party, role: Role, since: date | None = None) -> PartyRole:
    """Say what a party is to us from a day on; it may be several things at once."""
    party = lock(party)

    if role not in Role.values:
        raise RoleUnknown(name=party.name, role=role, roles=", ".join(Role.values), at_field="role")
    held = PartyRole.objects.filter(party=party, role=role, until__isnull=True).first()
    if held is not None:
        raise RoleHeld(name=party.name, role=str(Role(role).label).lower(), since=held.since)

    given: PartyRole = PartyRole.objects.create(party=party, role=role, since=since or ctx.today)
    currency = party.currency or ctx.company.currency
    if role == Role.CUSTOMER:
        CustomerTerms.objects.get_or_create(party=party, defaults={"currency": currency})
    elif role in SUPPLYING:
        SupplierTerms.objects.get_or_create(party=party, defaults={"currency": currency})

    ctx.emit(
        RoleGiven(
            party_id=party.pk,
            party=party.name,
            role=role,
            label=str(Role(role).label).lower(),
            since=given.since,
        )
    )
    return given


@command(label=_("End a role"), icon="user-circle", undo=True)
def end_role(ctx: Ctx, *, party: Party, role: Role, until: date | None = None) -> PartyRole:
    """Say that a party is no longer something to us; what was done under the role stays."""
    party = lock(party)
    held: PartyRole | None = (
        PartyRole.objects.select_for_update().filter(party=party, role=role, until__isnull=True).first()
    )

    if held is None:
        label = str(Role(role).label).lower() if role in Role.values else role
        raise RoleNotHeld(name=party.name, role=label, at_field="role")

    held.until = until or ctx.today
    held.save(update_fields=["until"])

    ctx.emit(
        RoleEnded(
            party_id=party.pk,
            party=party.name,
            role=role,
            label=str(Role(role).label).lower(),
            until=held.until,
        )
    )
    return held


@command(label=_("Agree customer terms"), icon="file-text", undo=True)
def set_customer_terms(
    ctx: Ctx,
    *,
    party: Party,
    payment_days: int = 30,
    credit_limit: Decimal | None = None,
    currency: str = "",
    hold_days: int | None = None,
) -> CustomerTerms:
    """Agree with a customer on days to pay, on a credit limit, and on how long goods are held for quotes."""
    party = lock(party)

    if credit_limit is not None and credit_limit < 0:
        raise LimitNegative(at_field="credit_limit")

    terms: CustomerTerms
    terms, _made = CustomerTerms.objects.update_or_create(
        party=party,
        defaults={
            "payment_days": payment_days,
            "credit_limit": credit_limit,
            "currency": currency or party.currency or ctx.company.currency,
            "hold_days": hold_days,
        },
    )

    limit = _("none") if credit_limit is None else Money(credit_limit, terms.currency)
    ctx.emit(
        CustomerTermsAgreed(
            party_id=party.pk,
            payment_days=payment_days,
            credit_limit=credit_limit,
            currency=terms.currency,
            limit=str(limit),
        )
    )
    return terms


@command(label=_("Agree supplier terms"), icon="file-text", undo=True)
def set_supplier_terms(
    ctx: Ctx, *, party: Party, lead_days: int = 10, payment_days: int = 30, currency: str = ""
) -> SupplierTerms:
    """Agree with a supplier in how many working days goods come and in how many days we pay."""
    party = lock(party)

    terms: SupplierTerms
    terms, _made = SupplierTerms.objects.update_or_create(
        party=party,
        defaults={
            "lead_days": lead_days,
            "payment_days": payment_days,
            "currency": currency or party.currency or ctx.company.currency,
        },
    )

    ctx.emit(
        SupplierTermsAgreed(
            party_id=party.pk, lead_days=lead_days, payment_days=payment_days, currency=terms.currency
        )
    )
    return terms
