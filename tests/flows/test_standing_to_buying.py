"""A supplier who is blocked is not ordered from, unless it disputes its score."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.procurement import commands as procurement
from loomline.domains.scorecards import commands as scorecards
from loomline.domains.scorecards.models import Score
from tests.domains.warehouse.dock import Dock


def test_the_last_score_decides(dock: Dock) -> None:
    weaver = parties.open_party(dock.ctx, name="Weber Etiketten", roles=["supplier"])
    line = procurement.PurchaseLineDraft(item=dock.label, quantity=Decimal(10), price=Decimal(2))
    draft = procurement.PurchaseDraft(supplier=weaver, site=dock.mill.site, lines=[line])
    [purchase] = procurement.open_purchases(dock.ctx, drafts=[draft])
    score = Score.objects.create(
        supplier=weaver,
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 11, 1),
        points=Decimal("21.5"),
        rank="blocked",
        lines=9,
        reckoned_at=dock.ctx.now,
    )
    with pytest.raises(procurement.SupplierBlocked, match=r"reached 21.5 points from 1 Oct 2026 on"):
        procurement.send_purchase(dock.ctx, purchase=purchase)

    scorecards.dispute_score(dock.ctx, score=score, reason="strike at the border")
    procurement.send_purchase(dock.ctx, purchase=purchase)
    purchase.refresh_from_db()
    assert purchase.state == "sent"
