"""What was bought within contracts, and what beside them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from loomline.domains.contracts.models import AgreedPrice, ContractState
from loomline.domains.ledger import queries as ledger
from loomline.domains.procurement.models import PurchaseLine, PurchaseState
from loomline.kernel.context import Ctx

ZERO = Decimal(0)


@dataclass(frozen=True)
class Spend:
    """What was ordered from one supplier, in our own currency.

    `elsewhere`: no contract with this supplier, although one with another held for the item.
    `without`: no contract with anybody for the item.
    """

    supplier_id: int
    supplier: str
    within: Decimal
    elsewhere: Decimal
    without: Decimal

    @property
    def total(self) -> Decimal:
        return self.within + self.elsewhere + self.without

    @property
    def off_share(self) -> Decimal:
        """The part that a contract would have covered and did not."""
        return self.elsewhere / self.total if self.total else ZERO


def _lines(since: date, until: date) -> QuerySet[Any]:
    held = AgreedPrice.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=OuterRef("purchase__ordered_on")),
        Q(valid_until__isnull=True) | Q(valid_until__gte=OuterRef("purchase__ordered_on")),
        item=OuterRef("item"),
        contract__state__in=(ContractState.ACTIVE, ContractState.ENDED),
        contract__starts_on__lte=OuterRef("purchase__ordered_on"),
        contract__ends_on__gte=OuterRef("purchase__ordered_on"),
    )
    rows = PurchaseLine.objects.filter(purchase__ordered_on__range=(since, until)).exclude(
        purchase__state__in=(PurchaseState.DRAFT, PurchaseState.CANCELLED)
    )
    return rows.annotate(
        is_within=Exists(held.filter(contract__supplier=OuterRef("purchase__supplier"))),
        is_covered=Exists(held),
    )


def spend(ctx: Ctx, *, since: date, until: date) -> list[Spend]:
    """Spend by supplier, most off contract first; amounts without an exchange rate are left out."""
    rows = list(
        _lines(since, until)
        .values("purchase__supplier", "is_within", "is_covered")
        .annotate(name=F("purchase__supplier__name"), money=F("purchase__currency"))
        .annotate(amount=Coalesce(Sum("amount"), ZERO))
        .order_by()
    )
    own = ctx.company.currency
    rates = ledger.exchange_rates(currencies={row["money"] for row in rows}, into=own, on=until)
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    names: dict[int, str] = {}
    for row in rows:
        rate = rates.get(row["money"])
        if rate is None:
            continue
        kind = "within" if row["is_within"] else "elsewhere" if row["is_covered"] else "without"
        sums[row["purchase__supplier"]][kind] += row["amount"] * rate
        names[row["purchase__supplier"]] = row["name"]
    found = [
        Spend(pk, names[pk], kinds["within"], kinds["elsewhere"], kinds["without"])
        for pk, kinds in sums.items()
    ]
    return sorted(found, key=lambda one: (-one.elsewhere, -one.total, one.supplier))


def off_contract_lines(*, since: date, until: date) -> QuerySet[PurchaseLine]:
    """Lines bought elsewhere although a contract held for the item, newest first."""
    rows = _lines(since, until).filter(is_covered=True, is_within=False)
    return rows.select_related("purchase__supplier", "item__unit").order_by("-purchase__ordered_on", "-pk")
