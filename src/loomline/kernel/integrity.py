"""The database's no, in the user's words."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import IntegrityError, models
from django.db.models.constraints import BaseConstraint
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from loomline.kernel.refusal import Refused


class Conflict(Refused):
    """The change would break a promise that the database keeps."""


def explain(fault: IntegrityError) -> Refused:
    """The refusal for a broken constraint: its own message where the model gives one."""
    diagnostic: Any = getattr(fault.__cause__, "diag", None)
    name = getattr(diagnostic, "constraint_name", "") or ""
    table = getattr(diagnostic, "table_name", "") or ""
    model = _model_of(table)
    constraint = _constraint(model, name)
    if (
        constraint is not None
        and constraint.violation_error_message != BaseConstraint.default_violation_error_message
    ):
        return Conflict(constraint.violation_error_message)
    noun = str(model._meta.verbose_name) if model else table
    state = str(getattr(fault.__cause__, "sqlstate", ""))
    if state == "23505":
        return Conflict(
            _("There is already a {noun} with the same {fields}."),
            noun=noun,
            fields=_fields(model, constraint, diagnostic),
        )
    if state == "23503":
        return Conflict(
            _("{noun} still belongs to other records, or points at one that is gone. Change those first."),
            noun=capfirst(noun),
        )
    if state == "23502":
        column = getattr(diagnostic, "column_name", "") or _("field")
        return Conflict(
            _("{noun}: {field} must be filled in."),
            noun=capfirst(noun),
            field=column.removesuffix("_id").replace("_", " "),
        )
    return Conflict(
        _("{noun}: this would break the rule {rule}."), noun=capfirst(noun), rule=name.replace("_", " ")
    )


def _model_of(table: str) -> type[models.Model] | None:
    return next((m for m in apps.get_models() if m._meta.db_table == table), None)


def _constraint(model: type[models.Model] | None, name: str) -> BaseConstraint | None:
    if model is None:
        return None
    return next((c for c in model._meta.constraints if c.name == name), None)


def _fields(model: type[models.Model] | None, constraint: BaseConstraint | None, diagnostic: Any) -> str:
    names = list(getattr(constraint, "fields", ()) or ())
    if not names:
        detail = str(getattr(diagnostic, "message_detail", "") or "")
        names = detail.partition("(")[2].partition(")")[0].split(", ") if "(" in detail else []
    words = [name.strip('"').removesuffix("_id").replace("_", " ") for name in names if name]
    return _(" and ").join(words) or _("values")
