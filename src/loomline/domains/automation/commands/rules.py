"""Writing rules, and letting them act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.automation import queries
from loomline.domains.automation.events import RuleActivated, RulePaused
from loomline.domains.automation.models import Rule, RuleState, RuleVersion
from loomline.domains.automation.models.rule import DEFINING
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Invalid, Refused
from loomline.kernel.state import advance

KEPT = (*DEFINING, "rows")


class RuleUnnamed(Refused):
    """A name is how people speak of it."""

    says = _("Give the rule a name that says what it does.")


class OwnersWord(Refused):
    """A rule has the rights of its owner, so nobody else may let loose what they wrote into it."""

    says = _("Rule {rule} acts with the rights of {owner}. Take it over first; then it acts with yours.")


class NothingToPublish(Refused):
    """The version that acts is the draft."""

    says = _("Rule {rule} already acts as it is written.")


@command(label=_("New rule"), icon="plus", creates=Rule)
def add_rule(
    ctx: Ctx, *, name: str, description: str = "", definition: Mapping[str, Any] | None = None
) -> Rule:
    """Begin a rule as a draft: it does nothing until it is activated. It acts with your rights."""
    if not name.strip():
        raise RuleUnnamed(at_field="name")
    if Rule.objects.filter(name=name.strip()).exists():
        raise Invalid({"name": [_t("Another rule has this name.")]})

    rule = Rule(name=name.strip(), description=description, owner=ctx.actor)
    _write(rule, definition or {})
    _clean(rule)
    rule.save(force_insert=True)
    return rule


@command(hidden=True, undo=True)
def define_rule(
    ctx: Ctx, *, rule: Rule, definition: Mapping[str, Any], name: str = "", description: str | None = None
) -> Rule:
    """Write down anew when a rule acts, if what is so, and what it does. What is active stays as it was."""
    rule = lock(rule)

    _write(rule, definition)
    rule.name = name.strip() or rule.name
    rule.description = rule.description if description is None else description
    _clean(rule)
    fault = queries.fault_of_condition(rule)
    if fault:
        raise Invalid({"condition": [fault]})

    rule.save()
    return rule


@command(label=_("Activate"), icon="player-play", move="activate")
def activate_rule(ctx: Ctx, *, rule: Rule) -> Rule:
    """Let a rule act as it is written, from now on. Runs of before keep the version they followed."""
    rule = lock(rule)

    if rule.owner_id != ctx.actor.pk:
        raise OwnersWord(rule=rule, owner=rule.owner)
    faults = queries.faults_of(ctx, rule, rule.owner)
    if faults:
        raise Invalid(faults)
    before = rule.versions.order_by("-number").first()
    if before is not None and rule.state == RuleState.ACTIVE and is_same(rule, before):
        raise NothingToPublish(rule=rule)

    made = before
    if before is None or not is_same(rule, before):
        number = 1 if before is None else before.number + 1
        values = {name: getattr(rule, name) for name in DEFINING}
        made = RuleVersion.objects.create(
            rule=rule, number=number, author=ctx.actor, activated_at=ctx.now, **values
        )
    assert made is not None
    advance(rule, "activate", number=made.number)

    ctx.emit(RuleActivated(rule_id=rule.pk, rule=rule.name, version=made.number))
    return rule


@command(label=_("Pause"), icon="player-pause", move="pause")
def pause_rule(ctx: Ctx, *, rule: Rule) -> Rule:
    """Let a rule stand still at once, in the middle of a run too. What happens meanwhile is not heard."""
    rule = lock(rule)

    advance(rule, "pause")

    ctx.emit(RulePaused(rule_id=rule.pk, rule=rule.name))
    return rule


@command(label=_("Take over"), icon="user-circle", undo=True)
def take_over_rule(ctx: Ctx, *, rule: Rule) -> Rule:
    """Become the owner of a rule: from now on it acts with your rights. Nobody lends those of another."""
    rule = lock(rule)

    if rule.owner_id == ctx.actor.pk:
        raise Refused(_t("You already own this rule."))

    rule.owner = ctx.actor
    rule.save(update_fields=["owner"])
    return rule


@command(label=_("Copy"), icon="file-text")
def copy_rule(ctx: Ctx, *, rule: Rule, name: str) -> Rule:
    """Begin another rule from this one."""
    values = {field: getattr(rule, field) for field in KEPT}
    return add_rule(ctx, name=name, description=rule.description, definition=values)


def _write(rule: Rule, definition: Mapping[str, Any]) -> None:
    unknown = definition.keys() - set(KEPT)
    if unknown:
        raise Invalid({name: [_t("A rule has no such part.")] for name in sorted(unknown)})
    for name, value in definition.items():
        setattr(rule, name, value)


def _clean(rule: Rule) -> None:
    try:
        rule.full_clean(exclude=["owner"])
    except ValidationError as fault:
        raise Invalid({k: [str(m) for m in v] for k, v in fault.message_dict.items()}) from fault


def is_same(rule: Rule, version: RuleVersion) -> bool:
    """True when a version acts exactly as the draft is written."""
    return all(getattr(rule, name) == getattr(version, name) for name in DEFINING)
