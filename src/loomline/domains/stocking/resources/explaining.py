"""How a recommendation came about, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.stocking.models import Method, Recommendation
from loomline.surface import draw_text

# Name, how, result, and whether it is a result of the whole.
Line = tuple[str, str, str, bool]
WEEKS_OF_YEAR = 52


def in_words(row: Recommendation) -> str:
    """What to do, as one would tell a colleague."""
    unit = row.item.unit.code
    said = {
        Method.NONE: _t("Nothing was taken in the weeks that count. Keep no stock; order on demand."),
        Method.SQ: _t("Order {quantity} as soon as what is there and on order falls to {level}."),
        Method.SS: _t("When what is there and on order falls to {level}, order up to {upto}."),
        Method.RS: _t("Every {days} days order what is missing to {upto}."),
        Method.RSS: _t("Look every {days} days; at {level} or less, order up to {upto}."),
        Method.KANBAN: _t("Keep {cards} bins of {quantity}; order one for each that is empty."),
        Method.BUFFER: _t("When what is there and on order falls to {level}, fill up to {upto}."),
    }[Method(row.method)]
    return said.format(
        quantity=_quantity(row.order_quantity, unit),
        level=_quantity(row.reorder_level, unit),
        upto=_quantity(row.order_up_to, unit),
        days=row.interval_days,
        cards=row.figures.get("cards", ""),
    )


def calculation(row: Recommendation) -> list[Line]:
    """The figures in the order in which they were reckoned."""
    if row.method == Method.NONE:
        return [
            (_t("Demand of a week"), _t("nothing taken in {n} weeks").format(n=row.weeks or "–"), "0", True)
        ]
    lines = [*_known(row), *_lead_time(row)]
    lines += _zones(row) if row.method == Method.BUFFER else [*_safety(row), *_level(row)]
    return [*lines, *_lot(row), *_worth(row)]


def _known(row: Recommendation) -> Iterator[Line]:
    unit = row.item.unit.code
    how = _t("mean of {n} weeks: customers, work and other sites").format(n=row.weeks)
    yield _t("Demand of a week (d)"), how, _quantity(row.mean, unit), False
    varies = draw_text.number(row.deviation / row.mean, decimals=2) if row.mean else "–"
    how = _t("deviation of the weeks; {varies} of the mean").format(varies=varies)
    yield _t("Its deviation (s)"), how, _quantity(row.deviation, unit), False
    how = {
        "seen": _t("mean of {n} deliveries"),
        "supplier": _t("as planned; its spread from {n} deliveries of the supplier"),
        "planned": _t("as planned; too few deliveries to know how it varies"),
    }[row.figures["lead_source"]].format(n=row.figures["lead_count"])
    spread = _t("{weeks} weeks ± {spread}").format(
        weeks=_number(row.lead_weeks), spread=_number(row.lead_deviation)
    )
    yield _t("Lead time (L)"), how, spread, False


def _lead_time(row: Recommendation) -> Iterator[Line]:
    figures, unit = row.figures, row.item.unit.code
    covered = figures.get("covered", float(row.lead_weeks))
    if covered > float(row.lead_weeks) + 1e-6:
        how = _t("d × (L + R) = {mean} × ({lead} + {review})").format(
            mean=_number(row.mean), lead=_number(row.lead_weeks), review=_number(figures["interval"])
        )
    else:
        how = _t("d × L = {mean} × {lead}").format(mean=_number(row.mean), lead=_number(row.lead_weeks))
    if figures["shape"] == "simulated":
        how = _t("mean of 10,000 drawn lead times, as it sells now and then")
    yield _t("Demand until a new order comes"), how, _quantity(figures["lead_demand"], unit), False
    how = _t("√(L × s² + d² × s_L²) = √({lead} × {sd}² + {mean}² × {lead_sd}²)").format(
        lead=_number(covered),
        sd=_number(row.deviation),
        mean=_number(row.mean),
        lead_sd=_number(row.lead_deviation),
    )
    if figures["shape"] == "simulated":
        how = _t("of the same draws")
    yield _t("Its deviation (σ)"), how, _quantity(figures["spread"], unit), False


def _safety(row: Recommendation) -> Iterator[Line]:
    figures, unit = row.figures, row.item.unit.code
    target = draw_text.percent(row.target, decimals=1)
    if figures["shape"] == "normal":
        how = _t("z × σ = {z} × {spread}").format(
            z=_number(figures["z"], 3), spread=_number(figures["spread"])
        )
    else:
        how = _t("the {target} quantile of that demand, less its mean").format(target=target)
    name = _t("Safety stock for {target} of cycles").format(target=target)
    yield name, how, _quantity(figures["safety_cycle"], unit), False
    name = _t("Safety stock for {target} of demand").format(target=target)
    how = _t("until 1 − n(s) ÷ Q reaches it; n is what falls short in a cycle")
    yield name, how, _quantity(figures["safety_fill"], unit), False
    name = _t("Safety stock")
    how = _t("the house counts {measure}; rounded up").format(measure=_measure(row))
    if row.method == Method.KANBAN:
        how = _t("what the full bins hold beyond demand until a new one comes")
    yield name, how, _quantity(row.safety_stock, unit), True


def _measure(row: Recommendation) -> str:
    """By which of both services the safety stock was chosen."""
    by_fill = abs(float(row.safety_stock) - row.figures["safety_fill"])
    by_cycle = abs(float(row.safety_stock) - row.figures["safety_cycle"])
    return _t("demand filled") if by_fill < by_cycle else _t("cycles without a shortage")


def _level(row: Recommendation) -> Iterator[Line]:
    figures, unit = row.figures, row.item.unit.code
    if row.method == Method.KANBAN:
        how = _t("{level} ÷ {bin}, rounded up, and the one in use").format(
            level=_number(figures["level"]), bin=_number(figures["bin"])
        )
        yield _t("Bins"), how, str(figures["cards"]), True
        return
    if row.method == Method.RS:
        how = _t("demand over lead time and interval + safety stock")
        yield _t("Order up to (S)"), how, _quantity(row.order_up_to, unit), True
        return
    how = "{demand} + {safety}".format(
        demand=_number(figures["lead_demand"]), safety=_number(row.safety_stock)
    )
    yield _t("Order point (s)"), how, _quantity(row.reorder_level, unit), True
    if row.order_up_to is not None:
        how = _t("order point + order quantity")
        yield _t("Order up to (S)"), how, _quantity(row.order_up_to, unit), True


def _zones(row: Recommendation) -> Iterator[Line]:
    figures, unit = row.figures, row.item.unit.code
    how = _t("d × L = {mean} × {lead}").format(mean=_number(row.mean), lead=_number(row.lead_weeks))
    yield _t("Yellow zone"), how, _quantity(figures["yellow"], unit), False
    how = _t("yellow × {factor} for the lead time, and × {varies} of that for variation").format(
        factor=_number(figures["lead_factor"]), varies=_number(figures["variability_factor"])
    )
    yield _t("Red zone"), how, _quantity(figures["red"], unit), False
    how = _t("the larger of red base {base} and the order quantity").format(base=_number(figures["red_base"]))
    yield _t("Green zone"), how, _quantity(figures["green"], unit), False
    yield _t("Order point"), _t("top of yellow: red + yellow"), _quantity(row.reorder_level, unit), True
    yield _t("Order up to"), _t("top of green"), _quantity(row.order_up_to, unit), True


def _lot(row: Recommendation) -> Iterator[Line]:
    figures, unit = row.figures, row.item.unit.code
    if figures.get("lot") == "weeks":
        yield (
            _t("Order quantity (Q)"),
            _t("four weeks, as nobody knows what a unit costs"),
            _quantity(row.order_quantity, unit),
            True,
        )
        return
    how = _t(
        "√(2 × {setup} × {demand} ÷ ({rate} × {cost})): an order costs {setup}, holding {rate} a year"
    ).format(
        setup=draw_text.money(Decimal(str(figures["setup"])), row.currency),
        demand=_number(row.mean * WEEKS_OF_YEAR),
        rate=draw_text.percent(figures["rate"], decimals=1),
        cost=draw_text.money(row.unit_cost, row.currency),
    )
    if figures.get("lot") == "breaks":
        tiers = "; ".join(
            _t("{price} from {quantity}").format(
                price=draw_text.money(Decimal(str(price)), row.currency), quantity=_number(start)
            )
            for start, price in figures["tiers"]
        )
        how = _t("least cost over the agreed prices: {tiers}").format(tiers=tiers)
    yield _t("Economic order quantity"), how, _quantity(figures["economic"], unit), False
    limits = [
        text.format(quantity=_number(figures[name]))
        for name, text in (
            ("most", _t("no more than is used before it is excess, {quantity}")),
            ("least", _t("at least {quantity}")),
            ("multiple", _t("in multiples of {quantity}")),
        )
        if figures.get(name)
    ]
    how = ", ".join(limits) or _t("rounded up")
    if row.method == Method.RS:
        how = _t("demand of {days} days").format(days=row.interval_days)
    yield _t("Order quantity (Q)"), how, _quantity(row.order_quantity, unit), True


def _worth(row: Recommendation) -> Iterator[Line]:
    how = _t("({safety} + {quantity} ÷ 2) × {cost}").format(
        safety=_number(row.safety_stock),
        quantity=_number(row.order_quantity),
        cost=draw_text.money(row.unit_cost, row.currency),
    )
    yield _t("Stock value on average"), how, draw_text.money(row.value_then, row.currency), True


def _quantity(value: Any, unit: str) -> str:
    amount = Decimal(str(value or 0))
    return f"{_number(amount)} {unit}"


def _number(value: Any, decimals: int | None = None) -> str:
    amount = Decimal(str(value))
    if decimals is None:
        decimals = (
            0
            if amount == amount.to_integral_value() or abs(amount) >= 1000
            else 1
            if abs(amount) >= 10
            else 2
        )
    return draw_text.number(amount, decimals=decimals)
