"""What a rule would do: the records it reaches, and a rehearsal on them; running it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loomline.domains.automation import commands, queries
from loomline.domains.automation.models import Rule, RuleState, Trigger
from loomline.domains.automation.pages import words
from loomline.domains.automation.pages.builder import RULES, rule_of
from loomline.domains.automation.pages.words import sentence
from loomline.domains.automation.queries import Fact, Found, Reach
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import answer, registry
from loomline.surface.page import action, need, page, staff


@staff
@require_GET
def reach_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Which records the draft would have worked on, and which not."""
    ctx, rule = rule_of(request, pk)
    return _page(request, ctx, rule, queries.reach_of(ctx, rule, rule.owner))


@staff
@require_http_methods(["POST"])
def rehearse_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Do it all on the first records, and take it back before anybody sees it."""
    ctx, rule = rule_of(request, pk)
    need(access.may(ctx, "automation.define_rule"), _t("rehearse rules"), "automation.define_rule")
    reach = queries.reach_of(ctx, rule, rule.owner)
    try:
        report = commands.rehearse(ctx, rule=rule)
    except Refused as refusal:
        return _page(request, ctx, rule, reach, fault=str(refusal))
    records = [
        {
            "subject": one.subject,
            "url": registry.url_of_kind(one.kind, one.object_id),
            "did": one.did,
            "told": one.told,
            "refused": one.refused,
        }
        for one in report.records
    ]
    return _page(request, ctx, rule, reach, rehearsal={"records": records, "stays": report.stays})


@staff
@require_POST
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an active rule work through all that fits, now."""
    ctx, rule = rule_of(request, pk)
    run = commands.run_now(ctx, rule=rule)
    if run is None:
        return answer.done(request, _t("No record fits now."), to=f"{RULES}{pk}/")
    told = _t("The run has begun; its steps are done within a minute.")
    if run.note:
        told = f"{told} {run.note.splitlines()[0]}"
    return answer.done(request, told, to=f"/automation/runs/{run.pk}/")


def _page(
    request: HttpRequest,
    ctx: Ctx,
    rule: Rule,
    reach: Reach,
    *,
    rehearsal: dict[str, Any] | None = None,
    fault: str = "",
) -> HttpResponse:
    base = f"{RULES}{rule.pk}/"
    labels = {fact.path: fact for fact in queries.facts_of(rule)}
    actions = []
    if access.may(ctx, "automation.define_rule"):
        actions.append(action(_t("Open the builder"), f"{base}build/", icon="pencil"))
    if rule.state == RuleState.ACTIVE and access.may(ctx, "automation.run_now"):
        question = _t("Let the active version work through all records that fit now?")
        actions.append(action(_t("Run now"), f"{base}run/", icon="bolt", method="post", confirm=question))
    context = {
        "page": page(
            _t("What it would do"),
            crumbs=[{"title": _t("Rules"), "url": RULES}, {"title": rule.name, "url": base}],
        ),
        "reach": {
            "title": _t("What “{rule}” would do").format(rule=rule.name),
            "says": sentence(rule),
            "summary": _summary(rule, reach),
            "fitting": [_found(one, "") for one in reach.fitting],
            "others": [_found(one, one.why or _why_not(ctx, rule, one, labels)) for one in reach.others],
            "more": max(0, reach.count - len(reach.fitting)),
            "fault": fault,
            "rehearsal": rehearsal,
            "rehearse_url": f"{base}rehearse/" if access.may(ctx, "automation.define_rule") else "",
            "actions": actions,
        },
    }
    return render(request, "automation/reach.html", context)


def _summary(rule: Rule, reach: Reach) -> str:
    """How many of what was looked at would have been dealt with."""
    if rule.trigger in (Trigger.EVENT, Trigger.FIELD):
        looked = ngettext("{n} time lately", "the last {n} times", reach.looked_at)
        text = _t("Of {looked} that this happened, the rule would have acted {count} times.")
        return text.format(looked=looked.format(n=reach.looked_at), count=reach.count)
    text = _t("Of the {n} newest records, {count} fit now.")
    return text.format(n=reach.looked_at, count=reach.count)


def _why_not(ctx: Ctx, rule: Rule, one: Found, labels: Mapping[str, Fact]) -> str:
    """The conditions that this record does not fulfil, with what it holds instead."""
    kinds = {path: fact.kind for path, fact in labels.items()}
    missed = [
        _t("{condition}; here it is {value}").format(
            condition=words.condition(row, labels), value=words.value(labels[row.fact], value)
        )
        for row, value in queries.unmet(ctx, rule, one.case, kinds)
    ]
    return "; ".join(missed) or _t("The condition does not hold.")


def _found(one: Found, why: str) -> dict[str, Any]:
    record = one.case.record
    name = str(getattr(record, "name", "") or "")
    return {
        "title": str(record),
        "sub": name if name != str(record) else "",
        "url": registry.url(record),
        "at": one.at,
        "why": why,
    }
