"""Asking suppliers, awarding, contracts, approvals and orders that change."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_UP, Decimal

from pydantic import SecretStr

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts.models import Role, User
from loomline.domains.inbound import commands as inbound
from loomline.domains.inbound.commands import AnnouncedLine
from loomline.domains.parties import commands as parties
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import queries as purchasing
from loomline.domains.procurement.commands import PurchaseLineDraft
from loomline.domains.procurement.models import PurchaseState
from loomline.domains.sourcing import commands as sourcing
from loomline.domains.sourcing.commands import BidDraft, Judgement, LandingDraft, RfqLineDraft
from loomline.domains.sourcing.models import Bid, Decision, Incoterm, Invitation, Measure, Rfq
from loomline_demo.halden import Halden
from loomline_demo.story import DAY

MILLS = ("biella", "serra", "andes")
# Per mill: currency, price breaks, least, most, working days, kg CO2e, incoterm and place.
OFFERS = {
    "biella": ("EUR", (("0", "27.90"), ("500", "27.20")), "100", None, 20, "24.1", Incoterm.DAP, "Porto"),
    "serra": ("EUR", (("0", "28.60"),), "50", "400", 9, "22.4", Incoterm.DAP, "Porto"),
    "andes": ("EUR", (("0", "22.80"), ("800", "21.90")), "300", "600", 45, "29.8", Incoterm.FOB, "Callao"),
}


def ends(halden: Halden) -> None:
    """Spring's merino was asked of three mills and split; labels are being asked for now.

    The mill in Biella announces what is on its way.
    """
    _spring(halden)
    _labels(halden)
    _announce(halden, _guest(halden))


def proves(halden: Halden) -> None:
    """The merino is given to two mills, the cheapest as far as the rule lets it, and ordered in drafts."""
    decision = Decision.objects.get(rfq__title="Merino for the spring season")
    awards = {award.invitation.supplier.name: award for award in decision.awards.all()}
    given = {name: award.quantity for name, award in awards.items()}
    names = [halden.partners[key].name for key in ("biella", "andes")]
    halden.s.expect(
        given == dict(zip(names, (Decimal(500), Decimal(400)), strict=True)),
        "500 kg where the price falls, the rest where it is cheapest",
    )
    halden.s.expect(
        all(award.purchase.state == PurchaseState.DRAFT for award in awards.values()), "orders are drafted"
    )


def _spring(halden: Halden) -> None:
    s = halden.s
    buyer = s.by("buyer")
    rfq = sourcing.open_rfq(
        buyer,
        title="Merino for the spring season",
        lines=[RfqLineDraft(item=next(iter(halden.yarns.values())), quantity=Decimal(900))],
        suppliers=[halden.partners[key] for key in MILLS],
        answer_by=s.today + 10 * DAY,
        needed_on=s.today + 70 * DAY,
        note="Natural white, on cones of 1.5 kg. Mulesing-free, with the certificate.",
    )
    rfq = sourcing.ask_suppliers(buyer, rfq=rfq)
    for key in MILLS:
        _answered(halden, rfq, key)
    bids = {bid.invitation.supplier_id: bid for bid in Bid.objects.filter(invitation__rfq=rfq)}
    andes = bids[halden.partners["andes"].pk]
    landing = LandingDraft(bid=andes, freight=Decimal("1.85"), duty_rate=Decimal("0.038"), risk=Decimal(4))
    sourcing.estimate_landing(s.by("buyer"), rfq=rfq, lines=[landing])
    sourcing.weigh_criteria(
        s.by("buyer"),
        rfq=rfq,
        judgements=[
            Judgement(one=Measure.COST, other=Measure.LEAD, times=Decimal(2)),
            Judgement(one=Measure.COST, other=Measure.RISK, times=Decimal(3)),
            Judgement(one=Measure.LEAD, other=Measure.RISK, times=Decimal(2)),
        ],
    )
    sourcing.award_rfq(
        s.by("buyer"),
        rfq=rfq,
        reason="Two mills, none above 60 percent: the dock strike in Callao has taught us.",
        most_share=Decimal("0.6"),
    )


def _answered(halden: Halden, rfq: Rfq, key: str) -> None:
    s = halden.s
    currency, prices, least, most, days, co2e, incoterm, place = OFFERS[key]
    invitation = Invitation.objects.get(rfq=rfq, supplier=halden.partners[key])
    sourcing.answer_invitation(
        s.by("buyer"),
        invitation=invitation,
        lines=[
            BidDraft(
                line=rfq.lines.get(),
                from_quantity=Decimal(start),
                price=Decimal(price),
                min_quantity=Decimal(least),
                max_quantity=Decimal(most) if most else None,
                lead_days=days,
                co2e=Decimal(co2e),
            )
            for start, price in prices
        ],
        currency=currency,
        incoterm=incoterm,
        place=place,
        valid_until=s.today + 45 * DAY,
    )


def _labels(halden: Halden) -> None:
    s = halden.s
    rfq = sourcing.open_rfq(
        s.by("buyer"),
        title="Woven labels for a year",
        lines=[
            RfqLineDraft(item=halden.labels, quantity=Decimal(20000), specification="Damask, folded ends")
        ],
        suppliers=[halden.partners[key] for key in ("trims", "biella")],
        answer_by=s.today + 14 * DAY,
    )
    rfq = sourcing.ask_suppliers(s.by("buyer"), rfq=rfq)
    line = rfq.lines.get()
    sourcing.answer_invitation(
        s.by("buyer"),
        invitation=Invitation.objects.get(rfq=rfq, supplier=halden.partners["trims"]),
        lines=[
            BidDraft(line=line, price=Decimal("0.092"), min_quantity=Decimal(2000), lead_days=12),
            BidDraft(line=line, from_quantity=Decimal(10000), price=Decimal("0.081")),
        ],
        currency="EUR",
        incoterm=Incoterm.DAP,
        place="Porto",
        valid_until=s.today + 30 * DAY,
    )


def _guest(halden: Halden) -> User:
    """Somebody of the mill in Biella signs in to the portal."""
    s = halden.s
    guest = accounts.add_person(
        s.by("Demo"),
        email="piera.rossi@biella-yarns.example",
        name="Piera Rossi",
        title="Sales",
        password=SecretStr(s.password),
        roles=[Role.objects.get(name="Supplier portal")],
    )
    parties.give_portal_access(s.by("admin"), party=halden.partners["biella"], user=guest)
    return guest


def _announce(halden: Halden, guest: User) -> None:
    """Half of an order of yarn has left Biella; the rest follows, so no day moves."""
    s = halden.s
    mill = halden.partners["biella"]
    line = purchasing.awaited_lines().filter(purchase__supplier=mill, purchase__site__isnull=False).first()
    if line is None:
        item = PurchaseLineDraft(item=halden.yarns["merino"], quantity=Decimal(240), price=Decimal("27.20"))
        order = procurement.open_purchase(
            s.by("buyer"), supplier=mill, lines=[item], requested_on=s.today + 28 * DAY
        )
        shrugs = frozenset({"BelowMinimum", "PriceMissing", "AboveAgreed", "SoonerThanAgreed"})
        order = procurement.send_purchase(replace(s.by("buyer"), accepted=shrugs), purchase=order)
        line = order.lines.get()
    half = (line.open_quantity / 2).quantize(Decimal(1), ROUND_UP)
    inbound.announce_goods(
        replace(s.by("buyer"), actor=guest),
        purchase=line.purchase,
        lines=[AnnouncedLine(line=line, quantity=half, lot="BY-8804" if line.item.tracking == "lot" else "")],
        expected_on=max(line.expected_on or s.today, s.today),
        carrier="Alpina Trasporti",
        tracking="AT 4471 0926",
        delivery_note="DDT 1187",
    )
