"""What lies on a seller's desk: letters, tasks, offers in every state, prices by quantity, quotas, slips."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from email.message import EmailMessage

from loomline.domains.accounts.models import Role
from loomline.domains.catalog.models import Item
from loomline.domains.forecasting import commands as forecasting
from loomline.domains.mail import commands as mail
from loomline.domains.mail.commands import Incoming
from loomline.domains.mail.models import Mailbox, Message, Template
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.commands import StageDraft
from loomline.domains.pipeline.models import Category, Opportunity, Quota
from loomline.domains.pricing import commands as pricing
from loomline.domains.pricing.commands import PriceDraft
from loomline.domains.pricing.models import PriceList
from loomline.domains.quoting import commands as quoting
from loomline.domains.quoting.models import ApprovalPolicy, Terms
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.tasks import commands as tasks
from loomline.domains.timeline import commands as timeline
from loomline.kernel.edit import plain_commands
from loomline_demo.selling import keep
from loomline_demo.story import Story

TEMPLATES = (
    (
        "After a first talk",
        "Our talk today",
        ["pipeline.opportunity", "pipeline.lead", "parties.party"],
        "Dear {first_name},\n\nthank you for your time today. Below is what we agreed, and what I do next."
        "\n\n\nKind regards\n{sender}\n{sender_title}, {our_company}",
    ),
    (
        "Where your order stands",
        "Your order {number}",
        ["sales.order"],
        "Dear {first_name},\n\nyour order {number} is under way. I write again as soon as it leaves our"
        " plant.\n\nKind regards\n{sender}, {our_company}",
    ),
)
TERMS = (
    "Prices hold until the day named on the quote and are net, ex works Porto.\n"
    "Colours follow the signed lab dip, within a shade difference of 1.0 ΔE.\n"
    "Quantities may differ by 3 % per size; what is delivered is invoiced.\n"
    "Payment within 30 days of the invoice."
)
ARCTIC = "Arctic mid-layer 2027"
# Day, customer, subject, text. What Ingrid writes answers a letter of Mara's.
LETTERS = (
    (
        94,
        "Nordvik Outdoor",
        f"Re: {ARCTIC}, D-0001",
        "Hello Mara,\n\nthank you for the offer. Two things before I can sign: can the Fjord come in two"
        " deliveries, the first in week 3? And what would beanies in the same yarn cost?\n\n"
        "Best regards\nIngrid Solheim\nHead of buying, Nordvik Outdoor",
    ),
    (
        95,
        "Alma Tessuti",
        "Certificate for the organic cotton",
        "Dear Mara,\n\nfor our audit we need the GOTS certificate of the yarn in the rib styles. Could you"
        " send it by Friday?\n\nGrazie\nGiulia Neri",
    ),
)
STRANGER = (
    95,
    "Henrik Aas <henrik@fjellstua.example>",
    "Base layers for mountain huts",
    "Good day,\n\nwe run eleven huts above Lom and look for base layers and beanies for our staff, about"
    " 400 pieces. Do you make small runs?\n\nHenrik Aas\nFjellstua",
)
# Day, deal, days later. Chef knit is put off again and again.
SLIPS = (
    (73, "Chef knit, fire-retardant", 9),
    (83, "Chef knit, fire-retardant", 12),
    (87, "Alpaca accessories", 10),
)
FIRST_SNAPSHOT = 42


def desk_along_the_way(s: Story, *, weeks: int) -> None:
    """Every Monday the deals are written down; some closing days slip; letters go and come."""
    for day in range(FIRST_SNAPSHOT, weeks * 7 + 1, 7):
        s.on(day, lambda: forecasting.take_snapshot(s.by("Demo")))
    for day, deal, moved in SLIPS:
        s.on(day, lambda d=deal, m=moved: _slip(s, d, m))
    s.on(93, lambda: _write(s))
    for day, customer, subject, text in LETTERS:
        s.on(day, lambda c=customer, u=subject, t=text: _hear(s, _person(c), u, t))
    day, sender, subject, text = STRANGER
    s.on(day, lambda: _hear(s, sender, subject, text))


def desk(s: Story) -> None:
    """What lies there on the last day."""
    _other_pipeline(s)
    _prices(s)
    _quotas(s)
    _words(s)
    _offers(s)
    _to_do(s)


def _deal(name: str) -> Opportunity:
    return Opportunity.objects.select_related("party").get(name=name)


def _person(customer: str) -> str:
    """The contact of a customer as the sender of a letter."""
    tie = Party.objects.get(name=customer).people.select_related("person").first()
    assert tie is not None
    return f"{tie.person.name} <{tie.person.email}>"


def _slip(s: Story, name: str, days: int) -> None:
    deal = _deal(name)
    assert deal.closes_on is not None
    later = {"closes_on": deal.closes_on + timedelta(days=days)}
    plain_commands(Opportunity)["edit"](s.by("mara"), records=[deal], values=later)


def _write(s: Story) -> None:
    """Mara's mailbox has no server, for nobody in a demo has a password; what she sends lies in data/mail."""
    mara = s.people["mara"]
    keep(s, Mailbox(), name=mara.name, address=mara.email, owner=mara, privacy="full")
    words = (
        "Dear Ingrid,\n\nthe samples in Fjord and Coal left Porto this morning. The offer follows this week."
        "\n\nKind regards\nMara Lindqvist"
    )
    made = _letter(s, sender=f"{mara.name} <{mara.email}>", to=_person("Nordvik Outdoor"), text=words)
    made["Subject"] = f"{ARCTIC}, {_deal(ARCTIC).number}"
    _keep(s, made)


