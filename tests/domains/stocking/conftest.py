"""The sweater's works with half a year behind it: what was sold each week, how long labels took."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseLineDraft
from loomline.domains.sales import commands as sales
from loomline.domains.stocking import commands, queries, reference
from loomline.domains.stocking.models import Recommendation, Round, StockingRule
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import TODAY, make_ctx, make_knit
from tests.domains.supplyplan.conftest import EVERYTHING, Works

D = Decimal
WEEKS = 26


class Shelf(Works):
    """What the tests of stocking stand on."""

    def sold(self, item: Item, *quantities: str) -> None:
        """One order a week, the last of them last week."""
        monday = TODAY - timedelta(days=TODAY.weekday())
        lines = [
            sales.LineDraft(
                item=item,
                quantity=D(quantity),
                price=D(45),
                wanted_on=monday - timedelta(weeks=len(quantities) - n),
            )
            for n, quantity in enumerate(quantities)
            if D(quantity)
        ]
        order = sales.open_order(
            self.ctx, customer=self.customer, lines=lines, site=self.home, wanted_on=TODAY
        )
        sales.confirm_order(replace(self.ctx, accepted=EVERYTHING), order=order)

    def received(self, item: Item, quantity: str, *, ordered: date, days: int) -> None:
        """A purchase that came after so many days."""
        then = replace(self.ctx, now=datetime(ordered.year, ordered.month, ordered.day, 9, tzinfo=UTC))
        purchase = procurement.open_purchase(
            then,
            supplier=self.mill,
            site=self.home,
            lines=[PurchaseLineDraft(item=item, quantity=D(quantity), price=D("0.08"))],
        )
        purchase = procurement.send_purchase(then, purchase=purchase)
        later = replace(then, now=then.now + timedelta(days=days))
        line = procurement.ReceivedLine(line=purchase.lines.get(), quantity=D(quantity))
        procurement.receive_goods(later, purchase=purchase, lines=[line])

    @property
    def rule(self) -> StockingRule:
        """The rules of the house."""
        return StockingRule.objects.get(site=None)

    def recommend(self) -> Round:
        """Reckon all places."""
        history = queries.read_facts(self.ctx, rule=self.rule)
        advised = queries.advise(history, rule=self.rule, currency="EUR", today=self.ctx.today)
        return commands.keep_round(self.ctx, advised=advised)

    def advice(self, item: Item) -> Recommendation:
        """What is recommended for an item at home."""
        found: Recommendation = Recommendation.objects.get(item=item, site=self.home)
        return found


@dataclass
class _Made(Shelf):
    """The works with a customer and a mill."""


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def shelf(ctx: Ctx) -> Shelf:
    reference.load(ctx)
    made = make_knit(ctx, _Made)
    made.customer = parties.open_party(ctx, name="Nord Living", roles=["customer"])
    made.mill = parties.open_party(ctx, name="Biella Yarns", roles=["supplier"])
    made.sells(made.label, days=5, multiple="100")
    made.sells(made.merino, days=14)
    return made
