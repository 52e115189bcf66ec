"""One season of a small knitwear brand: yarn, dyeing, knitting, tailoring, check, packing, shipping.

Each stage is done by another partner. The season ends on the day the demo is loaded, so that its pages
speak of today; `season(last_day=...)` tells it for any other day, and always tells the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from loomline.domains.catalog.models import Item, Style
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.commands import Count
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.commands import StageDraft
from loomline.domains.manufacturing.models import StageState, WorkLine, WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.commands import OpportunityLineDraft
from loomline.domains.pipeline.models import Opportunity, Stage
from loomline.domains.planning import commands as planning
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.quality import commands as quality
from loomline.domains.quality.models import CheckPlan
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft, QuoteLineDraft
from loomline.domains.sales.models import Order
from loomline.domains.sites import queries as sites
from loomline.domains.timeline import commands as timeline
from loomline.domains.tracing import queries as tracing
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel import edit
from loomline_demo.days import Days
from loomline_demo.story import Story

PASSWORD = "merino-and-indigo"
LOGINS: Sequence[tuple[str, str, str]] = (
    ("mara@halden.example", PASSWORD, "Key accounts, sales manager"),
    ("rui@halden.example", PASSWORD, "Planner"),
    ("sofia@halden.example", PASSWORD, "Buyer"),
    ("ana@halden.example", PASSWORD, "Warehouse"),
    ("admin@halden.example", PASSWORD, "Administrator"),
)
WEEKS = 13


def load() -> None:
    """Tell the season so that it ends today."""
    season(last_day=datetime.now(UTC).date())


def season(*, last_day: date) -> Story:
    """The whole story up to a day."""
    # The troubles come in the last week until Friday: a story told on a Monday ends a week later.
    monday = last_day - timedelta(
        days=last_day.weekday() if last_day.weekday() >= 4 else last_day.weekday() + 7
    )
    s = Story(start=monday - timedelta(weeks=WEEKS), password=PASSWORD)
    days = Days(s, seed=20261123)
    halden = Halden(s, days)
    halden.opens()
    halden.sells()
    days.until(last_day)
    halden.proves()
    return s


class Halden:
    """Halden Knitwear of Porto, its people, partners, goods and customers."""

    def __init__(self, story: Story, days: Days) -> None:
        self.s, self.days = story, days
        self.customers: dict[str, Party] = {}
        self.styles: dict[str, Style] = {}
        self.yarns: dict[str, Item] = {}
        self.orders: dict[str, Order] = {}

    def opens(self) -> None:
        """People, partners, materials, styles and the stock of the first day."""
        s = self.s
        s.company_is(
            "Halden Knitwear",
            country="PT",
            currency="EUR",
            timezone="Europe/Lisbon",
            email="hello@halden.example",
            address="Rua das Flores 120\n4050-265 Porto\nPortugal",
            vat_number="PT501442600",
        )
        for key, name, title, role in PEOPLE:
            first = name.split()[0].lower().replace("ê", "e")
            s.person(key, name, email=f"{first}@halden.example", title=title, roles=[role])
        s.person(
            "admin", "Ada Moura", email="admin@halden.example", title="Operations", roles=["Administrator"]
        )
        self.plant = s.home(
            "PORTO",
            "Porto plant",
            city="Porto",
            country="PT",
            latitude=Decimal("41.15"),
            longitude=Decimal("-8.61"),
            timezone="Europe/Lisbon",
        )
        partners = {
            key: s.supplier(name, roles=roles, place=place(*where)) for key, name, roles, where in PARTNERS
        }
        for key, (sku, name, price, supplier, lead) in YARNS.items():
            self.yarns[key] = s.material(
                sku, name, unit="kg", from_=partners[supplier], price=price, days=lead
            )
            self.yarns[f"{key} dyed"] = s.material(
                f"{sku}-D", f"{name}, dyed", unit="kg", from_=partners["dyer"], price=price, days=lead
            )
        self.labels = s.material(
            "LBL-SET", "Label and hangtag set", unit="pcs", from_=partners["trims"], price="0.18", days=7
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
            self.styles[code] = style
            s.made_of(
                style,
                (self.yarns[yarn], f"{kg} kg", "4 %"),
                (self.labels, "1 pcs", "1 %"),
                route=self._route(partners, yarn, Decimal(kg)),
            )
        quality_plan(self.s, self.yarns["merino dyed"])
        for name, owner, currency, where, contact in CUSTOMERS:
            self.customers[name] = s.customer(
                name,
                owner=owner,
                place=place(*where),
                contact=contact,
                currency=currency,
                credit_limit=Decimal(250000),
            )
        self._stock()

    def _route(self, partners: dict[str, Party], yarn: str, kg: Decimal) -> list[StageDraft]:
        dyer = partners["izmir"] if yarn == "alpaca" else partners["dyer"]
        return [
            StageDraft(
                name="Dyeing",
                kind="dyeing",
                days=3,
                partner=dyer,
                site=self.s.site_of(dyer),
                item=self.yarns[f"{yarn} dyed"],
                unit=self.yarns[yarn].unit,
                factor=(kg * Decimal("1.04")).quantize(Decimal("0.0001")),
                move_days=1,
            ),
            StageDraft(
                name="Knitting",
                kind="knitting",
                days=5,
                partner=partners["knitter"],
                site=self.s.site_of(partners["knitter"]),
            ),
            StageDraft(
                name="Tailoring",
                kind="tailoring",
                days=3,
                partner=partners["tailor"],
                site=self.s.site_of(partners["tailor"]),
            ),
            StageDraft(name="Quality check", kind="check", days=1, site=self.plant),
            StageDraft(name="Packing", kind="packing", days=1, site=self.plant),
        ]

    def _stock(self) -> None:
        """What lay in the plant on the first day: yarn, labels and a few finished pieces."""
        home = sites.storage_of(self.plant)
        goods = {
            self.yarns["merino"]: 900,
            self.yarns["lambswool"]: 260,
            self.yarns["cotton"]: 380,
            self.labels: 9000,
        }
        ready = Item.objects.filter(style__in=[self.styles["ALP-BEAN"], self.styles["COT-RIB"]])
        goods |= dict.fromkeys(ready, 420)
        lots = inventory.open_lots(
            self.s.by("Demo"),
            drafts=[inventory.LotDraft(item_id=item.pk, number=f"OPEN-{item.sku}"[:60]) for item in goods],
        )
        counts = [
            Count(item_id=lot.item_id, location_id=home.pk, lot_id=lot.pk, counted=Decimal(quantity))
            for lot, quantity in zip(lots, goods.values(), strict=True)
        ]
        inventory.adjust_stock(self.s.by("Demo"), counts=counts, reason="Opening stock")

    # Selling

    def sells(self) -> None:
        """Orders through the season, the deals that are open now, and what goes wrong."""
        for offset, customer, code, colour, pieces, weeks, way in ORDERS:
            self.s.on(
                offset,
                lambda c=customer, k=code, o=colour, n=pieces, w=weeks, y=way: self._order(c, k, o, n, w, y),
            )
        for offset, customer, name, code, pieces, stage, closes in DEALS:
            self.s.on(
                offset,
                lambda c=customer, m=name, k=code, n=pieces, g=stage, d=closes: self._deal(c, m, k, n, g, d),
            )
        for offset, company, person, interest in LEADS:
            self.s.on(offset, lambda c=company, p=person, i=interest: self._lead(c, p, i))
        self.s.on(TROUBLE["yarn"], self._yarn_comes_late)
        for offset, order, kind, days, reason in DELAYS:
            self.s.on(offset, lambda o=order, k=kind, d=days, r=reason: self._stage_is_late(o, k, d, r))
        self.s.on(TROUBLE["shade"], self._shade_fails)
        self.s.on(TROUBLE["vessel"], self._vessel_rolls)
        for offset, customer, words in CALLS:
            self.s.on(offset, lambda c=customer, w=words: self._call(c, w))

    def _order(self, customer: str, code: str, colour: str, pieces: int, weeks: int, way: str) -> None:
        party = self.customers[customer]
        lines = split(self.styles[code], colour, pieces)
        wanted = self.s.today + timedelta(weeks=weeks)
        rep = self._rep(party)
        if way == "quote":
            quote = sales.write_quote(
                self.s.by(rep),
                customer=party,
                wanted_on=wanted,
                lines=[QuoteLineDraft(item=item, quantity=Decimal(n)) for item, n in lines],
            )
            sales.send_quote(self.s.by(rep), quote=quote)
            reference = f"PO-{20400 + quote.pk}"
            order = sales.accept_quote(
                self.s.by(rep), quote=quote, accepted_by="Purchasing", customer_reference=reference
            )
        else:
            order = sales.open_order(
                self.s.by(rep),
                customer=party,
                wanted_on=wanted,
                customer_reference=f"45{len(self.orders):05d}",
                lines=[LineDraft(item=item, quantity=Decimal(n)) for item, n in lines],
            )
        sales.confirm_order(self.s.by(rep), order=order)
        planning.plan_supply(self.s.by("planner"), order=order)
        self.orders[f"{customer} {code}"] = order

    def _deal(self, customer: str, name: str, code: str, pieces: int, stage: int, closes: int) -> None:
        party = self.customers[customer]
        rep = self._rep(party)
        stages = list(Stage.objects.order_by("position"))
        deal = pipeline.open_opportunity(
            self.s.by(rep),
            name=name,
            party=party,
            closes_on=self.s.start + timedelta(weeks=WEEKS, days=closes),
            next_step="Agree sizes and delivery week",
            lines=[
                OpportunityLineDraft(item=item, quantity=Decimal(n), price=item.list_price or Decimal(0))
                for item, n in split(self.styles[code], "", pieces)
            ],
        )
        for step in stages[1 : stage + 1]:
            pipeline.move_to_stage(self.s.by(rep), opportunity=deal, stage=step)

    def _lead(self, company: str, person: str, interest: str) -> None:
        pipeline.capture_lead(
            self.s.by("mara"),
            name=person,
            company=company,
            email=f"{person.split()[0].lower()}@{company.split()[0].lower()}.example",
            interest=interest,
            source="fair",
        )

    def _call(self, customer: str, words: str) -> None:
        party = self.customers[customer]
        timeline.log_call(self.s.by(self._rep(party)), about=party, party=party, subject="Call", body=words)

    def _rep(self, party: Party) -> str:
        return next(key for key, user in self.s.people.items() if user.pk == party.owner_id)

    # What goes wrong

    def _yarn_comes_late(self) -> None:
        """The spinner has a broken frame: the yarn under way comes nine days late."""
        awaited = Purchase.objects.filter(
            state__in=("sent", "confirmed"), lines__item=self.yarns["lambswool"]
        )
        purchase = awaited.order_by("-expected_on").first()
        if purchase is not None and purchase.expected_on is not None:
            procurement.report_delay(
                self.s.by("buyer"),
                purchase=purchase,
                expected_on=purchase.expected_on + timedelta(days=9),
                reason="spinning frame down at the mill",
            )

    def _stage_is_late(self, order: str, kind: str, days: int, reason: str) -> None:
        """A partner says that a stage needs some days more."""
        stage = self._stage_of(order, kind)
        if stage is not None and stage.is_open:
            manufacturing.report_stage_delay(self.s.by("production"), stage=stage, days=days, reason=reason)

    def _shade_fails(self) -> None:
        """A dye lot is off shade: it is held until somebody decides."""
        stage = self._stage_of("Bramble Kids LAM-CARD", "dyeing")
        if stage is None or stage.state != StageState.RUNNING:
            return
        self.days.finish(stage, lot="L-3381")
        stage.refresh_from_db()
        if stage.lot is None:
            return
        check = quality.open_check(
            self.s.by("quality"), lot=stage.lot, characteristic="Shade", unit="ΔE", upper=Decimal("1.0")
        )
        quality.record_check(self.s.by("quality"), check=check, measured=Decimal("2.4"))
        self.days.held.add(stage.work_id)

    def _vessel_rolls(self) -> None:
        """A sea shipment is moved to the next sailing."""
        shipment = Shipment.objects.filter(state=ShipmentState.SHIPPED, order__customer__name__in=FAR).first()
        if shipment is not None and shipment.expected_on is not None:
            warehouse.report_delay(
                self.s.by("warehouse"),
                shipment=shipment,
                expected_on=shipment.expected_on + timedelta(days=5),
                reason="vessel rolled to the next sailing",
            )
            self.days.held.add(shipment.pk)

    def _stage_of(self, order: str, kind: str) -> WorkStage | None:
        found = self.orders.get(order)
        if found is None:
            return None
        works = WorkLine.objects.filter(origin_kind="sales.orderline", origin_id__in=found.lines.values("pk"))
        stages = WorkStage.objects.filter(work__in=works.values("work"), kind=kind).select_related(
            "work", "lot"
        )
        return stages.order_by("work", "position").first()

    # Proof

    def proves(self) -> None:
        """The figures that the season must end with."""
        pipeline.foresee_deliveries(
            self.s.by("Demo"), opportunities=list(Opportunity.objects.filter(state="open"))
        )
        late = self.orders["Nordvik Outdoor MER-CREW"]
        late.refresh_from_db()
        needs = [n for n in self._needs(late) if n.item_id == self.yarns["merino"].pk]
        self.s.expect(
            [n.quantity.amount for n in needs] == [Decimal("524.16")], "1 200 x 0.42 x 1.04 kg of merino"
        )
        line = late.lines.first()
        thread = tracing.thread_of(line, today=self.s.today) if line else None
        self.s.expect(
            thread is not None and len(thread.stretches) >= 6, "the thread reaches back to the yarn"
        )

    def _needs(self, order: Order) -> Any:
        work = (
            WorkLine.objects.filter(origin_kind="sales.orderline", origin_id__in=order.lines.values("pk"))
            .select_related("work")
            .first()
        )
        return making.needs_of(work=work.work) if work else []


def quality_plan(s: Story, item: Item) -> None:
    """Shade is measured on every dye lot."""
    save = edit.plain_commands(CheckPlan)["save"]
    limits = {"characteristic": "Shade", "unit": "ΔE", "upper": Decimal("1.0"), "method": "Spectrophotometer"}
    save(s.by("quality"), record=CheckPlan(), values={"item": item, **limits})


def split(style: Style, colour: str, pieces: int) -> list[tuple[Item, int]]:
    """An order of pieces spread over the sizes of one colour as people buy them: most in the middle."""
    items = list(style.items.filter(colour=colour) if colour else style.items.all())
    if not colour:
        first = items[0].colour
        items = [item for item in items if item.colour == first]
    shares = CURVES[len(items)]
    counts = [pieces * share // 100 for share in shares]
    counts[len(counts) // 2] += pieces - sum(counts)
    return list(zip(items, counts, strict=True))


def place(city: str, country: str, latitude: str, longitude: str) -> dict[str, Any]:
    """Where somebody is."""
    return {"city": city, "country": country, "latitude": Decimal(latitude), "longitude": Decimal(longitude)}


CURVES = {1: (100,), 2: (50, 50), 3: (30, 40, 30), 4: (20, 30, 30, 20), 5: (10, 20, 30, 25, 15)}
PEOPLE = (
    ("mara", "Mara Lindqvist", "Key accounts", "Sales manager"),
    ("tom", "Tom Okafor", "Sales", "Sales manager"),
    ("ines", "Inês Duarte", "Sales", "Sales manager"),
    ("planner", "Rui Costa", "Planning", "Planner"),
    ("buyer", "Sofia Almeida", "Purchasing", "Buyer"),
    ("production", "Jorge Melo", "Production", "Production"),
    ("warehouse", "Ana Reis", "Warehouse", "Warehouse"),
    ("quality", "Clara Nunes", "Quality", "Quality"),
    ("finance", "Hugo Pinto", "Finance", "Finance"),
)
PARTNERS = (
    ("biella", "Biella Yarns", ("supplier",), ("Biella", "IT", "45.56", "8.05")),
    ("serra", "Filatura Serra", ("supplier",), ("Covilhã", "PT", "40.28", "-7.50")),
    ("andes", "Andes Fibre", ("supplier",), ("Arequipa", "PE", "-16.41", "-71.54")),
    ("trims", "Etiqueta Norte", ("supplier",), ("Barcelos", "PT", "41.53", "-8.62")),
    ("dyer", "Braga Dye", ("supplier", "subcontractor"), ("Braga", "PT", "41.55", "-8.43")),
    ("izmir", "İzmir Dyehouse", ("supplier", "subcontractor"), ("İzmir", "TR", "38.42", "27.14")),
    ("knitter", "Minho Knit", ("subcontractor",), ("Vila Nova de Famalicão", "PT", "41.41", "-8.52")),
    ("tailor", "Guimarães Tailoring", ("subcontractor",), ("Guimarães", "PT", "41.44", "-8.29")),
)
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
CUSTOMERS = (
    (
        "Nordvik Outdoor",
        "mara",
        "EUR",
        ("Oslo", "NO", "59.91", "10.75"),
        ("Ingrid Solheim", "Head of buying"),
    ),
    ("Maison Léonie", "ines", "EUR", ("Lyon", "FR", "45.76", "4.84"), ("Claire Morel", "Buyer")),
    ("Harbour & Pine", "mara", "EUR", ("London", "GB", "51.51", "-0.13"), ("Owen Price", "Merchandiser")),
    ("Kestrel Workwear", "tom", "EUR", ("Hamburg", "DE", "53.55", "9.99"), ("Jan Petersen", "Procurement")),
    ("Oakline Retail", "tom", "EUR", ("Columbus", "US", "39.96", "-83.00"), ("Dana Whitfield", "Buyer")),
    ("Sato Knit Trading", "ines", "EUR", ("Osaka", "JP", "34.69", "135.50"), ("Kenji Sato", "Owner")),
    ("Bramble Kids", "ines", "EUR", ("Utrecht", "NL", "52.09", "5.12"), ("Femke Visser", "Buyer")),
    ("Alma Tessuti", "mara", "EUR", ("Prato", "IT", "43.88", "11.10"), ("Giulia Neri", "Purchasing")),
    ("Fjällglimt", "mara", "EUR", ("Göteborg", "SE", "57.71", "11.97"), ("Elsa Lund", "Range manager")),
    ("Blue Heron Surf", "tom", "EUR", ("Byron Bay", "AU", "-28.64", "153.61"), ("Kai Turner", "Founder")),
    ("Wolfe & Daughters", "ines", "EUR", ("Cork", "IE", "51.90", "-8.47"), ("Aoife Wolfe", "Owner")),
    ("Prairie Thread Co.", "tom", "EUR", ("Winnipeg", "CA", "49.90", "-97.14"), ("Beth Sinclair", "Buyer")),
)
# Day of the story, customer, style, colour, pieces, weeks to the wanted day, how it came.
ORDERS = (
    (0, "Harbour & Pine", "MER-CREW", "Coal", 480, 6, "quote"),
    (0, "Wolfe & Daughters", "ALP-BEAN", "Spruce", 180, 2, "order"),
    (1, "Fjällglimt", "MER-BASE", "Coal", 600, 6, "quote"),
    (2, "Kestrel Workwear", "COT-RIB", "Sea", 300, 3, "order"),
    (4, "Bramble Kids", "COT-RIB", "Chalk", 240, 3, "order"),
    (7, "Alma Tessuti", "LAM-CARD", "Oat", 260, 7, "quote"),
    (9, "Oakline Retail", "MER-CREW", "Ecru", 720, 8, "quote"),
    (11, "Nordvik Outdoor", "MER-BASE", "Ink", 800, 7, "order"),
    (14, "Maison Léonie", "LAM-CARD", "Madder", 320, 7, "quote"),
    (16, "Sato Knit Trading", "MER-CREW", "Fjord", 260, 8, "order"),
    (18, "Blue Heron Surf", "COT-RIB", "Sea", 200, 4, "order"),
    (21, "Prairie Thread Co.", "MER-BASE", "Coal", 340, 8, "quote"),
    (23, "Harbour & Pine", "ALP-BEAN", "Madder", 150, 3, "order"),
    (25, "Kestrel Workwear", "MER-CREW", "Coal", 900, 7, "quote"),
    (28, "Fjällglimt", "LAM-CARD", "Oat", 220, 7, "order"),
    (30, "Bramble Kids", "MER-BASE", "Ink", 420, 7, "quote"),
    (35, "Wolfe & Daughters", "COT-RIB", "Chalk", 160, 5, "order"),
    (37, "Alma Tessuti", "MER-CREW", "Ecru", 380, 7, "quote"),
    (42, "Oakline Retail", "LAM-CARD", "Madder", 410, 8, "order"),
    (44, "Harbour & Pine", "MER-BASE", "Coal", 520, 7, "quote"),
    (49, "Sato Knit Trading", "COT-RIB", "Sea", 240, 6, "order"),
    (51, "Kestrel Workwear", "LAM-CARD", "Oat", 300, 7, "quote"),
    (56, "Fjällglimt", "MER-CREW", "Fjord", 460, 6, "quote"),
    (58, "Prairie Thread Co.", "MER-CREW", "Coal", 280, 7, "order"),
    (60, "Blue Heron Surf", "MER-BASE", "Ink", 300, 7, "order"),
    (63, "Maison Léonie", "MER-BASE", "Ink", 540, 5, "quote"),
    (65, "Blue Heron Surf", "COT-RIB", "Sea", 260, 3, "order"),
    (67, "Oakline Retail", "COT-RIB", "Chalk", 300, 3, "order"),
    (70, "Sato Knit Trading", "MER-CREW", "Fjord", 310, 5, "quote"),
    (72, "Alma Tessuti", "COT-RIB", "Chalk", 380, 4, "order"),
    (74, "Harbour & Pine", "MER-CREW", "Coal", 620, 4, "quote"),
    (77, "Maison Léonie", "MER-CREW", "Ecru", 540, 3, "quote"),
    (77, "Kestrel Workwear", "MER-BASE", "Coal", 700, 4, "order"),
    (79, "Nordvik Outdoor", "MER-CREW", "Fjord", 1200, 3, "quote"),
    (79, "Oakline Retail", "MER-BASE", "Ink", 480, 6, "quote"),
    (81, "Wolfe & Daughters", "LAM-CARD", "Oat", 180, 4, "order"),
    (84, "Bramble Kids", "LAM-CARD", "Madder", 260, 3, "order"),
    (84, "Fjällglimt", "ALP-BEAN", "Spruce", 140, 1, "order"),
    (85, "Blue Heron Surf", "ALP-BEAN", "Madder", 160, 2, "order"),
    (86, "Sato Knit Trading", "MER-BASE", "Coal", 320, 7, "order"),
    (88, "Prairie Thread Co.", "LAM-CARD", "Oat", 240, 3, "quote"),
    (91, "Fjällglimt", "MER-CREW", "Ecru", 380, 7, "quote"),
    (93, "Harbour & Pine", "LAM-CARD", "Madder", 220, 8, "order"),
)
# Day, customer, name, style, pieces, stage, days after the season's last Monday on which it should close.
DEALS = (
    (40, "Nordvik Outdoor", "Arctic mid-layer 2027", "MER-CREW", 5200, 3, 4),
    (45, "Kestrel Workwear", "Chef knit, fire-retardant", "MER-BASE", 3100, 1, 22),
    (50, "Maison Léonie", "Boys' cardigan programme", "LAM-CARD", 1900, 2, 11),
    (55, "Harbour & Pine", "Crew jumper refill, 4 colours", "MER-CREW", 2100, 2, 8),
    (58, "Oakline Retail", "Team jackets, B2B shop", "LAM-CARD", 1300, 2, 15),
    (62, "Sato Knit Trading", "Yukata knit capsule", "COT-RIB", 2400, 3, 5),
    (66, "Bramble Kids", "School knit tender", "COT-RIB", 3600, 0, 50),
    (70, "Blue Heron Surf", "Surf hoodies restart", "COT-RIB", 1500, 0, 68),
    (74, "Prairie Thread Co.", "Alpaca accessories", "ALP-BEAN", 4100, 1, 16),
    (78, "Wolfe & Daughters", "Museum shop scarves", "ALP-BEAN", 1200, 1, 27),
    (82, "Alma Tessuti", "Organic cotton rib", "COT-RIB", 2600, 1, 24),
    (86, "Fjällglimt", "Merino crew, repeat", "MER-CREW", 1400, 3, 3),
)
LEADS = (
    (60, "Lumen Athletics", "Priya Raman", "Base layers for a running team, 6 styles"),
    (68, "Tidewater Sailing", "Marcus Bell", "Crew knit for a fleet of charter boats"),
    (75, "Café Orla", "Orla Byrne", "Aprons and beanies for 14 shops"),
    (83, "Stadtpark Museum", "Lena Vogt", "Scarves for an exhibition in May"),
    (89, "Granite Peak Guides", "Tyler Moss", "Mid-layers, 300 pieces, by February"),
)
CALLS = (
    (66, "Nordvik Outdoor", "Ingrid wants the Fjord blue to match last year's lab dip exactly."),
    (80, "Maison Léonie", "Claire asks whether the first sizes could come a week earlier."),
    (88, "Kestrel Workwear", "Jan confirms the delivery window at gate 3."),
)
# Day, order, stage, days, why.
DELAYS = (
    (94, "Nordvik Outdoor MER-CREW", "knitting", 4, "line 2 down, bearing on its way"),
    (94, "Sato Knit Trading MER-CREW", "tailoring", 3, "two sewers ill"),
    (94, "Harbour & Pine MER-CREW", "knitting", 2, "needle bed worn, spare set ordered"),
    (94, "Wolfe & Daughters LAM-CARD", "knitting", 1, "yarn had to be waxed again"),
)
FAR = frozenset({"Oakline Retail", "Sato Knit Trading", "Blue Heron Surf", "Prairie Thread Co."})
TROUBLE = {"yarn": 93, "knitter": 94, "shade": 95, "vessel": 93}
