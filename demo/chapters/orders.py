"""Who buys, what is ordered through the season, and the deals that are open now."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from loomline.domains.catalog.models import Item, Style
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.commands import OpportunityLineDraft
from loomline.domains.pipeline.models import Opportunity, Stage
from loomline.domains.planning import commands as planning
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft, QuoteLineDraft
from loomline.domains.timeline import commands as timeline
from loomline_demo.halden import WEEKS, Halden, place


def opens(halden: Halden) -> None:
    """Customers, and on which day they do what."""
    for name, owner, currency, where, contact in CUSTOMERS:
        halden.customers[name] = halden.s.customer(
            name,
            owner=owner,
            place=place(*where),
            contact=contact,
            currency=currency,
            credit_limit=Decimal(250000),
        )
    for offset, customer, code, colour, pieces, weeks, way in ORDERS:
        halden.s.on(
            offset,
            lambda c=customer, k=code, o=colour, n=pieces, w=weeks, y=way: _order(halden, c, k, o, n, w, y),
        )
    for offset, customer, name, code, pieces, stage, closes in DEALS:
        halden.s.on(
            offset,
            lambda c=customer, m=name, k=code, n=pieces, g=stage, d=closes: _deal(halden, c, m, k, n, g, d),
        )
    for offset, company, person, interest in LEADS:
        halden.s.on(offset, lambda c=company, p=person, i=interest: _lead(halden, c, p, i))
    for offset, customer, words in CALLS:
        halden.s.on(offset, lambda c=customer, w=words: _call(halden, c, w))


def proves(halden: Halden) -> None:
    """Every open deal knows when it could be delivered."""
    pipeline.foresee_deliveries(
        halden.s.by("Demo"), opportunities=list(Opportunity.objects.filter(state="open"))
    )


def _order(halden: Halden, customer: str, code: str, colour: str, pieces: int, weeks: int, way: str) -> None:
    party = halden.customers[customer]
    lines = split(halden.styles[code], colour, pieces)
    wanted = halden.s.today + timedelta(weeks=weeks)
    rep = halden.rep(party)
    if way == "quote":
        quote = sales.write_quote(
            halden.s.by(rep),
            customer=party,
            wanted_on=wanted,
            lines=[QuoteLineDraft(item=item, quantity=Decimal(n)) for item, n in lines],
        )
        sales.send_quote(halden.s.by(rep), quote=quote)
        reference = f"PO-{20400 + quote.pk}"
        order = sales.accept_quote(
            halden.s.by(rep), quote=quote, accepted_by="Purchasing", customer_reference=reference
        )
    else:
        order = sales.open_order(
            halden.s.by(rep),
            customer=party,
            wanted_on=wanted,
            customer_reference=f"45{len(halden.orders):05d}",
            lines=[LineDraft(item=item, quantity=Decimal(n)) for item, n in lines],
        )
    sales.confirm_order(halden.s.by(rep), order=order)
    planning.plan_supply(halden.s.by("planner"), order=order)
    halden.orders[f"{customer} {code}"] = order


def _deal(halden: Halden, customer: str, name: str, code: str, pieces: int, stage: int, closes: int) -> None:
    party = halden.customers[customer]
    rep = halden.rep(party)
    stages = list(Stage.objects.order_by("position"))
    deal = pipeline.open_opportunity(
        halden.s.by(rep),
        name=name,
        party=party,
        closes_on=halden.s.start + timedelta(weeks=WEEKS, days=closes),
        next_step="Agree sizes and delivery week",
        lines=[
            OpportunityLineDraft(item=item, quantity=Decimal(n), price=item.list_price or Decimal(0))
            for item, n in split(halden.styles[code], "", pieces)
        ],
    )
    for step in stages[1 : stage + 1]:
        pipeline.move_to_stage(halden.s.by(rep), opportunity=deal, stage=step)


def _lead(halden: Halden, company: str, person: str, interest: str) -> None:
    pipeline.capture_lead(
        halden.s.by("mara"),
        name=person,
        company=company,
        email=f"{person.split()[0].lower()}@{company.split()[0].lower()}.example",
        interest=interest,
        source="fair",
    )


def _call(halden: Halden, customer: str, words: str) -> None:
    party = halden.customers[customer]
    timeline.log_call(halden.s.by(halden.rep(party)), about=party, party=party, subject="Call", body=words)


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


CURVES = {1: (100,), 2: (50, 50), 3: (30, 40, 30), 4: (20, 30, 30, 20), 5: (10, 20, 30, 25, 15)}
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
