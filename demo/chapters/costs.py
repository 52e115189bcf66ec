"""What stock is worth: opening cost, freight billed when half of the yarn is gone, months that close."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import Basis, CostEntry, Counter, EntryKind
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import Period, PeriodState
from loomline_demo.halden import Halden

# The books of a month are closed on the first working day after the fourth of the next.
CLOSED_AFTER = 4


def runs(halden: Halden, day: date) -> None:
    """Each month is closed in the first days of the next."""
    if day.day > CLOSED_AFTER:
        _close(halden, day)


def ends(halden: Halden) -> None:
    """The freight of the lambswool is billed when half of it has been sold as cardigans."""
    yarn = halden.yarns["lambswool"]
    _hand_on(halden)
    bought = CostEntry.objects.filter(item=yarn, kind=EntryKind.IN, counter=Counter.SUPPLIER)
    moves = [
        entry.move for entry in bought.select_related("move__lot__supplier").order_by("pk") if entry.move
    ]
    before = _cost_of_sales()
    charge = costing.add_landed_cost(
        halden.s.by("admin"),
        name="Freight and insurance",
        amount=Decimal("386.40"),
        basis=Basis.VALUE,
        supplier=halden.partners["serra"],
        reference="CMR 7781",
        shares=[costing.ShareDraft(move=move) for move in moves],
    )
    _hand_on(halden)
    halden.s.expect(
        0 < _cost_of_sales() - before <= charge.cost, "what was sold has borne its part of the freight"
    )


def proves(halden: Halden) -> None:
    """Stock is worth what layers and accounts say, today and on the last day of every closed month."""
    s = halden.s
    _hand_on(halden)
    s.expect(queries.compare_layers() == [], "what is left of layers is what their entries say")
    s.expect(queries.compare_stock() == [], "layers hold what lies in stock")
    s.expect(queries.compare_accounts() == [], "stock is worth what the accounts show")
    stock = queries.rules().account(Counter.STOCK, None)
    closed = list(Period.objects.filter(state=PeriodState.CLOSED))
    s.expect(len(closed) >= 2, "two months are closed")
    for period in closed:
        worth = sum(row.value for row in queries.worth_on(day=period.ends_on))
        shown = {row.account.pk: row.after for row in books.trial_balance(ends_on=period.ends_on)}
        s.expect(worth == shown.get(stock or 0, Decimal(0)), f"stock was worth what {period} shows")


def _hand_on(halden: Halden) -> None:
    """What the job does every minute: late costs reach what was made of the goods, and who bought it."""
    while costing.value_pending(halden.s.by("admin")):
        continue
    while queries.waiting().exists() or queries.work_to_settle().exists():
        waiting = queries.waiting().select_related("layer").first()
        if waiting is not None:
            costing.reprice_step(halden.s.by("admin"), item=waiting.layer.item_id)
        else:
            costing.settle_again(halden.s.by("admin"))


def _close(halden: Halden, day: date) -> None:
    _hand_on(halden)
    over = Period.objects.filter(ends_on__lt=day.replace(day=1), state=PeriodState.OPEN)
    for period in over.order_by("begins_on"):
        ledger.close_period(halden.s.by("admin"), period=period)


def _cost_of_sales() -> Decimal:
    account = queries.rules().account(Counter.CUSTOMER, None) or 0
    return books.balances(account_ids=[account])[account]
