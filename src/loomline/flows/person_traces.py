"""Where people leave traces in all domains, and what becomes of each when a person is erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from loomline.domains.coaching.models import PlaybookAnswer, Review
from loomline.domains.leads.models import FirstTouch, ScoreLine, Submission
from loomline.domains.parties.models import ContactKind, ContactPoint
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.privacy import ports as privacy
from loomline.domains.privacy.ports import Trace, found_in_models
from loomline.domains.tasks.models import Notice
from loomline.domains.timeline.queries import files_of
from loomline.flows.person_letters import letters_of
from loomline.kernel.port import fill
from loomline.kernel.record import Document

# Theirs alone: gone with them.
DROPPED = frozenset({"parties.contactpoint", "parties.address", "parties.identifier", "parties.portalaccess"})
# Ours, with their words in it: the words go.
BLANKED: Mapping[str, Mapping[str, Any]] = {
    "parties.relationship": {"title": ""},
    "timeline.note": {"body": "", "subject": "–", "outcome": ""},
    "exchange.foreignkey": {"unmapped": {}},
    "sourcing.invitation": {"note": "", "reason": ""},
    "scorecards.score": {"objection": "", "resolution": ""},
    "recalls.notice": {"address": "", "answer": ""},
    "dunning.reminder": {"send_to": "", "note": ""},
    "marketing.campaignmember": {"told": ""},
    "returns.goodsreturn": {"words": ""},
}
LEAD: Mapping[str, Any] = {
    "name": "–",
    "company": "",
    "job_title": "",
    "email": "",
    "phone": "",
    "interest": "",
    "source_detail": "",
    "custom": {},
}
# Ours, and about more than them: what names them goes.
RETOLD: Mapping[str, Sequence[str]] = {
    "tasks.task": ("title", "text", "about"),
    "pipeline.opportunity": ("name", "next_step", "lost_reason"),
    "requisitions.requisitionline": ("note",),
    "recalls.notice": ("body",),
    "dunning.dispute": ("reason", "outcome"),
    "dunning.credithold": ("reason",),
    "supplyplan.planpeg": ("demand",),
    "scenarios.lineday": ("document",),
    "scenarios.change": ("reason",),
}
# Nothing in them tells who somebody is, besides the person's number.
PLAIN = frozenset(
    {
        *("parties.party", "parties.partyrole", "parties.customerterms", "parties.supplierterms"),
        *("privacy.consent", "privacy.erasure", "pricing.customerpricelist", "pricing.tiermember"),
        *("procurement.supplieritem", "territories.partyplace", "inventory.lot", "sites.site"),
        *("bills.routestage", "manufacturing.workstage"),
        *("quality.checkplan", "quality.standing", "payables.matchtolerance"),
        *("payables.consumption",),
        *("dunning.dunningpolicy",),
        *("planning.peg", "quality.check", "mail.messagelink", "tasks.mute"),
        *("inventory.stockmove", "inventory.reservation", "inventory.pickingrule", "inventory.freeze"),
        *("manufacturing.workorder", "manufacturing.workline", "procurement.purchaseline"),
        *("supplyplan.planitem", "supplyplan.plannedorder", "supplyplan.actionmessage", "demand.series"),
        *("scenarios.scenarioorder",),
        *("promises.promise",),
        *("counting.countline", "costing.workcharge", "ledger.journalentry", "ledger.journalline"),
    }
)
# Found by more than the person's number: each has a function below.
OWN = frozenset({"pipeline.lead", "mail.thread", "mail.messageparty", "tasks.notice"})


@fill(privacy.traces_of)
def traces_of(*, people: Sequence[int]) -> list[Trace]:
    """Everything found in the models, with what becomes of it, and what only their addresses lead to."""
    points = ContactPoint.objects.filter(party__in=people, kind=ContactKind.EMAIL)
    addresses = list(points.values_list("normalised", flat=True))
    found = [_judged(trace) for trace in found_in_models(people=people) if trace.kind not in OWN]
    leads = Lead.objects.filter(Q(party__in=people) | Q(contact__in=people) | Q(email__in=addresses))
    lead_keys = list(leads.values_list("pk", flat=True))
    written = letters_of(people=people, addresses=addresses)
    about = {
        "parties.party": people,
        "pipeline.lead": lead_keys,
        "mail.message": written.letters,
        "mail.thread": written.threads,
    }
    return [*found, *_leads(people, lead_keys), *written.traces, *_coaching(people), _notices(about)]


def _judged(trace: Trace) -> Trace:
    keep = ""
    if issubclass(trace.rows.model, Document):
        keep = _("Trade and accounting records are kept as long as the law asks.")
    return replace(
        trace,
        drop=trace.kind in DROPPED,
        blank=BLANKED.get(trace.kind, {}),
        retell=RETOLD.get(trace.kind, ()),
        keep=keep,
    )


def _leads(people: Sequence[int], leads: Sequence[int]) -> list[Trace]:
    """What they were before we knew them, what they wrote into forms, and what their score rests on."""
    deals = Opportunity.objects.filter(Q(party__in=people) | Q(contact__in=people))
    scored = Q(lead__in=leads) | Q(party__in=people) | Q(opportunity__in=deals.values("pk"))
    return [
        Trace(rows=Lead.objects.filter(pk__in=leads), blank=LEAD, names=("name", "email", "phone")),
        Trace(rows=Submission.objects.filter(lead__in=leads), blank={"answers": {}}),
        Trace(rows=FirstTouch.objects.filter(lead__in=leads)),
        Trace(rows=ScoreLine.objects.filter(scored), blank={"evidence": ""}),
        Trace(rows=files_of(people=people, leads=leads), drop=True),
    ]


def _coaching(people: Sequence[int]) -> list[Trace]:
    """What was found out for a deal of theirs is theirs; a talk between colleagues only names them."""
    deals = Opportunity.objects.filter(Q(party__in=people) | Q(contact__in=people))
    own = PlaybookAnswer.objects.filter(opportunity__party__in=people)
    theirs = PlaybookAnswer.objects.filter(opportunity__contact__in=people)
    return [
        Trace(rows=own, blank={"text": "–"}),
        Trace(rows=theirs.exclude(opportunity__party__in=people), retell=("text",)),
        Trace(
            rows=Review.objects.filter(opportunity__in=deals.values("pk")),
            retell=("body", "agreed"),
            in_copy=False,
        ),
    ]


def _notices(about: Mapping[str, Sequence[int]]) -> Trace:
    """What colleagues were told about them once; nobody needs it again."""
    found = Q(pk__in=[])
    for kind, keys in about.items():
        found |= Q(about_kind=kind, about_id__in=keys)
    return Trace(rows=Notice.objects.filter(found), drop=True, in_copy=False)
