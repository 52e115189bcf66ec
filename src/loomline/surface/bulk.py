"""The same done to many records: all together where that works, one by one where some refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused, Warned
from loomline.surface.selection import Selection

CHUNK = 500
SHOWN = 20
Work = Callable[[Ctx, list[Any]], Any]


@dataclass
class Outcome:
    """How it went: how many were done, and why the others were not."""

    done: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)

    def sentence(self) -> str:
        """What a toast says."""
        said = ngettext("%(n)s done.", "%(n)s done.", self.done) % {"n": self.done}
        if not self.failed:
            return said
        first, why = self.failed[0]
        left = ngettext("%(n)s was left as it is", "%(n)s were left as they are", len(self.failed)) % {
            "n": len(self.failed)
        }
        return f"{said} {left}: {_t('{what}: {why}').format(what=first, why=why)}"

    def as_result(self) -> dict[str, Any]:
        """The same for the row of a job."""
        return {
            "done": self.done,
            "failed": len(self.failed),
            "reasons": [list(pair) for pair in self.failed[:SHOWN]],
        }


def apply(ctx: Ctx, records: Sequence[Any], work: Work, *, one_by_one: bool = False) -> Outcome:
    """Do it to all in one command; if that is refused, to each alone, and list those that refuse."""
    outcome = Outcome()
    if not one_by_one:
        try:
            outcome.results.append(work(ctx, list(records)))
        except Warned:
            raise
        except Refused:
            if len(records) == 1:
                raise
        else:
            outcome.done = len(records)
            return outcome
    for record in records:
        try:
            outcome.results.append(work(ctx, [record]))
            outcome.done += 1
        except Warned:
            raise
        except Refused as refusal:
            outcome.failed.append((str(record), str(refusal)))
    return outcome


def chunks(selection: Selection) -> Iterator[list[Any]]:
    """The records by five hundred, by key: what the work itself changes does not shift the next chunk."""
    keys = list(selection.rows().values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        yield list(selection.resource.rows(selection.ctx).filter(pk__in=part).order_by("pk"))
