"""Who has goods of lots, whom to tell, and how far a recall has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum

from loomline.domains.inventory.models import Balance, Lot
from loomline.domains.parties.models import ContactKind, ContactPoint, Relationship
from loomline.domains.recalls.models import NoticeState, Recall

ZERO = Decimal(0)
# What left our stock, and what suppliers brought straight to customers.
DELIVERED = """
WITH left_for AS (
    SELECT s.customer_id, l.item_id, l.quantity, l.lot_id, s.shipped_at AS at
    FROM warehouse_shipmentline l
    JOIN warehouse_shipment s ON s.id = l.shipment_id
    WHERE l.lot_id = ANY (%s::bigint[]) AND s.shipped_at IS NOT NULL AND s.state <> 'cancelled'
    UNION ALL
    SELECT p.customer_id, l.item_id, l.quantity, l.lot_id, r.received_at
    FROM procurement_receiptline l
    JOIN procurement_receipt r ON r.id = l.receipt_id AND r.state = 'posted'
    JOIN procurement_purchase p ON p.id = r.purchase_id AND p.customer_id IS NOT NULL
    WHERE l.lot_id = ANY (%s::bigint[])
)
SELECT customer_id, item_id, sum(quantity), count(DISTINCT lot_id), max(at)
FROM left_for GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a customer has of one item, of how many lots, and when the last of it left."""

    customer_id: int
    item_id: int
    quantity: Decimal
    lots: int
    last_shipped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to tell at a customer, and where."""

    person_id: int | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """How far a recall has come: who was told, reached and answered, and what is accounted for."""

    notices: int = 0
    sent: int = 0
    reached: int = 0
    answered: int = 0
    delivered: Decimal = ZERO
    returned: Decimal = ZERO
    destroyed: Decimal = ZERO

    @property
    def reached_share(self) -> Decimal | None:
        """The share of customers who are known to know; None when there are none."""
        return Decimal(self.reached) / self.notices if self.notices else None

    @property
    def accounted_share(self) -> Decimal | None:
        """The share of what was delivered that came back or was destroyed."""
        return (self.returned + self.destroyed) / self.delivered if self.delivered else None


def deliveries_of(*, lot_ids: Iterable[int]) -> list[Delivered]:
    """Who has goods of these lots: by customer and item. One statement for any number of lots."""
    ids = list(lot_ids)
    with connection.cursor() as cursor:
        cursor.execute(DELIVERED, [ids, ids])
        return [Delivered(*row) for row in cursor.fetchall()]


def stock_left(*, lot_ids: Sequence[int]) -> list[Lot]:
    """Those of the lots that still lie somewhere."""
    there = Balance.objects.filter(lot__in=lot_ids, is_physical=True).exclude(on_hand=0)
    return list(Lot.objects.filter(pk__in=there.order_by().values("lot")).order_by("pk"))


def contacts_of(*, customer_ids: Iterable[int]) -> dict[int, Contact]:
    """Whom to tell at customers: the first person who works there and has an address, else the house.

    Three statements for any number of customers.
    """
    ids = list(customer_ids)
    ties = Relationship.objects.filter(organisation__in=ids, until__isnull=True, person__is_active=True)
    people = list(ties.order_by("pk").values_list("organisation_id", "person_id"))
    asked = {*ids, *(person for _house, person in people)}
    points = ContactPoint.objects.filter(party__in=asked, kind=ContactKind.EMAIL, until__isnull=True)
    mail: dict[int, str] = {}
    for party, value in points.order_by("-is_primary", "pk").values_list("party_id", "value"):
        mail.setdefault(party, value)
    found = {pk: Contact(None, mail.get(pk, "")) for pk in ids}
    for house, person in reversed(people):
        if person in mail:
            found[house] = Contact(person, mail[person])
    return found


def effectiveness(*, recall: Recall) -> Effectiveness:
    """How far a recall has come. One statement."""
    told = Q(state__in=[NoticeState.SENT, NoticeState.REACHED, NoticeState.ANSWERED])
    known = Q(state__in=[NoticeState.REACHED, NoticeState.ANSWERED])
    sums = recall.notices.aggregate(
        notices=Count("pk"),
        sent=Count("pk", filter=told),
        reached=Count("pk", filter=known),
        answered=Count("pk", filter=Q(state=NoticeState.ANSWERED)),
        delivered=Sum("delivered", default=ZERO),
        returned=Sum("returned", default=ZERO),
        destroyed=Sum("destroyed", default=ZERO),
    )
    return Effectiveness(**sums)
