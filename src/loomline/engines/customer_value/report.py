"""A valuation as text for people and as rows for files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from loomline.engines.customer_value.gamma_gamma import GammaGamma
from loomline.engines.customer_value.holdout import HoldOut
from loomline.engines.customer_value.retention import Cohorts
from loomline.engines.customer_value.valuation import Valuation
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

HEAD = (
    "customer_id", "frequency", "recency", "age", "monetary", "p_alive", "purchases", "purchase_value", "clv",
    "value_is_prior", "recency_score", "frequency_score", "monetary_score", "segment",
)  # fmt: skip
HELD_OUT = ("foretold", "actual_purchases", "actual_value")
COHORT_HEAD = ("cohort", "size", "period", "active", "retention", "value")


def customer_head(found: Valuation) -> tuple[str, ...]:
    """The names of the columns of `customers`."""
    return HEAD if found.held_out is None else (*HEAD, *HELD_OUT)


def customers(found: Valuation) -> Iterator[tuple[object, ...]]:
    """One row a customer, by identifier."""
    summary, value, scores = found.value.summary, found.value, found.scores
    columns: list[list[object]] = [
        list(summary.names),
        [int(x) for x in summary.frequency],
        *(_shown(each, 4) for each in (summary.recency, summary.age, summary.monetary)),
        *(_shown(value.alive, 6), _shown(value.purchases, 6), _shown(value.value, 4), _shown(value.clv, 4)),
        ["yes" if prior else "no" for prior in value.is_prior],
        *(list(each.tolist()) for each in (scores.recency, scores.frequency, scores.monetary)),
        list(scores.segments),
    ]
    if found.held_out is not None:
        held = found.held_out
        columns += [_shown(held.foretold, 6), [int(n) for n in held.purchases], _shown(held.spent, 2)]
    yield from zip(*columns, strict=True)


def cohorts(table: Cohorts) -> Iterator[tuple[object, ...]]:
    """One row a cohort and period that has begun."""
    share = table.retention
    for row, (start, size) in enumerate(zip(table.starts, table.sizes, strict=True)):
        for period in range(int((table.active[row] >= 0).sum())):
            kept, value = float(share[row, period]), float(table.value[row, period])
            active = int(table.active[row, period])
            yield start, int(size), period, active, f"{kept:.6f}", f"{value:.2f}"


def text(found: Valuation) -> str:
    """The report that the command line prints."""
    fit, value = found.fit, found.value
    first = found.bought.day.min()
    lines = [
        f"{fit.customers:,} customers bought {len(found.bought.day):,} times from {first} to {found.end}; "
        f"{fit.repeaters:,} came back.",
        f"{fit.model.name}: {_parameters(fit.model.parameters)}, log-likelihood {fit.log_likelihood:.1f} "
        "(time in weeks)",
        _spending(found),
        f"In {found.terms.horizon} months: {value.purchases.sum():,.0f} purchases are expected; "
        f"the customers are worth {value.clv.sum():,.2f} together, "
        f"{value.alive.sum():,.0f} of them are expected to be still there.",
        "Segments: " + ", ".join(f"{name} {count:,}" for name, count in _segments(found)),
    ]
    if found.held_out is not None:
        lines += _held_out(found.held_out)
    return "\n".join([*lines, *(f"Beware: {warning}" for warning in found.warnings)])


def _spending(found: Valuation) -> str:
    spending = found.spending
    if isinstance(spending, GammaGamma):
        return (
            f"Gamma-gamma: p {spending.p:.3f}, q {spending.q:.3f}, v {spending.v:.3f} on "
            f"{spending.customers:,} customers, correlation with frequency {spending.correlation:.2f}"
        )
    return f"Mean purchase: {spending.mean_of_all:,.2f}"


def _parameters(parameters: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in parameters.items())


def _segments(found: Valuation) -> list[tuple[str, int]]:
    return sorted(Counter(found.scores.segments).items(), key=lambda each: (-each[1], each[0]))


def _held_out(held: HoldOut) -> list[str]:
    lines = [
        f"Hold-out of {held.days} days: {held.purchases.sum():,.0f} purchases by the customers known before.",
        f"  {'':<18}{'foretold':>10}{'bias':>8}{'MAE':>8}{'RMSE':>8}{'corr.':>8}",
    ]
    total = float(held.purchases.sum())
    for each in held.forecasts:
        foretold = total * (1 + each.bias) if total else float("nan")
        lines.append(
            f"  {each.name:<18}{foretold:>10,.0f}{each.bias:>8.1%}{each.mae:>8.3f}{each.rmse:>8.3f}"
            f"{each.correlation:>8.3f}"
        )
    if held.spending is not None:
        spent = held.spending
        lines.append(
            f"  Money: {held.spent.sum():,.2f} spent, bias {spent.bias:.1%}, MAE {spent.mae:.2f}, "
            f"correlation {spent.correlation:.3f}"
        )
    return lines


def _shown(values: np.ndarray[tuple[int], np.dtype[np.float64]], places: int) -> list[object]:
    return list(np.round(values, places).tolist())
