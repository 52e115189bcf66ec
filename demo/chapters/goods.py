"""What Halden makes, of what and how, and what lies in the plant on the first day."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.bills.commands import StageDraft
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.commands import Count
from loomline.domains.quality.models import CheckPlan
from loomline.domains.sites import queries as sites
from loomline.kernel import edit
from loomline_demo.chapters.floor import work_centres
from loomline_demo.halden import Halden
from loomline_demo.story import Story


def opens(halden: Halden) -> None:
    """Materials, styles and the stock of the first day."""
    s = halden.s
    work_centres(halden)
    for key, (sku, name, price, supplier, lead) in YARNS.items():
        halden.yarns[key] = s.material(
            sku, name, unit="kg", from_=halden.partners[supplier], price=price, days=lead
        )
        halden.yarns[f"{key} dyed"] = s.material(
            f"{sku}-D", f"{name}, dyed", unit="kg", from_=halden.partners["dyer"], price=price, days=lead
        )
    halden.labels = s.material(
        "LBL-SET", "Label and hangtag set", unit="pcs", from_=halden.partners["trims"], price="0.18", days=7
    )
    for code, name, colours, sizes, yarn, kg, price, cost in STYLES:
        style = s.style(
            code,
            name,
            colours=colours,
            sizes=sizes,
            list_price=Decimal(price),
            standard_cost=Decimal(cost),
            weight_kg=Decimal(kg),
            lead_days=25,
        )
        halden.styles[code] = style
        s.made_of(
            style,
            (halden.yarns[yarn], f"{kg} kg", "4 %"),
            (halden.labels, "1 pcs", "1 %"),
            route=_route(halden, yarn, Decimal(kg)),
        )
    quality_plan(s, halden.yarns["merino dyed"])
    _stock(halden)


def _route(halden: Halden, yarn: str, kg: Decimal) -> list[StageDraft]:
    partners = halden.partners
    dyer = partners["izmir"] if yarn == "alpaca" else partners["dyer"]
    return [
        StageDraft(
            name="Dyeing",
            kind="dyeing",
            days=3,
            partner=dyer,
            site=halden.s.site_of(dyer),
            item=halden.yarns[f"{yarn} dyed"],
            unit=halden.yarns[yarn].unit,
            factor=(kg * Decimal("1.04")).quantize(Decimal("0.0001")),
            move_days=1,
            centre=halden.centres["izmir" if yarn == "alpaca" else "vats"],
            setup_minutes=Decimal(90),
            run_minutes=Decimal("2.5"),
            rate=Decimal("1.15"),
        ),
        StageDraft(
            name="Knitting",
            kind="knitting",
            days=5,
            partner=partners["knitter"],
            site=halden.s.site_of(partners["knitter"]),
            centre=halden.centres["beds"],
            setup_minutes=Decimal(45),
            run_minutes=Decimal(6),
            rate=Decimal("2.40"),
        ),
        StageDraft(
            name="Tailoring",
            kind="tailoring",
            days=3,
            partner=partners["tailor"],
            site=halden.s.site_of(partners["tailor"]),
            rate=Decimal("1.35"),
        ),
        StageDraft(
            name="Quality check",
            kind="check",
            days=1,
            site=halden.plant,
            centre=halden.centres["check"],
            run_minutes=Decimal("0.3"),
        ),
        StageDraft(
            name="Packing",
            kind="packing",
            days=1,
            site=halden.plant,
            centre=halden.centres["pack"],
            setup_minutes=Decimal(20),
            run_minutes=Decimal("0.25"),
        ),
    ]


def _stock(halden: Halden) -> None:
    """What lay in the plant on the first day: yarn, labels and a few finished pieces."""
    home = sites.storage_of(halden.plant)
    goods = {
        halden.yarns["merino"]: 900,
        halden.yarns["lambswool"]: 260,
        halden.yarns["cotton"]: 380,
        halden.labels: 9000,
    }
    ready = Item.objects.filter(style__in=[halden.styles["ALP-BEAN"], halden.styles["COT-RIB"]])
    goods |= dict.fromkeys(ready, 420)
    lots = inventory.open_lots(
        halden.s.by("Demo"),
        drafts=[inventory.LotDraft(item_id=item.pk, number=f"OPEN-{item.sku}"[:60]) for item in goods],
    )
    counts = [
        Count(item_id=lot.item_id, location_id=home.pk, lot_id=lot.pk, counted=Decimal(quantity))
        for lot, quantity in zip(lots, goods.values(), strict=True)
    ]
    inventory.adjust_stock(halden.s.by("Demo"), counts=counts, reason="Opening stock")


def quality_plan(s: Story, item: Item) -> None:
    """Shade is measured on every dye lot."""
    save = edit.plain_commands(CheckPlan)["save"]
    limits = {"characteristic": "Shade", "unit": "ΔE", "upper": Decimal("1.0"), "method": "Spectrophotometer"}
    save(s.by("quality"), record=CheckPlan(), values={"item": item, **limits})


YARNS = {
    "merino": ("YRN-MER-48", "Merino 2/48", "23.40", "biella", 12),
    "lambswool": ("YRN-LAM-28", "Lambswool 2/28", "14.80", "serra", 9),
    "alpaca": ("YRN-ALP-18", "Alpaca 3/18", "31.50", "andes", 24),
    "cotton": ("YRN-COT-30", "Organic cotton 30/1", "7.90", "serra", 8),
}
STYLES = (
    (
        "MER-CREW",
        "Merino crew jumper",
        ("Fjord #2f4a63", "Coal #26282e", "Ecru #e6dfce"),
        "S M L XL",
        "merino",
        "0.42",
        "31.50",
        "17.80",
    ),
    (
        "MER-BASE",
        "Merino base layer",
        ("Coal #26282e", "Ink #1d2b45"),
        "S M L XL",
        "merino",
        "0.24",
        "27.00",
        "13.20",
    ),
    (
        "LAM-CARD",
        "Lambswool cardigan",
        ("Madder #8c3b36", "Oat #cbb893"),
        "S M L",
        "lambswool",
        "0.55",
        "39.90",
        "19.60",
    ),
    (
        "ALP-BEAN",
        "Alpaca rib beanie",
        ("Spruce #3d6b57", "Madder #8c3b36"),
        "One",
        "alpaca",
        "0.09",
        "9.80",
        "4.90",
    ),
    (
        "COT-RIB",
        "Organic cotton rib",
        ("Chalk #e9e6dd", "Sea #4d7c8a"),
        "S M L",
        "cotton",
        "0.22",
        "14.40",
        "6.10",
    ),
)
