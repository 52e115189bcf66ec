"""What an import asks before it runs, and the answers that are remembered for its system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.domains.exchange.models import Answer
from loomline.engines.mapping import FieldSpec, Recipe, own_specs
from loomline.engines.recognition import asked
from loomline.engines.tables import Look
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

# What stands for "leave the field empty" in a form; an answer like any other.
LEAVE = "-"
LONGEST = 400


@dataclass(frozen=True)
class Question:
    """One thing that somebody must know before the files come in."""

    name: str
    kind: str
    label: str
    help: str = ""
    choices: list[list[str]] = field(default_factory=list)
    value: str = ""
    is_required: bool = True

    def as_dict(self) -> dict[str, Any]:
        """As it is kept with the import."""
        return asdict(self)


def questions_about(
    ctx: Ctx, recipe: Recipe, found: Look, lost: Mapping[str, Sequence[str]]
) -> list[Question]:
    """Every question that these files raise; `lost` are the columns without dates, by the recipe's files."""
    held = recalled(recipe)
    days = {column for file, columns in lost.items() for column in asked(recipe, file).intersection(columns)}
    in_order = [*recipe.asks, *sorted(days - set(recipe.asks))]
    asks = [
        Question(column, "day", recipe.asks.get(column, column), _lost(column))
        for column in in_order
        if column in days
    ]
    if recipe.asks_zone and found.without_zone:
        asks.append(
            Question(
                "timezone",
                "zone",
                _t("In which time zone does {title} tell the time?").format(title=recipe.title),
                _t("{n} moments in these files name no zone. It is set for the organisation there.").format(
                    n=found.without_zone
                ),
                value=str(held.get("timezone") or ctx.company.zone),
            )
        )
    if found.asks_order:
        choices = [["day", _t("Day first: 31/12/2026")], ["month", _t("Month first: 12/31/2026")]]
        asks.append(
            Question(
                "dates",
                "choice",
                _t("How are dates written?"),
                _t("{n} dates may be read in two ways.").format(n=found.open_dates),
                choices,
                str(held.get("dates") or recipe.order),
            )
        )
    if found.owners:
        asks.append(
            Question(
                "owner",
                "person",
                _t("Who takes what belongs to people who are not here?"),
                value=str(held.get("owner") or ctx.actor.email),
                is_required=False,
            )
        )
    return asks + _values(recipe, found, held)


@command(hidden=True)
def remember_answers(ctx: Ctx, *, system: str, answers: dict[str, str]) -> int:
    """Keep what was answered, so that the next import from the same system need not ask."""
    answers = {name: value[:200] for name, value in answers.items() if len(name) <= LONGEST}
    held = {answer.question: answer for answer in Answer.objects.filter(system=system)}

    fresh = [Answer(system=system, question=name, value=v) for name, v in answers.items() if name not in held]
    other = [held[name] for name, value in answers.items() if name in held and held[name].value != value]
    for answer in other:
        answer.value = answers[answer.question]
    Answer.objects.bulk_create(fresh)
    Answer.objects.bulk_update(other, ["value"])
    return len(fresh) + len(other)


def recalled(recipe: Recipe) -> dict[str, Any]:
    """The answers that were given for this system before."""
    if not recipe.is_lenient:
        return {}
    held = Answer.objects.filter(system=recipe.system).values_list("question", "value")
    return {name: "" if value == LEAVE else value for name, value in held}


def typed(recipe: Recipe, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the recipe takes them: days as dates, "leave it empty" as nothing."""
    parts = [part for step in recipe.steps for part in (step, step.lines) if part is not None]
    days = {column for part in parts for spec in own_specs(part) if spec.ask for column in spec.columns}
    found = {name: "" if answer == LEAVE else answer for name, answer in answers.items()}
    return found | {
        name: date.fromisoformat(found[name])
        for name in days
        if isinstance(found.get(name), str) and found[name]
    }


def _values(recipe: Recipe, found: Look, held: Mapping[str, Any]) -> list[Question]:
    specs = {spec.question: spec for step in recipe.steps for spec in own_specs(step) if spec.is_asked}
    homes: dict[str, list[str]] = defaultdict(list)
    for step in recipe.steps:
        for spec in own_specs(step):
            homes[spec.question].append(str(capfirst(step.name)))
    asks = []
    for name, counts in found.values.items():
        spec = specs[name]
        where = f"{homes[name][0]}: " if len(homes[name]) == 1 else ""
        for text, count in counts.most_common():
            asks.append(
                Question(
                    f"{name}={text}",
                    "country" if spec.kind == "country" else "choice",
                    _t("{where}{column} “{text}”").format(where=where, column=spec.columns[0], text=text),
                    ngettext("{n} row has it.", "{n} rows have it.", count).format(n=count),
                    [] if spec.kind == "country" else _choices(spec),
                    str(held.get(f"{name}={text}", "")),
                    is_required=not (spec.keeps_unknown or spec.kind == "country"),
                )
            )
    return asks


def _choices(spec: FieldSpec) -> list[list[str]]:
    found = [[str(choice), str(choice).replace("_", " ").capitalize()] for choice in spec.choices]
    return (
        [*found, [LEAVE, _t("Leave it empty, keep the word beside the record")]]
        if spec.keeps_unknown
        else found
    )


def _lost(column: str) -> str:
    return _t("For the column {column}, whose dates are lost in the file.").format(column=column)
