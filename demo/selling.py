"""How Halden sells: territories, a form for samples, who is warm, what a stage asks for, what comes next."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from loomline.domains.coaching.models import Playbook
from loomline.domains.leads import commands as leads
from loomline.domains.leads import queries
from loomline.domains.leads.commands import Touch
from loomline.domains.leads.models import LeadForm, ResponseTarget, ScoreModel
from loomline.domains.mail.models import Provider
from loomline.domains.marketing import commands as marketing
from loomline.domains.marketing.models import CampaignMember, Means, Response
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Lead, Opportunity, Stage
from loomline.domains.territories import commands as territories
from loomline.domains.territories.models import Territory
from loomline.kernel.edit import plain_commands
from loomline_demo.story import Story

QUESTIONS = (("name", "", True), ("company", "", True), ("email", "", True), ("country", "", False))
PIECES = ("Under 300", "300 to 1,000", "More than 1,000")
RULES: tuple[dict[str, Any], ...] = (
    {"name": "Works for a company", "kind": "fit", "points": 10, "fact": "company", "test": "is known"},
    {"name": "Free mail address", "kind": "fit", "points": -5, "fact": "public_mail", "value": "yes"},
    {"name": "Met at a fair", "kind": "fit", "points": 15, "fact": "source", "value": "fair"},
    {
        "name": "Filled in a form",
        "points": 20,
        "event": "leads.FormSubmitted",
        "half_life_days": 30,
        "cap": 40,
    },
    {"name": "Talked with us", "points": 10, "event": "timeline.CallLogged", "half_life_days": 30, "cap": 30},
)


def selling(s: Story) -> None:
    """Set up on the last day, so that every page of selling has something to show."""
    _territories(s)
    _stages(s)
    _warmth(s)
    _form(s)
    _next_steps(s)
    _campaigns(s)
    _provider(s)


def keep(s: Story, record: Any, lines: dict[str, list[dict[str, Any]]] | None = None, **values: Any) -> Any:
    """Save a record with its lines, as the form of an administrator does."""
    command = plain_commands(type(record))["save"]
    return command(s.by("admin"), record=record, values=values, lines=lines or {})


def _territories(s: Story) -> None:
    north = [{"country": code} for code in ("NO", "SE", "DK", "FI")]
    middle = [{"country": code} for code in ("DE", "NL", "AT", "CH")]
    keep(s, Territory(), {"rules": north, "members": [{"person": s.people["mara"]}]}, name="Nordics")
    keep(s, Territory(), {"rules": middle}, name="Central Europe", position=2)
    territories.place_parties(s.by("Demo"), parties=list(Party.objects.filter(is_active=True)))


def _stages(s: Story) -> None:
    known = Stage.objects.get(name="Need known")
    rules = [
        {"fact": "lines", "test": "at least", "value": "1", "words": "Write down what they want to buy."}
    ]
    keep(s, known, {"rules": [*rules, {"fact": "closes_on", "test": "is known"}]})
    questions = [
        {"text": "Who signs, and what for?", "is_needed": True},
        {"text": "Which season and which delivery window?"},
        {"text": "Who else do they ask?", "help_text": "Name the mills and the agents."},
    ]
    keep(
        s,
        Playbook(),
        {"questions": questions},
        stage=Stage.objects.get(name="First talk"),
        title="First talk",
    )


def _warmth(s: Story) -> None:
    rules = [{"kind": "behaviour", "test": "is", **rule} for rule in RULES]
    bands = [
        {"name": "Warm", "enter": Decimal(20), "leave": Decimal(15), "tone": "warn"},
        {"name": "Hot", "enter": Decimal(40), "leave": Decimal(32), "tone": "ok"},
    ]
    model = keep(s, ScoreModel(), {"rules": rules, "bands": bands}, name="Warmth")
    leads.rescore(s.by("Demo"), model=model, keys=queries.to_score(model))
    keep(s, ResponseTarget(), minutes=120)


def _form(s: Story) -> None:
    fields = [{"tells": tells, "label": label, "is_required": needed} for tells, label, needed in QUESTIONS]
    fields.append({"tells": "question", "label": "How many pieces a season?", "options": list(PIECES)})
    form = keep(
        s,
        LeadForm(),
        {"fields": fields},
        name="Sample box",
        title="Ask for a sample box",
        text="Five yarns, twelve shades and one crew neck. Tell us who you are and we send it this week.",
        source="Website",
        consent="You may write to me about new yarns twice a year.",
    )
    asked = form.fields.get(tells="question")
    leads.submit_form(
        s.by("Web forms"),
        form=form,
        answers={
            "name": "Signe Dahl",
            "company": "Fjordhus",
            "email": "signe@fjordhus.example",
            "country": "NO",
            asked.key: PIECES[1],
        },
        touch=Touch(source="newsletter", medium="email", campaign="autumn shades"),
        stamp="demo",
        sender="demo",
        consented=True,
    )


def _next_steps(s: Story) -> None:
    deals = Opportunity.objects.filter(state="open").order_by("pk")
    words = ("Send the lab dips", "Call about the delivery window", "Show the sample box")
    for deal, (days, step) in zip(deals, enumerate(words), strict=False):
        pipeline.plan_next_step(
            s.by("mara"), opportunity=deal, next_step=step, next_step_on=s.today + timedelta(days=days)
        )


def _campaigns(s: Story) -> None:
    """The fair of the autumn, with who came by; the mailing of the spring is planned."""
    fair = marketing.plan_campaign(
        s.by("mara"),
        name="Autumn yarn fair",
        means=Means.EVENT,
        starts_on=s.today - timedelta(days=60),
        ends_on=s.today - timedelta(days=57),
        budget=Decimal(6000),
    )
    marketing.start_campaign(s.by("mara"), campaign=fair)
    shops = [deal.party for deal in Opportunity.objects.select_related("party").order_by("pk")]
    guests = list(dict.fromkeys(shops))[:6]
    asked = list(Lead.objects.order_by("pk")[:6])
    marketing.add_members(s.by("mara"), campaign=fair, parties=guests, leads=asked)
    answers = (Response.ATTENDED, Response.RESPONDED, Response.REACHED, Response.DECLINED)
    for n, member in enumerate(CampaignMember.objects.filter(campaign=fair).order_by("pk")):
        marketing.note_responses(s.by("mara"), members=[member], response=answers[n % len(answers)])
    keep(s, fair, cost=Decimal(5400))
    marketing.plan_campaign(
        s.by("mara"), name="Spring shades by post", means=Means.POST, starts_on=s.today + timedelta(days=40)
    )


def _provider(s: Story) -> None:
    """Where the people of Halden could allow their mailboxes; nothing answers there."""
    keep(
        s,
        Provider(),
        name="Halden ID",
        authorize_url="https://id.halden.example/authorize",
        token_url="https://id.halden.example/token",
        scopes="mail offline_access",
        client_id="loomline",
        imap_host="imap.halden.example",
        smtp_host="smtp.halden.example",
    )
