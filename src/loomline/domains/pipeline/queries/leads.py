"""Leads: how soon they were answered, whom they resemble, what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Reverse
from django.utils.translation import gettext as _t

from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.events import LeadAssigned
from loomline.domains.pipeline.models import Lead, LeadState
from loomline.kernel.audit import Activity
from loomline.kernel.event import StoredEvent

ZERO = Decimal(0)
# Addresses there say nothing about the company somebody works for.
PUBLIC_MAIL = frozenset(
    [
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com"),
        *("me.com", "aol.com", "gmx.net", "gmx.de", "web.de", "t-online.de", "proton.me", "protonmail.com"),
        *("mail.com", "mail.ru", "yandex.ru", "orange.fr", "free.fr", "libero.it", "sapo.pt"),
    ]
)
MOST = 5


@dataclass(frozen=True)
class LeadSpeed:
    """How soon leads were worked on, in minutes."""

    waiting: int
    worked: int
    median: Decimal


def speed_to_lead(*, rows: QuerySet[Lead]) -> LeadSpeed:
    """From coming in to the first step somebody took."""
    times = sorted(
        Decimal((worked - captured).total_seconds()) / 60
        for captured, worked in rows.filter(worked_at__isnull=False).values_list("captured_at", "worked_at")
        if worked is not None
    )
    middle = len(times) // 2
    median = (times[middle] + times[~middle]) / 2 if times else ZERO
    waiting = rows.filter(state=LeadState.NEW).count()
    return LeadSpeed(waiting=waiting, worked=len(times), median=median.quantize(Decimal("0.1")))


def open_lead_load(*, user_ids: Iterable[int]) -> dict[int, int]:
    """How many open leads each person has. Costs one statement."""
    rows = Lead.objects.filter(owner__in=set(user_ids), state__in=(LeadState.NEW, LeadState.WORKING))
    counted = dict(rows.order_by().values_list("owner_id").annotate(n=Count("pk")))
    return {pk: counted.get(pk, 0) for pk in user_ids}


def last_given(*, lead: Lead) -> Mapping[str, Any]:
    """What was told when the lead was given to somebody last: to whom, and by which rule. One statement."""
    told = StoredEvent.objects.filter(
        name=LeadAssigned.name, subjects__kind="pipeline.lead", subjects__object_id=lead.pk
    )
    return told.order_by("-pk").values_list("payload", flat=True).first() or {}


@dataclass(frozen=True)
class Twin:
    """A party that a lead may be already, why, and whether that leaves no doubt."""

    party: Party
    why: str
    is_sure: bool


def twins_of_lead(*, lead: Lead, rows: QuerySet[Party]) -> list[Twin]:
    """The parties among `rows` that a lead may be already, the surest first.

    The same e-mail address or phone number is sure; the same name, or the same domain of a company's own
    mail, is worth a look. Two statements.
    """
    domain = lead.email.rpartition("@")[2]
    domain = "" if domain in PUBLIC_MAIL else domain
    at_address = set(parties.reached_at(emails=[lead.email]).get(lead.email, [])) if lead.email else set()
    names = [name.strip() for name in (lead.company, lead.name) if name.strip()]
    same = Q(pk__in=at_address)
    for name in names:
        same |= Q(name__iexact=name)
    if lead.phone:
        same |= Q(phone=lead.phone)
    if domain:
        same |= Q(backwards__startswith=f"{domain[::-1]}@")
    found = []
    alike = rows.alias(backwards=Reverse("email")).filter(same, is_active=True)
    for party in alike.order_by("pk")[: 4 * MOST]:
        if party.pk in at_address or (lead.email and party.email == lead.email):
            found.append(Twin(party, _t("the same e-mail address"), True))
        elif lead.phone and party.phone == lead.phone:
            found.append(Twin(party, _t("the same phone number"), True))
        elif party.name.lower() in {name.lower() for name in names}:
            found.append(Twin(party, _t("the same name"), party.name.lower() == lead.company.lower().strip()))
        else:
            found.append(Twin(party, _t("mail at {domain} too").format(domain=domain), False))
    return sorted(found, key=lambda twin: not twin.is_sure)[:MOST]


def conversion_of(*, lead: Lead) -> Activity | None:
    """The command that qualified a lead, if it was not taken back."""
    done = Activity.objects.filter(
        kind="pipeline.lead", object_id=lead.pk, verb="pipeline.convert_lead", undone_by__isnull=True
    )
    return done.order_by("-pk").first()
