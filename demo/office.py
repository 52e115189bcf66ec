"""Halden's desk: letters and tasks, an offer and an approval that wait, the forecast, people's rights."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from email.utils import format_datetime

from pydantic import SecretStr

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts.models import Role, Team
from loomline.domains.automation import commands as automation
from loomline.domains.catalog.models import Item
from loomline.domains.coaching import commands as coaching
from loomline.domains.coaching.models import ActivityTarget, PlaybookQuestion
from loomline.domains.leads.models import AssignmentRule
from loomline.domains.mail import commands as mail
from loomline.domains.mail.models import Mailbox, MailboxState, Template
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.parties.queries import likeness
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Category, Opportunity, Stage
from loomline.domains.privacy import commands as privacy
from loomline.domains.privacy.models import RetentionPolicy
from loomline.domains.quoting import commands as quoting
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Order, Quote
from loomline.domains.tasks import commands as tasks
from loomline.engines import matching
from loomline_demo.selling import keep
from loomline_demo.story import DAY, Story

OFFICE = "hello@halden.example"
# Hours before the end of the story, whom it is from, whom it is to, the subject, the words.
LETTERS = (
    (
        70,
        "Ingrid Solheim",
        "",
        "Delivery of {order}",
        "Hello Mara,\n\nour shops open the winter window on the first of the month. Does {order} still come "
        "in time?\n\nKind regards\nIngrid",
    ),
    (
        66,
        "",
        "Ingrid Solheim",
        "Re: Delivery of {order}",
        "Hello Ingrid,\n\nthe knitter lost four days on one line. I send you the new day this week.\n\nMara",
    ),
    (
        5,
        "Ingrid Solheim",
        "",
        "Re: Delivery of {order}",
        "Hello Mara,\n\nthank you. Please send the Fjord blue first, it sells the fastest.\n\nIngrid",
    ),
    (
        30,
        "Owen Price",
        "",
        "Lab dips for the refill",
        "Morning,\n\ncould we have the four lab dips before Thursday?\n\nOwen",
    ),
    (
        3,
        "Marit Vik <marit@fjellull.example>",
        "",
        "Do you knit for others?",
        "Hello,\n\nwe sell hats in three shops in Bergen and look for a mill. Whom do I ask?\n\nMarit Vik",
    ),
)
TASKS = (
    ("mara", "admin", "Send Nordvik the new delivery day", "Ingrid waits for it.", 0, "Nordvik Outdoor"),
    ("mara", "mara", "Lab dips for Harbour & Pine", "Four shades, by Thursday.", 1, "Harbour & Pine"),
    ("mara", "ines", "Ask Claire about the first sizes", "", -2, "Maison Léonie"),
    ("admin", "admin", "Look over who may approve discounts", "Finance asked.", 5, ""),
)


def office(s: Story) -> None:
    """What lies on the desks on the last day."""
    _rules(s)
    _letters(s)
    _tasks(s)
    _offers(s)
    _forecast(s)
    _sellers(s)
    _rights(s)
    _twins(s)
    _guest(s)


def _rules(s: Story) -> None:
    """The rules look for the first time, and then something happens that one of them waits for."""
    automation.read_events(s.by("admin"))
    deal = Opportunity.objects.filter(state="open", stage__name="Quoted", amount__gt=20_000).earliest("pk")
    pipeline.move_to_stage(
        s.by("admin"), opportunity=deal, stage=Stage.objects.get(name="Negotiating", pipeline=deal.pipeline)
    )
    automation.define_field(
        s.by("admin"),
        entity="parties.party",
        label="Main season",
        kind="choice",
        choices=["Spring", "Autumn", "All year"],
    )


def _letters(s: Story) -> None:
    """A shared mailbox at rest: its letters are here, and no server is asked for more."""
    box = keep(s, Mailbox(state=MailboxState.PAUSED, address=OFFICE), name="Halden Knitwear")
    nordvik = Party.objects.get(name="Nordvik Outdoor")
    order = Order.objects.filter(customer=nordvik).latest("pk")
    first = ""
    for number, (hours, sender, to, subject, words) in enumerate(LETTERS):
        letter = EmailMessage()
        letter["Message-ID"] = f"<{number}@letters.halden.example>"
        letter["Date"] = format_datetime(s.now - timedelta(hours=hours))
        letter["From"], letter["To"] = _address(sender), _address(to)
        letter["Subject"] = subject.format(order=order.number)
        if subject.startswith("Re:"):
            letter["In-Reply-To"] = letter["References"] = first
        else:
            first = letter["Message-ID"]
        letter.set_content(words.format(order=order.number))
        mail.receive_message(s.by("Mail"), mailbox=box, incoming=mail.Incoming(raw=bytes(letter)))
    text = "Hello {first_name},\n\nyou find the new delivery day of {number} on your page.\n\nHalden Knitwear"
    keep(s, Template(), name="New delivery day", subject="{number} comes later", text=text)
    text = "Hello {first_name},\n\nthe sample box left us today.\n\nHalden Knitwear"
    keep(s, Template(), name="Samples are on their way", subject="Your sample box", text=text)


def _address(who: str) -> str:
    if not who:
        return f"Halden Knitwear <{OFFICE}>"
    known = Party.objects.filter(name=who, kind="person").first()
    return f"{who} <{known.email}>" if known is not None else who


def _tasks(s: Story) -> None:
    for author, who, title, text, days, about in TASKS:
        record = Party.objects.get(name=about) if about else None
        tasks.write_task(
            s.by(author),
            title=title,
            text=text,
            due_on=s.today + days * DAY,
            assignee=s.people[who],
            about=record,
        )


def _offers(s: Story) -> None:
    """An offer that a customer asks about, one that was declined, one that somebody must approve."""
    asked = _offer(s, "Harbour & Pine", "ALP-BEAN", optional="COT-RIB")
    link = quoting.share_quote(s.by("mara"), quote=asked)
    quoting.note_reading(s.by("Customer page"), link=link)
    quoting.ask_question(
        s.by("Customer page"), quote=asked, name="Owen Price", text="Is the beanie lined?", email=""
    )
    declined = _offer(s, "Alma Tessuti", "LAM-CARD")
    link = quoting.share_quote(s.by("mara"), quote=declined)
    reason = "We knit the cardigans in Prato this year."
    quoting.decline_offer(s.by("Customer page"), quote=declined, reason=reason, name="Giulia Neri", link=link)
    waits = _offer(s, "Fjällglimt", "MER-BASE", discount="0.15", is_draft=True)
    quoting.request_approval(s.by("mara"), quote=waits, note="They take the whole year's base layers.")


def _offer(
    s: Story, customer: str, code: str, *, optional: str = "", discount: str = "0", is_draft: bool = False
) -> Quote:
    firm = [
        QuoteLineDraft(item=item, quantity=Decimal(60), discount=Decimal(discount))
        for item in Item.objects.filter(style__code=code).order_by("pk")[:2]
    ]
    more = [
        QuoteLineDraft(item=item, quantity=Decimal(40), is_optional=True)
        for item in Item.objects.filter(style__code=optional).order_by("pk")[:1]
    ]
    party = Party.objects.get(name=customer)
    lines = [*firm, *more]
    quote: Quote = sales.write_quote(
        s.by("mara"), customer=party, lines=lines, wanted_on=s.today + timedelta(weeks=8)
    )
    return quote if is_draft else sales.send_quote(s.by("mara"), quote=quote)


def _forecast(s: Story) -> None:
    first = date(s.today.year, s.today.month - (s.today.month - 1) % 3, 1)
    after = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    pipeline.adjust_forecast(
        s.by("mara"),
        starts_on=first,
        ends_on=after,
        category=Category.COMMIT,
        amount=Decimal(240_000),
        note="The Arctic mid-layer signs this week, says Ingrid.",
        owner=s.people["mara"],
    )


def _sellers(s: Story) -> None:
    for person, activity, count in (
        ("mara", "timeline.CallLogged", 12),
        ("mara", "sales.QuoteSent", 4),
        ("tom", "timeline.CallLogged", 10),
    ):
        keep(s, ActivityTarget(), person=s.people[person], activity=activity, per_week=count)
    deal = Opportunity.objects.filter(state="open", owner=s.people["mara"]).earliest("pk")
    question = PlaybookQuestion.objects.filter(playbook__stage__pipeline=deal.pipeline).earliest("position")
    coaching.answer_playbook(
        s.by("mara"), opportunity=deal, question=question, text="Ingrid signs, for every shop in Norway."
    )
    coaching.write_review(
        s.by("admin"),
        seller=s.people["mara"],
        body="Two large deals stand still for three weeks. Both wait for samples.",
        agreed="Samples before the quote, not after it.",
        next_on=s.today + timedelta(days=14),
        opportunity=deal,
    )
    tests = [{"fact": "source", "test": "is", "value": "fair"}]
    members = [{"person": s.people[key]} for key in ("mara", "ines")]
    keep(s, AssignmentRule(), {"tests": tests, "members": members}, name="People met at fairs")


def _rights(s: Story) -> None:
    """Who said no, who is forgotten, and whom the house would forget next."""
    keep(s, RetentionPolicy(), name="Three years without a word", months=36)
    owen = Party.objects.get(name="Owen Price")
    privacy.withdraw_consent(s.by("mara"), party=owen, source="Phone", proof="Owen said so on the phone.")
    privacy.suppress_address(s.by("mara"), address="news@oldshop.example", source="Answer to the newsletter")
    left = parties.open_party(s.by("mara"), name="Petra Falk", kind="person", email="petra@falk.example")
    privacy.erase_people(s.by("admin"), people=[left], reason="Asked for it by e-mail")


def _twins(s: Story) -> None:
    """Somebody typed in a customer who was there, and the nightly search has found it."""
    known = Party.objects.get(name="Nordvik Outdoor")
    parties.open_party(
        replace(s.by("tom"), accepted=frozenset({"PossibleDuplicate"})),
        name="Nordvik Outdoor AS",
        roles=("customer",),
        email=known.email,
        owner=s.people["tom"],
    )
    found = [
        parties.FoundPair(
            first_id=first,
            second_id=second,
            score=Decimal(f"{score.value:.3f}"),
            reasons=likeness.as_told(score),
        )
        for first, second, score in likeness.scored(likeness.pairs_worth_comparing())
        if score.value >= matching.SUGGEST
    ]
    parties.queue_duplicates(s.by("Housekeeping"), found=found)


def _guest(s: Story) -> None:
    """A customer's own log-in to the portal, and a team."""
    ingrid = Party.objects.get(name="Ingrid Solheim")
    guest = accounts.add_person(
        s.by("Demo"),
        email=ingrid.email,
        name=ingrid.name,
        title="Head of buying",
        password=SecretStr(s.password),
        roles=[Role.objects.get(name="Customer portal")],
    )
    parties.give_portal_access(s.by("admin"), party=Party.objects.get(name="Nordvik Outdoor"), user=guest)
    team = keep(s, Team(), name="Key accounts")
    for key in ("mara", "tom", "ines"):
        accounts.set_teams(s.by("admin"), user=s.people[key], teams=[team])
