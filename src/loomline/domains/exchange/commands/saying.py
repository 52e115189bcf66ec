"""What an import tells about the files and about what it met on the way, a sentence each."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.domains.accounts.models import User
from loomline.domains.exchange.commands.outcome import Outcome, Remarks
from loomline.engines.mapping import Recipe, Step, columns_used
from loomline.engines.tables import Look, Tables, readings
from loomline.kernel.refusal import Refused

MOST = 12


def tell_files(outcome: Outcome, recipe: Recipe, step: Step, tables: Tables, look: Look) -> None:
    """What the files of a step are like; refuses one that lacks a column which the recipe must have."""
    reads = readings(recipe, step, tables)
    readers = [one for one in recipe.steps if one.file == step.file]
    for read in reads:
        name = step.file if len(reads) == 1 and not recipe.is_lenient else read.source.name
        missing = read.missing()
        if missing and not recipe.is_lenient:
            names = ", ".join(sorted(missing))
            raise Refused(_t("{file} has no column {names}.").format(file=name, names=names))
        for column in look.lost.get(read.source.name, ()):
            outcome.findings.append(
                _t(
                    "{file}: the dates of column {column} are lost; its cells hold only minutes and seconds."
                ).format(file=name, column=column)
            )
            if any(spec.ask and column in spec.columns for spec in step.fields.values()):
                outcome.asks.setdefault(column, f"{name}: {column}")
        if step is not readers[0]:
            continue
        rest = sorted(set(read.names).difference({""}, *map(columns_used, readers)))
        if rest:
            words = _t("{file}: no field here takes {names}; what stands there is kept beside the record.")
            outcome.findings.append(words.format(file=name, names=_listed(rest)))
        if read.source.name in look.overlong:
            count, line = look.overlong[read.source.name]
            words = _t("{file}: {n} lines have more cells than the header, first line {line}.")
            outcome.findings.append(words.format(file=name, n=count, line=line))
    if step.note:
        outcome.findings.append(_t(step.note))


def of_run(recipe: Recipe, remarks: Remarks, stand_in: User | None) -> list[str]:
    """What rows had in common that is worth knowing."""
    found = []
    if remarks.no_owner:
        count = sum(remarks.no_owner.values())
        who = str(stand_in) if stand_in is not None else _t("nobody")
        names = _listed([f"{name} ({n})" for name, n in remarks.no_owner.most_common()])
        words = ngettext(
            "{n} record has an owner who is not here and went to {who}: {names}.",
            "{n} records have owners who are not here and went to {who}: {names}.",
            count,
        )
        found.append(words.format(n=count, who=who, names=names))
    for (question, column, step), count in sorted(remarks.not_here.items()):
        words = ngettext(
            "{column}: {n} row names one of the {step} that is not here, such as {key}. It came in without; "
            "send the missing table and the same file again, and it is filled in.",
            "{column}: {n} rows name {step} that are not here, such as {key}. They came in without; "
            "send the missing table and the same file again, and they are filled in.",
            count,
        )
        key = remarks.examples.get(question, "")
        found.append(words.format(column=column, n=count, step=step, key=key))
    for (question, column, text), count in sorted(remarks.kept.items()):
        words = _t(
            "{column}: nobody has said what {text} means ({n} rows). It is kept beside the record; "
            "answer {question}={text}=… and import again."
        )
        found.append(words.format(column=column, text=text, n=count, question=question))
    if remarks.no_file:
        words = ngettext(
            "{n} attached file is not in the export: {names}. Its note came in without; send it with the "
            "same table again, and it is added.",
            "{n} attached files are not in the export: {names}. Their notes came in without; send them with "
            "the same table again, and they are added.",
            len(remarks.no_file),
        )
        found.append(words.format(n=len(remarks.no_file), names=_listed(list(remarks.no_file))))
    if remarks.rings:
        words = _t("These would belong to themselves and stand alone: {names}.")
        found.append(words.format(names=_listed(remarks.rings)))
    return found


def of_merged(step: Step, count: int) -> str:
    """What became of rows that were merged into others."""
    words = ngettext(
        "{step}: {n} row was merged into another one there; its key leads to that record.",
        "{step}: {n} rows were merged into others there; their keys lead to those records.",
        count,
    )
    return words.format(step=step.name, n=count)


def _listed(names: list[str]) -> str:
    """The first names, and how many more there are."""
    if len(names) <= MOST:
        return ", ".join(names)
    return _t("{names} and {n} more").format(names=", ".join(names[:MOST]), n=len(names) - MOST)
