"""The orders to pick: which of them are ready, whose turn it is, and picking many at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from loomline.domains.accounts.models import Role, User
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot
from loomline.domains.sales.models import Order
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse import queries
from loomline.domains.warehouse.models import Shipment
from loomline.kernel.context import Ctx
from tests.domains.inventory.mill import counted
from tests.domains.warehouse.dock import Dock

HERE = "/warehouse/to-pick/"


@pytest.fixture
def client(dock: Dock) -> Client:
    """The browser of who may do everything."""
    made = Client()
    made.force_login(dock.ctx.actor)
    return made


def waiting(dock: Dock) -> dict[int, tuple[int, int, int]]:
    """Each order to pick with its lines, those that lie there whole and those that do in part."""
    return {
        row.order_id: (row.lines, row.whole, row.begun)
        for row in queries.readiness(on=dock.ctx.today).values()
    }


def rows(page: str) -> list[str]:
    """What the rows of the page say, in their order."""
    found = re.findall(r'<tr id="row-\d+".*?</tr>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in found]


def test_free_stock_serves_who_was_confirmed_first(dock: Dock) -> None:
    dock.stock(dock.sweater, "30", lot="B1")
    dock.stock(dock.label, "25")
    first = dock.order((dock.sweater, "20"), (dock.label, "20"))
    second = dock.order((dock.sweater, "20"), (dock.label, "5"))
    third = dock.order((dock.label, "1"))
    assert waiting(dock) == {first.pk: (2, 2, 2), second.pk: (2, 1, 2), third.pk: (1, 0, 0)}

    warehouse.pick_order(dock.ctx, order=first)
    assert waiting(dock) == {second.pk: (2, 1, 2), third.pk: (1, 0, 0)}

    inventory.hold_lot(dock.ctx, lot=Lot.objects.get(number="B1"), reason="colour")
    assert waiting(dock) == {second.pk: (2, 1, 1), third.pk: (1, 0, 0)}


def test_what_is_reserved_lies_there_for_its_order_alone(dock: Dock) -> None:
    dock.stock(dock.label, "10")
    first, second = dock.order((dock.label, "8")), dock.order((dock.label, "8"))
    demand = dock.mill.demand("8", origin=second.lines.get().pk, item=dock.label)
    inventory.reserve(dock.ctx, demands=[demand])
    assert waiting(dock) == {first.pk: (1, 0, 1), second.pk: (1, 1, 1)}


def test_the_page_shows_who_is_late_ready_and_how_far(dock: Dock, client: Client) -> None:
    dock.stock(dock.sweater, "30", lot="B1")
    dock.stock(dock.label, "20")
    late, part, none = (
        dock.order((dock.sweater, "20"), (dock.label, "5")),
        dock.order((dock.sweater, "20"), (dock.label, "5")),
        dock.order((dock.sweater, "20")),
    )
    draft = dock.order((dock.label, "5"), confirm=False)
    today = Ctx.new(actor=dock.ctx.actor, via="page").today
    for order, days in ((late, -3), (part, 0), (none, 9)):
        Order.objects.filter(pk=order.pk).update(promised_on=today + timedelta(days=days))

    page = client.get(HERE).content.decode()
    assert "3 orders wait: 1 ready, 1 late." in page
    found = rows(page)
    assert [row.split()[0] for row in found] == [late.number, part.number, none.number]
    assert draft.number not in page
    assert "3 days late" in found[0]
    assert "Ready 2 Braga Fjord Freight" in found[0]
    assert "Partly 1 of 2 lines complete 2 Braga" in found[1]
    assert "Nothing on hand 1 Braga" in found[2]

    def numbers(query: str) -> list[str]:
        return [row.split()[0] for row in rows(client.get(f"{HERE}?{query}").content.decode())]

    assert numbers("view=ready") == numbers("view=late") == numbers("ready=ready") == [late.number]
    assert numbers("view=today") == numbers("ready=partly") == [part.number]
    assert numbers(f"site={dock.mill.site.pk}&carrier={dock.carrier.pk}") == [
        late.number, part.number, none.number,
    ]  # fmt: skip
    assert numbers("site=999") == numbers("carrier=x") == []
    assert "No orders to pick fit this." in client.get(f"{HERE}?view=late&ready=nothing").content.decode()


def test_many_are_picked_from_the_page_and_leave_it(dock: Dock, client: Client) -> None:
    dock.stock(dock.label, "20")
    orders = [dock.order((dock.label, "10")), dock.order((dock.label, "10")), dock.order((dock.sweater, "1"))]
    assert 'data-bulk="/sales/orders/do/pick_order/"' in client.get(HERE).content.decode()
    answer = client.post(f"/sales/orders/do/pick_order/?ids={','.join(str(one.pk) for one in orders)}")

    assert answer.status_code == 302
    assert set(Shipment.objects.values_list("order_id", flat=True)) == {orders[0].pk, orders[1].pk}
    page = client.get(HERE).content.decode()
    assert [row.split()[0] for row in rows(page)] == [orders[2].number]
    assert f"2 done. 1 was left as it is: {orders[2].number}: Nothing of order" in page


def test_the_page_asks_as_much_for_forty_orders_as_for_one(dock: Dock, client: Client) -> None:
    items = dock.many_items(2)
    dock.order((items[0], "1"))
    client.get(HERE)
    with counted() as one:
        client.get(HERE)
    for _n in range(40):
        dock.order((items[0], "1"), (items[1], "2"))
    with counted() as many:
        page = client.get(HERE).content.decode()
    assert len(rows(page)) == 41
    assert len(many) == len(one)


def test_rows_keep_to_what_the_person_may_see(dock: Dock, client: Client) -> None:
    person = User.objects.create(email="ana@halden.example", name="Ana Reis")
    mine, other = dock.order((dock.label, "5")), dock.order((dock.label, "5"))
    Order.objects.filter(pk=mine.pk).update(owner=person)
    client.force_login(person)
    assert client.get(HERE).status_code == 403

    role = Role.objects.create(name="Dispatch")
    for permission in ("warehouse.pick_order", "sales.view_order"):
        role.grants.create(permission=permission, level=2)
    person.roles.add(role)
    page = client.get(HERE).content.decode()
    assert [row.split()[0] for row in rows(page)] == [mine.number]
    assert other.number not in page
