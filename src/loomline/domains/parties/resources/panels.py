"""What stands on the page of a party beside its own fields: documents, other tables, twins, people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import models, pages, queries
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.plain_table import plain_table
from loomline.surface.record_panels import DRAWERS
from loomline.surface.resource import (
    Panel,
    Related,
)

OVERDUE = "touch_due_on.to=today&is_active=true&sort=touch_due_on&columns=name,owner,touched_at,touch_due_on"
BUYING_TONES = {"decider": "ok", "budget": "info", "champion": "ok", "user": "muted", "blocker": "bad"}
PARTY = "parties.party"
MAIN = ("customer", "supplier", "party")
# How many columns a table has that stands among others.
BRIEF = 7
# How many such tables a tab has, as each costs a statement; some of the others have no list to lead to.
MOST_DOCUMENTS, MOST_OTHERS = 10, 7


class Held(Related):
    """A table that stands on the page only where there is something in it."""

    kind = "held"


class Fitting(Related):
    """A table that fits one kind of party; on the other it stands only where something is in it."""

    kind = "fitting"

    def __init__(self, relation: str, *columns: str, only: str, **options: Any) -> None:
        super().__init__(relation, *columns, **options)
        self.only = only


def draw_fitting(panel: Any, record: models.Party, ctx: Ctx) -> dict[str, Any] | None:
    """The table, unless it is empty and does not fit."""
    drawn = DRAWERS[Related](panel, record, ctx)
    return drawn if drawn and (record.kind == panel.only or drawn["table"]["rows"]) else None


DRAWERS[Fitting] = draw_fitting


def draw_held(panel: Panel, record: models.Party, ctx: Ctx) -> dict[str, Any] | None:
    """The table of related documents, or nothing; which ones there are is asked once for a page."""
    known: set[str] | None = record.__dict__.get("documents_held")
    if known is None:
        known = record.__dict__["documents_held"] = queries.documents_held(party=record)
    return _among(panel, record, ctx, most=MOST_DOCUMENTS) if panel.name in known else None


def _among(panel: Panel, record: models.Party, ctx: Ctx, *, most: int) -> dict[str, Any] | None:
    """One table among others: after so many, the way to the list of such records."""
    there: set[str] = record.__dict__.setdefault("tables_drawn", {}).setdefault(panel.kind, set())
    if len(there) >= most and (pointed := _pointed(panel, record)):
        return pointed
    drawn = DRAWERS[Related](panel, record, ctx)
    if not drawn or not drawn["table"]["rows"]:
        return None
    there.add(panel.name)
    return _brief(drawn, panel)


def _pointed(panel: Any, record: models.Party) -> dict[str, Any] | None:
    """The way to the list of such documents, where the page has tables enough."""
    target = registry.of(panel.target)
    if target is None or panel.back not in target.filter_map():
        return None
    url = f"{target.path()}?{panel.back}={record.pk}"
    return {
        "template": "loom/panels/table.html",
        "title": panel.title,
        "table": {"label": panel.title, "rows": []},
        "empty": _t("{many} have a list of their own.").format(many=panel.title),
        "empty_action": action(_t("Open the list"), url),
    }


def _brief(drawn: dict[str, Any], panel: Panel) -> dict[str, Any]:
    """Beside other tables, the first columns of a list are enough: its own page has the rest."""
    table = drawn["table"]
    table["columns"] = table["columns"][:BRIEF]
    for row in table["rows"]:
        row["cells"] = row["cells"][:BRIEF]
    return {**drawn, "title": panel.title}


DRAWERS[Held] = draw_held


def no_documents(ctx: Ctx, record: models.Party) -> dict[str, Any] | None:
    """What the overview says of a party with which nothing has been done yet."""
    record.__dict__["documents_held"] = known = queries.documents_held(party=record)
    if known:
        return None
    return {
        "title": "",
        "table": {"label": _t("Overview"), "rows": []},
        "empty": _t("No deals, quotes, orders, shipments or invoices yet. What you do together stands here."),
        "empty_action": _first_deal(ctx, record),
    }


def _first_deal(ctx: Ctx, record: models.Party) -> dict[str, Any] | None:
    """The way into business with somebody: deals are a matter of the domain above."""
    deals = registry.by_kind("pipeline.opportunity")
    if deals is None or not record.is_active or not deals.may_create(ctx):
        return None
    words = _t("New {what}").format(what=deals.title().lower())
    return action(words, f"{deals.path()}new/?party={record.pk}", icon="plus", kind="primary")


def documents() -> Iterator[Panel]:
    """A table for every kind of document that points at a party, whatever domain it belongs to.

    Nothing that touches a party is absent from its page: the tables are found, not listed. What a party
    is only the contact or the carrier of stands below what it is the customer or supplier of.
    """
    found: dict[str, list[Any]] = {}
    for relation in queries.document_relations():
        found.setdefault(relation.related_model._meta.label, []).append(relation)
    for relations in found.values():
        for relation in sorted(relations, key=lambda r: r.field.name not in MAIN):
            plural = capfirst(relation.related_model._meta.verbose_name_plural)
            if relation.field.name not in MAIN:
                role = relation.field.verbose_name
                plural = format_lazy(_("{documents}, as {role}"), documents=plural, role=role)
            is_main = relation.field.name in MAIN
            yield Held(relation.get_accessor_name(), title=plural, tab="overview", create=is_main)


# What the page shows by name, in a place of its own or as news.
NAMED = frozenset(
    [
        "people",
        "ties",
        "children",
        "absorbed",
        "contact_points",
        "addresses",
        "roles",
        "identifiers",
        "portal_accesses",
        "merges",
        "merged",
        "written_notes",
        "consents",
    ]
)


class Other(Related):
    """A table of records that are no documents, where there are any and the person may see such records."""

    kind = "other"


def draw_other(panel: Any, record: models.Party, ctx: Ctx) -> dict[str, Any] | None:
    """The table, or nothing; which ones there are is asked once for a page."""
    known: set[str] | None = record.__dict__.get("others_held")
    if known is None:
        others = queries.other_relations(besides=NAMED)
        known = record.__dict__["others_held"] = queries.documents_held(party=record, relations=others)
    if panel.name not in known or not access.may(ctx, access.view_permission(panel.target)):
        return None
    return _among(panel, record, ctx, most=MOST_OTHERS)


DRAWERS[Other] = draw_other


def others() -> Iterator[Panel]:
    """A table for everything else that points at a party, whatever domain it belongs to."""
    for relation in queries.other_relations(besides=NAMED):
        yield Other(str(relation.get_accessor_name()), tab="roles")


def as_customer(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """The form of customer terms opens with what holds now."""
    terms = queries.customer_terms(party=record)
    return {
        "payment_days": terms.payment_days,
        "credit_limit": terms.credit_limit,
        "currency": terms.currency,
        "hold_days": terms.hold_days,
    }


def as_supplier(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """The form of supplier terms opens with what holds now."""
    terms = queries.supplier_terms(party=record)
    return {"lead_days": terms.lead_days, "payment_days": terms.payment_days, "currency": terms.currency}


def nothing_known(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """A further contact point has another kind than the party."""
    return {"kind": models.ContactKind.EMAIL.value}


def twins(ctx: Ctx, record: models.Party) -> list[dict[str, Any]]:
    """Says on the page that the same party seems to be in the books twice, and offers to make it one."""
    if not record.is_active:
        return []
    return [
        {
            "tone": "warn",
            "title": _t("{name} looks like the same party.").format(name=twin.name),
            "text": _t("Look at both side by side, and merge them or say that they are two."),
            "action": action(_t("Compare"), f"{pages.MERGE}?ids={record.pk},{twin.pk}"),
        }
        for twin in queries.twins_of(party=record)
    ]


def merged(ctx: Ctx, record: models.Party) -> dict[str, Any] | None:
    """What became part of this party, and the way back."""
    found = pages.merges_of(ctx, record)
    if not found:
        return None
    return {
        "title": _t("Merged into this one"),
        "empty": "",
        "rows": [
            {
                "title": merge.absorbed.name,
                "text": _t("{day}, by {who}").format(day=draw_text.day(merge.at.date()), who=merge.by),
                "badge": None,
                "switch": None,
                "actions": [
                    action(_t("Look"), f"{registry.url_of_kind(PARTY, merge.absorbed_id)}?merged=1"),
                    action(
                        _t("Undo the merge"),
                        f"{registry.resources[models.Party].path()}do/unmerge_party/?ids={merge.absorbed_id}",
                        method="dialog",
                        why=_t("Its data was erased for good.") if merge.is_final else "",
                    ),
                ],
            }
            for merge in found
        ],
    }


def org_chart(ctx: Ctx, record: models.Party) -> dict[str, Any] | None:
    """Who reports to whom, with what each decides and when we last spoke."""
    if record.is_person:
        return None
    chart = queries.chart_of(organisation=record)
    if not any(tie.reports_to_id or tie.buying_role for tie, _depth in chart):
        return None
    shown = plain_table(
        _t("Org chart"),
        [_t("Person"), _t("As"), _t("Role in buying"), _t("Last touch"), _t("Next touch due")],
        [
            [
                Cell(text=tie.person.name, url=registry.url_of_kind(PARTY, tie.person_id)),
                Cell(text=tie.as_words),
                Cell(kind="badge", value=tie.get_buying_role_display(), tone=BUYING_TONES[tie.buying_role])
                if tie.buying_role
                else Cell(),
                Cell(text=draw_text.day(tie.person.touched_at.date()) if tie.person.touched_at else ""),
                Cell(text=draw_text.day(tie.person.touch_due_on) if tie.person.touch_due_on else ""),
            ]
            for tie, _depth in chart
        ],
    )
    for row, (_tie, depth) in zip(shown["table"]["rows"], chart, strict=True):
        row["depth"] = depth
    return {**shown, "template": "loom/panels/tree.html"}


def a_person(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """The new person has a name and addresses of its own."""
    return {"name": "", "email": "", "phone": ""}


def a_tie(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """Most people work for the organisation that they are tied to."""
    return {"kind": models.TieKind.EMPLOYED_BY.value}
