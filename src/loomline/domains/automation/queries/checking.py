"""What still keeps a rule from acting: each fault with its place."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.automation.models import Action, Definition, Trigger
from loomline.domains.automation.queries import arguments, facts, offers
from loomline.domains.automation.queries.acting import owner_ctx
from loomline.domains.automation.queries.offers import Argument
from loomline.engines.rules import expression, text
from loomline.engines.rules.problem import BadExpression, Problem
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.event import registry as events
from loomline.kernel.refusal import Refused

WORDS = {
    "empty": _("Write an expression."),
    "long": _("The expression is longer than {detail} characters."),
    "syntax": _("This cannot be read{detail}."),
    "name": _("There is no fact called {name}{detail}."),
    "record": _("{name} is a whole record; name one of its fields, such as {detail}."),
    "function": _("There is no function called {name}{detail}."),
    "types": _("These values do not go together: {detail}"),
    "result": _("This gives {detail}, but {name} is wanted."),
    "digits": _("{name} has more digits than can be reckoned exactly."),
    "blank": _("{name} is empty."),
    "fault": "{detail}",
}
WANTED = {"number": "number", "boolean": "boolean", "date": "date", "moment": "moment"}


def words(problem: Problem) -> str:
    """A fault of an expression as people read it, with its place."""
    said = str(WORDS[problem.kind]).format(name=problem.name, detail=problem.detail)
    return _t("Line {line}, column {column}: {says}").format(
        line=problem.line, column=problem.column, says=said
    )


def faults_of(ctx: Ctx, definition: Definition, owner: User) -> dict[str, list[str]]:
    """What must be mended before a rule can act, by where it stands; empty when it can."""
    found: dict[str, list[str]] = {}
    for where, says in (
        *_of_trigger(definition, owner),
        *_of_condition(definition),
        *_of_actions(ctx, definition, owner),
    ):
        found.setdefault(where, []).append(says)
    return found


def fault_of_condition(definition: Definition) -> str:
    """What is wrong with the condition, with its place; empty when nothing is."""
    if not definition.condition.strip():
        return ""
    try:
        expression.read(definition.condition).check(facts.kinds_of(definition), wanted="boolean")
    except BadExpression as fault:
        return words(fault.problem)
    return ""


def lasting(definition: Definition) -> list[str]:
    """The actions that cannot be taken back once they are done, as people read them."""
    doings = (offers.doing_named(action.command) for action in definition.steps)
    return [doing.label for doing in doings if doing is not None and not doing.is_undoable]


def _of_trigger(definition: Definition, owner: User) -> Iterator[tuple[str, str]]:
    model = facts.entity_of(definition)
    if definition.trigger == Trigger.EVENT:
        event = events.get(definition.event)
        if event is None:
            yield "event", _t("Choose what must happen.")
            return
        if model is not None and not offers.subject_field(event, definition.entity):
            yield "entity", _t("This event is not about such a record. Choose one that it is about.")
    if model is None:
        yield "entity", _t("Choose the records that the rule works on.")
        return
    if access.level_of(owner, access.view_permission(model)) is access.Level.NONE:
        yield "entity", _t("The owner of the rule may not see these records.")
    if definition.trigger == Trigger.FIELD and not definition.fields:
        yield "fields", _t("Choose at least one field to watch.")
    if definition.trigger == Trigger.SCHEDULE:
        try:
            if definition.schedule is None:
                yield "every", _t("Say how often the rule looks.")
        except ValueError:
            yield "days", _t("Say on which days the rule looks.")


def _of_condition(definition: Definition) -> Iterator[tuple[str, str]]:
    fault = fault_of_condition(definition)
    if fault:
        yield "condition", fault


def _of_actions(ctx: Ctx, definition: Definition, owner: User) -> Iterator[tuple[str, str]]:
    if not definition.actions:
        yield "actions", _t("Say what shall be done.")
    kinds = facts.kinds_of(definition)
    for number, action in enumerate(definition.steps):
        doing = offers.doing_named(action.command)
        if doing is None:
            yield f"actions.{number}", str(arguments.CannotBeGiven(command=action.command))
            continue
        if access.level_of(owner, doing.name) is access.Level.NONE:
            says = _t("The owner of the rule may not do this: {command}.")
            yield f"actions.{number}", says.format(command=doing.label)
        if doing.is_edit and len(action.arguments.keys() - {"records"}) == 0:
            yield f"actions.{number}", _t("Choose at least one field to set.")
        for argument in doing.arguments:
            fault = _of_argument(ctx, definition, owner, argument, action, kinds)
            if fault:
                yield f"actions.{number}.{argument.name}", fault


def _of_argument(
    ctx: Ctx, definition: Definition, owner: User, argument: Argument, action: Action, kinds: dict[str, str]
) -> str:
    written = action.arguments.get(argument.name)
    said = str(written.get("is", "")).strip() if written is not None else ""
    if written is None or not said:
        if argument.is_subject:
            return _reached(definition, argument, "record")
        return (
            _t("{argument} must be filled in.").format(argument=argument.label) if argument.required else ""
        )
    try:
        match written.get("as"):
            case "record":
                return _reached(definition, argument, said)
            case "cel":
                wanted = WANTED.get(argument.kind, "any")
                expression.read(said).check(kinds, wanted=wanted)
            case "text":
                text.read_text(said).check(kinds)
            case _:
                arguments.fitted(owner_ctx(ctx, owner), argument, said)
    except BadExpression as fault:
        return words(fault.problem)
    except Refused as refusal:
        return str(refusal)
    return ""


def _reached(definition: Definition, argument: Argument, path: str) -> str:
    """Why a path leads to no record that fits this argument; empty when it does."""
    found = dict(offers.records_of(definition)).get(path)
    if found is None:
        return _t("{argument}: choose a record of this rule.").format(argument=argument.label)
    if argument.model is not None and found is not argument.model:
        return _t("{argument}: choose a {noun}.").format(
            argument=argument.label, noun=argument.model._meta.verbose_name
        )
    return ""
