"""A supplier announces goods on its own page; another supplier sees none of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.test import Client

from loomline.domains.catalog import commands as catalog
from loomline.domains.inbound.models import NoticeState, ShippingNotice
from loomline.domains.procurement import commands as procurement
from loomline.kernel.context import Ctx
from loomline.surface import registry
from tests.domains.portal.test_suppliers import Mill
from tests.domains.portal.test_suppliers import live as live
from tests.domains.portal.test_suppliers import merino as merino
from tests.domains.portal.test_suppliers import mills as mills


def test_goods_are_announced_on_a_page_of_their_own(live: Ctx, mills: tuple[Mill, Mill]) -> None:
    nord, sud = mills
    silk = catalog.add_item(live, sku="SLK", name="Silk 60/2", unit="kg", tracking="lot")
    line = procurement.PurchaseLineDraft(item=silk, quantity=Decimal(40), price=Decimal(70))
    order = procurement.open_purchase(
        live, supplier=nord.party, lines=[line], requested_on=live.today + timedelta(days=20)
    )
    order = procurement.send_purchase(live, purchase=order)
    pk = order.lines.get().pk
    url = f"/portal/purchases/{order.pk}/announce/"
    assert url in nord.client.get(f"/portal/purchases/{order.pk}/").content.decode()
    asked = nord.client.get(url).content.decode()
    assert "Silk 60/2, <bdi>40 kg open" in asked.replace("\xa0", " ").replace("\u202f", " ")

    day = live.today + timedelta(days=9)
    given = {
        "shipped_on": f"{live.today:%Y-%m-%d}", "expected_on": f"{day:%Y-%m-%d}", "carrier": "Alpina",
        "tracking": "AL-77", f"quantity_{pk}": "41", f"lot_{pk}": "S-9",
    }  # fmt: skip
    refused = nord.client.post(url, given)
    assert refused.status_code == 422
    assert "41 kg cannot be announced; 40 kg of" in refused.content.decode()
    assert not ShippingNotice.objects.exists()
    assert sud.client.get(url).status_code == 404
    assert sud.client.post(url, given).status_code == 404

    made = nord.client.post(url, {**given, f"quantity_{pk}": "25"})
    notice = ShippingNotice.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"/portal/notices/{notice.pk}/")
    assert (notice.supplier, notice.carrier, notice.tracking, notice.expected_on) == (
        nord.party,
        "Alpina",
        "AL-77",
        day,
    )
    row = notice.lines.get()
    assert (row.purchase_line_id, row.quantity, row.lot) == (pk, 25, "S-9")

    shown = nord.client.get(f"/portal/notices/{notice.pk}/").content.decode()
    assert "Lot S-9" in shown
    assert "AL-77" in shown
    assert notice.number in nord.client.get(f"/portal/purchases/{order.pk}/").content.decode()
    desk = Client()
    desk.force_login(live.actor)
    assert "S-9" in desk.get(f"{registry.url(order)}?tab=announced").content.decode()
    assert notice.number in desk.get("/inbound/notices/").content.decode()

    theirs = (f"/portal/notices/{notice.pk}/", f"/api/v1/inbound/notices/{notice.pk}")
    assert [sud.client.get(address).status_code for address in theirs] == [404, 404]
    withdraw = f"/portal/notices/{notice.pk}/withdraw/"
    assert sud.client.post(withdraw, {"reason": "x"}).status_code == 404
    assert nord.client.post(withdraw, {"reason": "The lorry broke down"}).status_code == 302
    notice.refresh_from_db()
    assert (notice.state, notice.reason) == (NoticeState.WITHDRAWN, "The lorry broke down")
