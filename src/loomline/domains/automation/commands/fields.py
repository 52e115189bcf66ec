"""The company's own fields: defining, changing and retiring them."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import apps
from django.db import connection
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import KINDS, CustomField
from loomline.kernel.record import Thing, lock
from loomline.kernel.refusal import Invalid, Refused, Warned


class FieldNamed(Refused):
    """Two fields of one kind of record would be told apart by nothing."""

    says = _("{entity} already has a field {name}. Choose another name, or change that one.")


class FieldKept(Warned):
    """Records hold values in it."""

    says = _(
        "{count} records hold a value of {label}. It will no longer be shown; define a field of the same name"
        " again, and it is back."
    )


@command(label=_("New field"), icon="plus", creates=CustomField)
def define_field(
    ctx: Ctx,
    *,
    entity: str,
    label: str,
    kind: str = "text",
    name: str = "",
    choices: Sequence[str] = (),
    is_required: bool = False,
    help_text: str = "",
    position: int = 0,
) -> CustomField:
    """Keep something more about a kind of record. Forms, lists, filters and rules know it at once."""
    chosen = slugify(name or label)[:40]
    _refuse_wrong(entity, label, kind, chosen, choices)
    if CustomField.objects.filter(entity=entity, name=chosen).exists():
        raise FieldNamed(entity=str(apps.get_model(entity)._meta.verbose_name), name=chosen, at_field="name")

    return CustomField.objects.create(
        entity=entity,
        name=chosen,
        label=label.strip(),
        kind=kind,
        choices=_cleaned(choices) if kind == "choice" else [],
        is_required=is_required,
        help_text=help_text,
        position=position or CustomField.objects.filter(entity=entity).count() + 1,
    )


@command(label=_("Change"), icon="pencil", undo=True)
def change_field(
    ctx: Ctx,
    *,
    field: CustomField,
    label: str,
    choices: Sequence[str] = (),
    is_required: bool = False,
    help_text: str = "",
    position: int = 0,
) -> CustomField:
    """Call a field otherwise, or offer other choices. Its values, its kind and its name in files stay."""
    field = lock(field)
    _refuse_wrong(field.entity, label, field.kind, field.name, choices)

    field.label, field.is_required, field.help_text = label.strip(), is_required, help_text
    field.choices = _cleaned(choices) if field.kind == "choice" else []
    field.position = position or field.position
    field.save()
    return field


@command(label=_("Retire"), icon="archive", undo=True)
def retire_field(ctx: Ctx, *, field: CustomField) -> None:
    """Show a field no longer. Records keep what they hold in it, should it come back."""
    field = lock(field)

    count = _held(field)
    if count:
        ctx.warn(FieldKept(count=count, label=field.label))

    field.delete()


def _refuse_wrong(entity: str, label: str, kind: str, name: str, choices: Sequence[str]) -> None:
    errors: dict[str, list[str]] = {}
    if not _takes_fields(entity):
        errors["entity"] = [_t("Such records take no fields of your own.")]
    if not label.strip() or not name:
        errors["label"] = [_t("Give the field a name.")]
    if kind not in dict(KINDS):
        errors["kind"] = [_t("Choose what the field holds.")]
    if kind == "choice" and len(_cleaned(choices)) < 2:
        errors["choices"] = [_t("Write at least two choices.")]
    if errors:
        raise Invalid(errors)


def _takes_fields(entity: str) -> bool:
    try:
        return issubclass(apps.get_model(entity), Thing)
    except (LookupError, ValueError):
        return False


def _cleaned(choices: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in choices if word.strip()))


def _held(field: CustomField) -> int:
    """How many records hold a value in the field."""
    table = connection.ops.quote_name(apps.get_model(field.entity)._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE custom ? %s", [field.name])
        return int(cursor.fetchone()[0])
