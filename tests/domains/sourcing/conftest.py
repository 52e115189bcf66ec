"""Merino asked of three mills: one cheap and small, one at our door, one from far away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item
from loomline.domains.ledger.models import ExchangeRate
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference as places
from loomline.domains.sourcing import commands as sourcing
from loomline.domains.sourcing.commands import BidDraft, RfqLineDraft
from loomline.domains.sourcing.models import Bid, Incoterm, Invitation, Rfq, RfqLine
from loomline.kernel.context import Ctx

VALID = date(2026, 12, 31)


@dataclass
class Mills:
    """A request that runs, and the invitations of its three mills."""

    merino: Item
    rfq: Rfq
    line: RfqLine
    biella: Invitation
    serra: Invitation
    andes: Invitation
    parties: dict[str, Party] = field(default_factory=dict)

    def bid(self, name: str) -> Bid:
        found: Bid = Bid.objects.get(invitation=getattr(self, name))
        return found


Answer = Callable[..., Invitation]


@pytest.fixture
def mills(ctx: Ctx) -> Mills:
    units.load(ctx)
    places.load(ctx)
    sites.open_site(ctx, code="PORTO", name="Porto works")
    merino = catalog.add_item(ctx, sku="MER-248", name="Merino 2/48", unit="kg", tracking="lot")
    known = {
        key: parties.open_party(ctx, name=name, roles=["supplier"])
        for key, name in (("biella", "Biella Yarns"), ("serra", "Filatura Serra"), ("andes", "Andes Fibre"))
    }
    ExchangeRate.objects.create(currency="USD", into="EUR", on=date(2026, 11, 1), rate=Decimal("0.9"))
    rfq = sourcing.open_rfq(
        ctx,
        title="Merino for spring",
        lines=[RfqLineDraft(item=merino, quantity=Decimal(1000))],
        suppliers=list(known.values()),
        answer_by=date(2026, 12, 7),
        needed_on=date(2027, 1, 18),
    )
    rfq = sourcing.ask_suppliers(ctx, rfq=rfq)
    asked = {one.supplier_id: one for one in Invitation.objects.filter(rfq=rfq)}
    return Mills(
        merino=merino,
        rfq=rfq,
        line=rfq.lines.get(),
        parties=known,
        **{key: asked[party.pk] for key, party in known.items()},
    )


@pytest.fixture
def answer(ctx: Ctx, mills: Mills) -> Answer:
    """Answer for a mill: a price, or price breaks, and whatever else differs."""

    def make(
        name: str, *prices: str, by: Ctx | None = None, currency: str = "EUR", **terms: object
    ) -> Invitation:
        rows = [one.split(":") if ":" in one else ("0", one) for one in prices]
        head = {key: terms.pop(key) for key in ("incoterm", "valid_until", "note") if key in terms}
        return sourcing.answer_invitation(
            by or ctx,
            invitation=getattr(mills, name),
            lines=[
                BidDraft(line=mills.line, from_quantity=Decimal(start), price=Decimal(price), **terms)  # type: ignore[arg-type]
                for start, price in rows
            ],
            currency=currency,
            **{"incoterm": Incoterm.DAP, "valid_until": VALID, **head},  # type: ignore[arg-type]
        )

    return make
