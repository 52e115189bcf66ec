"""A letter before it is written: from which mailbox, to whom, with which words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from loomline.domains.mail.models import Mailbox, MailboxState, Template
from loomline.domains.mail.queries.access import mailboxes_of
from loomline.domains.parties.models import ContactKind, ContactPoint, Party
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain

GAP = re.compile(r"\{(\w{1,40})\}")
# In which order a record is asked whom a letter about it goes to.
CONCERNED = ("contact", "party", "customer", "supplier", "person", "organisation")


@dataclass(frozen=True)
class Filled:
    """A template with its gaps filled; `missing` are those that the record cannot fill."""

    subject: str
    text: str
    missing: tuple[str, ...] = ()


def sender_for(ctx: Ctx) -> Mailbox | None:
    """The mailbox that a letter goes out from when nobody chose one; None: the company's own server."""
    able = Mailbox.objects.exclude(state=MailboxState.PAUSED).exclude(smtp_host="")
    if not ctx.actor.is_system:
        return mailboxes_of(ctx.actor).exclude(state=MailboxState.PAUSED).exclude(smtp_host="").first()
    return able.filter(owner__isnull=True, team__isnull=True).order_by("pk").first()


def parties_of(record: Any) -> list[Party]:
    """Whom a record is with, the person before the company."""
    if isinstance(record, Party):
        return [record]
    found = (getattr(record, name, None) for name in CONCERNED)
    return list(dict.fromkeys(party for party in found if isinstance(party, Party)))


def is_with_somebody(record: Any) -> bool:
    """True when a record is, or belongs to, somebody we could write to. No statement."""
    if isinstance(record, Party) or getattr(record, "email", None):
        return True
    names = {f.name: f.attname for f in record._meta.concrete_fields if f.related_model is Party}
    return any(getattr(record, names[name], None) for name in CONCERNED if name in names)


def addressees(record: Any) -> list[str]:
    """Where a letter about a record goes: the first party of it that has an address."""
    known = parties_of(record)
    for party in known:
        if party.email:
            return [party.email]
    if isinstance(getattr(record, "email", None), str) and record.email:
        return [record.email]
    points = ContactPoint.objects.filter(party__in=known, kind=ContactKind.EMAIL, until__isnull=True)
    return list(points.order_by("-is_primary", "pk").values_list("normalised", flat=True)[:1])


def templates_for(kind: str) -> list[Template]:
    """The letters with gaps that fit a kind of record."""
    return list(Template.objects.filter(Q(kinds=[]) | Q(kinds__contains=[kind])).order_by("name", "pk")[:100])


def values_of(ctx: Ctx, record: Any) -> dict[str, str]:
    """What the gaps of a template are filled with: the record's own fields, its party, and who writes."""
    known = parties_of(record) if record is not None else []
    person = next((p for p in known if p.is_person), None)
    company = next((p for p in known if not p.is_person), None)
    named = person or company
    values = {
        "sender": str(ctx.actor),
        "sender_first_name": str(getattr(ctx.actor, "first_name", "")),
        "sender_title": str(getattr(ctx.actor, "title", "")),
        "our_company": ctx.company.name,
        "today": _words(ctx.today),
    }
    if named is not None:
        values |= {
            "name": named.name,
            "first_name": named.name.split()[0] if person else named.name,
            "company": company.name if company else named.name,
        }
    elif str(getattr(record, "name", "")):
        values["first_name"] = record.name.split()[0]
    return {**_fields(record), **values} if record is not None else values


def filled(ctx: Ctx, template: Template, record: Any) -> Filled:
    """A template with the gaps filled that this record can fill; the others stay, and are named."""
    values = values_of(ctx, record)
    missing = [n for n in GAP.findall(template.subject + template.text) if not values.get(n)]
    return Filled(
        _filled(template.subject, values), _filled(template.text, values), tuple(dict.fromkeys(missing))
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return GAP.sub(lambda m: values.get(m.group(1)) or m.group(), text)


def _fields(record: Any) -> dict[str, str]:
    """The plain fields of a record in words; what is related is named by what it is called."""
    found = {}
    for field in record._meta.concrete_fields:
        if field.name in ("id", "custom", "notes") or (field.is_relation and not field.is_cached(record)):
            continue
        value = getattr(record, field.name)
        if (value not in (None, "") and isinstance(value, (str, int, Decimal, date))) or field.is_relation:
            found[field.name] = _words(value)
    return found


def _words(value: Any) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return plain(value) if isinstance(value, Decimal) else str(value if value is not None else "")