def _hear(s: Story, sender: str, subject: str, text: str) -> None:
    made = _letter(s, sender=sender, to=s.people["mara"].email, text=text)
    former = Message.objects.filter(subject=subject.removeprefix("Re: ")).first()
    if former is not None:
        made["In-Reply-To"] = former.message_id
    made["Subject"] = subject
    _keep(s, made)


def _letter(s: Story, *, sender: str, to: str, text: str) -> EmailMessage:
    made = EmailMessage()
    at = s.by("Demo").now
    made["From"], made["To"], made["Date"] = sender, to, at
    made["Message-ID"] = f"<{at:%j.%H%M%S}@{sender.rpartition('@')[2].rstrip('>')}>"
    made.set_content(text)
    return made


def _keep(s: Story, letter: EmailMessage) -> None:
    mailbox = Mailbox.objects.get(owner=s.people["mara"])
    mail.receive_message(s.by("Demo"), mailbox=mailbox, incoming=Incoming(raw=letter.as_bytes()))


def _other_pipeline(s: Story) -> None:
    """Those who buy again are sold to in fewer steps, and not all of them pay in euros."""
    made = pipeline.add_pipeline(
        s.by("admin"),
        name="Repeat orders",
        stages=[
            StageDraft(name="Asked again", probability=40, max_days=14),
            StageDraft(name="Dates agreed", probability=70, category=Category.BEST_CASE, max_days=14),
            StageDraft(name="Order awaited", probability=90, category=Category.COMMIT, tone="ok"),
        ],
    )
    stages = list(made.stages.order_by("position"))
    for rep, customer, name, amount, currency, stage, days in (
        ("tom", "Oakline Retail", "Team jackets, second run", "38000", "USD", 1, 18),
        ("mara", "Harbour & Pine", "Beanies for spring", "12400", "GBP", 0, 26),
        ("mara", "Fjällglimt", "Cardigan repeat", "21600", "EUR", 2, 6),
    ):
        pipeline.open_opportunity(
            s.by(rep),
            name=name,
            party=Party.objects.get(name=customer),
            stage=stages[stage],
            amount=Decimal(amount),
            currency=currency,
            closes_on=s.today + timedelta(days=days),
            next_step="Confirm the delivery week",
            next_step_on=s.today + timedelta(days=days // 2),
        )


def _prices(s: Story) -> None:
    """What everybody pays, and less from 500 and from 1,000 pieces on."""
    made = keep(s, PriceList(), name="Trade 2027", currency="EUR", is_default=True)
    prices = [
        PriceDraft(
            item=item,
            unit_price=((item.list_price or Decimal(0)) * share).quantize(Decimal("0.01")),
            from_quantity=Decimal(pieces),
        )
        for item in Item.objects.filter(style__isnull=False, list_price__gt=0)
        for pieces, share in ((0, Decimal(1)), (500, Decimal("0.96")), (1000, Decimal("0.92")))
    ]
    pricing.set_prices(s.by("admin"), price_list=made, prices=prices)


def _quotas(s: Story) -> None:
    first = s.today.replace(month=(s.today.month - 1) // 3 * 3 + 1, day=1)
    after = (first + timedelta(days=95)).replace(day=1)
    for owner, amount in ((None, "900000"), ("mara", "420000"), ("tom", "240000"), ("ines", "240000")):
        who = s.people[owner] if owner else None
        keep(s, Quota(), owner=who, starts_on=first, ends_on=after, amount=Decimal(amount), currency="EUR")


def _words(s: Story) -> None:
    for name, subject, kinds, text in TEMPLATES:
        keep(s, Template(), name=name, subject=subject, kinds=kinds, text=text)
    keep(s, Terms(), language="en", text=TERMS)
    step = {"level": 1, "threshold": Decimal("0.10"), "role": Role.objects.get(name="Sales manager")}
    policy = {"name": "Discounts above 10 %", "measure": "discount", "own_authority": False}
    keep(s, ApprovalPolicy(), {"steps": [step]}, **policy)


def _offers(s: Story) -> None:
    """One that the customer reads, in its second version; one that waits for our yes; one just begun."""
    deal = _deal(ARCTIC)
    first = sales.quote_opportunity(s.by("mara"), opportunity=deal)
    beanie = Item.objects.filter(style__code="ALP-BEAN").order_by("pk").first()
    base = Item.objects.filter(style__code="MER-BASE").order_by("pk").first()
    assert beanie is not None
    assert base is not None
    lines = [QuoteLineDraft(item=line.item, quantity=line.quantity, line=line) for line in first.lines.all()]
    lines += [
        QuoteLineDraft(item=base, quantity=Decimal(1040), alternative_of=1),
        QuoteLineDraft(item=beanie, quantity=Decimal(600), is_optional=True),
    ]
    sales.change_quote(s.by("mara"), quote=first, lines=lines)
    sales.send_quote(s.by("mara"), quote=first)
    second = sales.revise_quote(s.by("mara"), quote=first)
    lines = [
        QuoteLineDraft(
            item=line.item,
            quantity=line.quantity,
            price=line.price,
            discount=Decimal("0.03") if line.is_firm else Decimal(0),
            is_optional=line.is_optional,
            alternative_of=line.alternative_of,
            line=line,
        )
        for line in second.lines.select_related("item")
    ]
    sales.change_quote(s.by("mara"), quote=second, lines=lines, note="The freight to Oslo is on us.")
    sales.send_quote(s.by("mara"), quote=second)
    quoting.ask_question(
        s.by("Demo"), quote=second, name="Ingrid Solheim", text="Could the Fjord come in two deliveries?"
    )

    asked = sales.quote_opportunity(s.by("tom"), opportunity=_deal(SLIPS[0][1]))
    lines = [
        QuoteLineDraft(
            item=line.item, quantity=line.quantity, price=line.price, discount=Decimal("0.14"), line=line
        )
        for line in asked.lines.select_related("item")
    ]
    sales.change_quote(s.by("tom"), quote=asked, lines=lines)
    quoting.request_approval(s.by("tom"), quote=asked, note="They compare us with a mill in Łódź.")
    sales.quote_opportunity(s.by("mara"), opportunity=_deal("Crew jumper refill, 4 colours"))


def _to_do(s: Story) -> None:
    """Tasks and a meeting, as everybody has them on a Monday."""
    day = timedelta(days=1)
    for rep, title, due, about in (
        ("mara", "Send Ingrid the price of the beanies", s.today, _deal(ARCTIC)),
        ("mara", "Ask for the signed lab dip", s.today - 2 * day, Party.objects.get(name="Alma Tessuti")),
        ("mara", "Prepare the visit to Göteborg", s.today + 4 * day, Party.objects.get(name="Fjällglimt")),
        ("tom", "Look at the discount for the chef knit", s.today + day, _deal(SLIPS[0][1])),
    ):
        tasks.write_task(s.by(rep), title=title, due_on=due, about=about, assignee=s.people["mara"])
    timeline.log_meeting(
        s.by("mara"),
        about=Party.objects.get(name="Fjällglimt"),
        subject="Range review with Elsa Lund",
        body="Shades of the cardigan, delivery in two lots.",
        at=datetime.combine(s.today, time(14), s.now.tzinfo),
    )
