"""What contracts say of a line to be ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _t

from loomline.domains.contracts.models import AgreedPrice, ContractState, IndexValue, PriceIndex
from loomline.domains.procurement.ports import Terms, TermsAsk

Key = tuple[int, int, str]


def agreed_for(*, asks: Sequence[TermsAsk]) -> list[Terms]:
    """What holds for each line, in the order asked: the tier of its quantity, moved by its index."""
    if not asks:
        return []
    rows = _rows(asks)
    if not rows:
        return [Terms() for _ask in asks]
    by_key: dict[Key, list[AgreedPrice]] = {}
    for row in rows:
        by_key.setdefault((row.contract.supplier_id, row.item_id, row.contract.currency), []).append(row)
    values: dict[date, Mapping[int, Decimal]] = {}
    found = []
    for ask in asks:
        held = [
            row
            for row in by_key.get((ask.supplier.pk, ask.item.pk, ask.currency), [])
            if _holds(row, ask.on) and row.from_quantity <= ask.quantity
        ]
        best = max(held, key=_nearest, default=None)
        if best is not None and best.index_id is not None and ask.on not in values:
            values[ask.on] = index_values(on=ask.on)
        found.append(_terms(best, values.get(ask.on, {})) if best is not None else Terms())
    return found


def _rows(asks: Sequence[TermsAsk]) -> list[AgreedPrice]:
    first, last = min(ask.on for ask in asks), max(ask.on for ask in asks)
    return list(
        AgreedPrice.objects.filter(
            item__in={ask.item.pk for ask in asks},
            contract__supplier__in={ask.supplier.pk for ask in asks},
            contract__state=ContractState.ACTIVE,
            contract__starts_on__lte=last,
            contract__ends_on__gte=first,
        ).select_related("contract")
    )


def _holds(row: AgreedPrice, on: date) -> bool:
    start = max(filter(None, (row.valid_from, row.contract.starts_on)))
    end = min(filter(None, (row.valid_until, row.contract.ends_on)))
    return start <= on <= end


def _nearest(row: AgreedPrice) -> tuple[Decimal, date, int]:
    """The highest tier reached; of several, the one agreed for the latest days."""
    return row.from_quantity, row.valid_from or row.contract.starts_on, row.pk


def _terms(row: AgreedPrice, values: Mapping[int, Decimal]) -> Terms:
    return Terms(
        price=row.at(values.get(row.index_id) if row.index_id is not None else None),
        lead_days=row.lead_days,
        over_tolerance=row.contract.over_tolerance,
        source=_t("contract {number}").format(number=row.contract.number),
    )


def index_values(*, on: date) -> dict[int, Decimal]:
    """What each index stands at on a day. Costs one statement."""
    newest = IndexValue.objects.filter(index=OuterRef("pk"), on__lte=on).order_by("-on").values("value")[:1]
    rows = PriceIndex.objects.annotate(now=Subquery(newest)).values_list("pk", "now")
    return {pk: value for pk, value in rows if value is not None}
