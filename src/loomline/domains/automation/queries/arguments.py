"""From what was written in a rule to the arguments of a command."""

from __future__ import annotations

import enum
import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.domains.automation.models import Action
from loomline.domains.automation.queries import facts, offers
from loomline.domains.automation.queries.facts import Case
from loomline.domains.automation.queries.offers import Argument, Doing
from loomline.engines.rules import expression, text
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

Written = Mapping[str, str]


class CannotBeGiven(Refused):
    """A command that a rule names and cannot give."""

    says = _("A rule cannot give the command {command}. Choose another one.")


class Unfit(Refused):
    """A value of a rule that does not fit where it shall go."""

    says = _("{argument}: {value} does not fit here.")


class Missing(Refused):
    """A value of a rule that is needed and empty on this record."""

    says = _("{argument} is empty here.")


def resolved(ctx: Ctx, action: Action, case: Case) -> tuple[Doing, dict[str, Any]]:
    """The command of an action and its arguments for one case; `ctx` looks with the owner's rights."""
    doing = offers.doing_named(action.command)
    if doing is None:
        raise CannotBeGiven(command=action.command)
    given: dict[str, Any] = {}
    for argument in doing.arguments:
        written = action.arguments.get(argument.name)
        if written is None or (not str(written.get("is", "")).strip() and not argument.is_subject):
            if argument.required and not argument.is_subject:
                raise Missing(argument=argument.label)
            if not argument.is_subject:
                continue
        value = value_of(ctx, argument, written or {"as": "record", "is": "record"}, case)
        if value is None and argument.required:
            raise Missing(argument=argument.label)
        given[argument.name] = [value] if argument.is_many and not isinstance(value, list) else value
    return doing, _as_edit(doing, given) if doing.is_edit else given


def value_of(ctx: Ctx, argument: Argument, written: Written, case: Case) -> Any:
    """One value: as it stands, a sentence, an expression, or a record."""
    said = str(written.get("is", ""))
    match written.get("as", "value"):
        case "record":
            return _record_at(said or "record", case)
        case "text":
            filling = text.read_text(said)
            return fitted(ctx, argument, filling.filled(facts.values(ctx, case, filling.facts)))
        case "cel":
            read = expression.read(said)
            return fitted(ctx, argument, read.value(facts.values(ctx, case, read.facts)))
    return fitted(ctx, argument, said)


def fitted(ctx: Ctx, argument: Argument, value: Any) -> Any:
    """A value as the type that the argument takes; raises Unfit where it cannot be."""
    if value is None or (value == "" and argument.kind != "text"):
        return None
    bare = offers.held(argument.annotation) or offers.plain(argument.annotation)
    try:
        if argument.model is not None:
            return _visible(ctx, argument, argument.model, value)
        return _as_type(bare, value)
    except (ValueError, TypeError, InvalidOperation) as fault:
        raise Unfit(argument=argument.label, value=text.plain(value)) from fault


def _as_type(bare: Any, value: Any) -> Any:
    if bare is str:
        return value if isinstance(value, str) else text.plain(value)
    if bare is bool:
        return value if isinstance(value, bool) else _yes(value)
    if bare is Decimal:
        return Decimal(str(value))
    if bare is int:
        return _whole(value)
    if bare is datetime:
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if bare is date:
        return value.date() if isinstance(value, datetime) else date.fromisoformat(str(value))
    if typing.get_origin(bare) is typing.Literal:
        if str(value) not in map(str, typing.get_args(bare)):
            raise ValueError(value)
        return next(a for a in typing.get_args(bare) if str(a) == str(value))
    return bare(str(value)) if isinstance(bare, type) and issubclass(bare, enum.Enum) else value


def _whole(value: Any) -> int:
    number = Decimal(str(value))
    if number != number.to_integral_value():
        raise ValueError(value)
    return int(number)


def _yes(value: Any) -> bool:
    words = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "0": False}
    found = words.get(str(value).lower())
    if found is None:
        raise ValueError(value)
    return found


def _visible(ctx: Ctx, argument: Argument, model: type[models.Model], value: Any) -> models.Model:
    key = value.pk if isinstance(value, models.Model) else _whole(value)
    found = access.visible(ctx, model).filter(pk=key).first()
    if found is None:
        raise Unfit(argument=argument.label, value=text.plain(value))
    return found


def _record_at(path: str, case: Case) -> Any:
    """The record itself, or one that it points at."""
    at = case.record
    for step in path.split(".")[1:]:
        at = getattr(at, step, None)
    return at


def _as_edit(doing: Doing, given: dict[str, Any]) -> dict[str, Any]:
    """Fields one by one, as the command that sets fields takes them."""
    record = doing.command.record
    assert record is not None
    return {"records": given.pop(record.name), "values": given}
