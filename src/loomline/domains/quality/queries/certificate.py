"""What a certificate of analysis says of a lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loomline.domains.inventory.models import Lot
from loomline.domains.quality.models import Check, CheckState, Decision
from loomline.kernel.quantity import plain


@dataclass(frozen=True, slots=True)
class Result:
    """One characteristic of a lot: how it was inspected, against what, and what was found."""

    characteristic: str
    method: str
    wanted: str
    found: str
    verdict: str
    is_good: bool
    has_passed: bool


def results_of(*, lot: Lot) -> list[Result]:
    """The last result of every characteristic of a lot that was inspected, in the order of the plans."""
    rows = (
        Check.objects.filter(lot=lot)
        .exclude(state=CheckState.OPEN)
        .select_related("plan")
        .order_by("plan_id", "characteristic", "pk")
    )
    last: dict[tuple[int | None, str], Check] = {(row.plan_id, row.characteristic): row for row in rows}
    return [_result(row) for row in last.values()]


def is_conforming(results: Sequence[Result]) -> bool:
    """True when something was inspected and all of it is as it should be."""
    return bool(results) and all(result.is_good for result in results)


def is_conceded(results: Sequence[Result]) -> bool:
    """True when something failed its inspection and is used as it is."""
    return any(not result.has_passed for result in results)


def _result(row: Check) -> Result:
    if row.nonconforming is not None:
        found = _("{count} of {size} nonconforming").format(count=row.nonconforming, size=row.sample_size)
        wanted = _("at most {accept} of {size}").format(accept=row.accept, size=row.sample_size)
    elif row.measured is not None:
        found, wanted = f"{plain(row.measured)} {row.unit}".strip(), row.limits
    else:
        found, wanted = row.finding, row.limits
    has_passed = row.state == CheckState.PASSED
    is_good = has_passed or row.decision == Decision.USE_AS_IS
    verdict = _("conforms") if has_passed else str(row.get_decision_display() or _("failed"))
    method = row.plan.method if row.plan else ""
    return Result(row.characteristic, method, wanted, found, verdict, is_good, has_passed)
