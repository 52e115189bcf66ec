"""The same way of an order in hand-written SQL: the fastest that an honest program on this server would be.

Its tables are copies of ours with all columns, checks, indexes and foreign keys, in a schema of their own.
It locks, refuses and commits step by step as the commands do. It keeps no audit, no events, no timeline,
no permissions, and its texts are nobody's language.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import tuple_row

TABLES = (
    *("sales_quote", "sales_quoteline", "sales_order", "sales_orderline"),
    *("inventory_balance", "inventory_reservation", "inventory_stockmove"),
    *("warehouse_shipment", "warehouse_shipmentline", "warehouse_package", "warehouse_packagecontent"),
    *("finance_invoice", "finance_invoiceline", "kernel_series"),
)
COPIED = ("sales_quote", "sales_quoteline", "inventory_balance", "inventory_stockmove")

DEFAULTS = """
SELECT format('ALTER TABLE hand.%%I ALTER COLUMN %%I SET DEFAULT %%s', c.relname, a.attname,
    CASE WHEN a.attname = 'revision' THEN '1' WHEN t.typname = 'jsonb' THEN quote_literal('{}')
         WHEN t.typcategory = 'S' THEN quote_literal('') WHEN t.typcategory = 'B' THEN 'false' ELSE '0' END)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relnamespace = 'hand'::regnamespace AND c.relkind = 'r'
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relname = ANY (%s) AND a.attnum > 0 AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
    AND t.typcategory IN ('S', 'N', 'B', 'U') AND right(a.attname, 3) <> '_id'
"""
KEYS = """
SELECT format('ALTER TABLE hand.%%I ADD CONSTRAINT %%I %%s', c.relname, k.conname,
    pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s)
"""
OPTIONS = """
SELECT format('ALTER TABLE hand.%%I SET (%%s)', relname, array_to_string(reloptions, ', '))
FROM pg_class WHERE reloptions IS NOT NULL AND relnamespace = 'public'::regnamespace AND relname = ANY (%s)
"""


def make_tables(session: psycopg.Connection[Any]) -> None:
    """Copy our tables with everything that the database checks, and the rows that the way begins with."""
    names = list(TABLES)
    session.execute("CREATE SCHEMA hand")
    for name in TABLES:
        session.execute(f"CREATE TABLE hand.{name} (LIKE public.{name} INCLUDING ALL)")
    for name in COPIED:
        session.execute(f"INSERT INTO hand.{name} OVERRIDING SYSTEM VALUE SELECT * FROM public.{name}")
        session.execute(
            f"SELECT setval(pg_get_serial_sequence('hand.{name}', 'id'), max(id)) FROM hand.{name}"
        )
    # Keys that name one of our tables must name its copy, which the path finds first.
    session.execute("SET search_path TO public")
    keys = [row[0] for row in session.execute(KEYS, [names])]
    rest = [row[0] for query in (DEFAULTS, OPTIONS) for row in session.execute(query, [names])]
    session.execute("SET search_path TO hand, public")
    for statement in (*keys, *rest):
        session.execute(statement)
    session.execute("RESET search_path")
    session.commit()


ACCEPT = """
WITH q AS (
    UPDATE sales_quote SET state = 'accepted', decided_at = %(now)s, accepted_by = ''
    WHERE id = %(quote)s AND state = 'sent' AND valid_until >= %(today)s
    RETURNING *
)
INSERT INTO sales_order (state, quote_id, customer_id, contact_id, customer_reference, opportunity_id,
    currency, freight, net, tax, total, payment_days, ordered_on, wanted_on, site_id, ship_to_id, ship_name,
    ship_address, owner_id, team_id, note)
SELECT 'draft', q.id, q.customer_id, q.contact_id, q.customer_reference, q.opportunity_id,
    q.currency, q.freight, q.net, q.tax, q.total, coalesce(t.payment_days, 30), %(today)s, q.wanted_on,
    q.site_id, q.ship_to_id, p.name, concat_ws(E'\\n', a.line1, a.postcode || ' ' || a.city, a.country),
    q.owner_id, q.team_id, q.note
FROM q JOIN parties_party p ON p.id = q.customer_id
LEFT JOIN parties_customerterms t ON t.party_id = p.id
LEFT JOIN parties_address a ON a.id = q.ship_to_id
RETURNING id
"""
ACCEPT_LINES = """
INSERT INTO sales_orderline (order_id, quote_line_id, position, item_id, description, quantity,
    entered_quantity, unit_id, price, discount, tax_rate, amount, unit_cost, wanted_on)
SELECT %(order)s, id, position, item_id, description, quantity,
    entered_quantity, unit_id, price, discount, tax_rate, amount, unit_cost, wanted_on
FROM sales_quoteline WHERE quote_id = %(quote)s AND NOT is_optional ORDER BY position
"""

# Nobody may owe more than agreed: open orders not invoiced yet, and invoices not paid yet.
CONFIRM = """
SELECT o.id FROM sales_order o JOIN parties_customerterms t ON t.party_id = o.customer_id
WHERE o.id = %(order)s AND o.state = 'draft'
    AND (t.credit_limit IS NULL OR t.credit_limit >= o.total + coalesce((
        SELECT sum(l.amount * (l.quantity - l.invoiced) / l.quantity)
        FROM sales_orderline l JOIN sales_order b ON b.id = l.order_id
        WHERE b.customer_id = o.customer_id AND b.state IN ('confirmed', 'part_shipped', 'shipped')
            AND l.invoiced < l.quantity), 0) + coalesce((
        SELECT sum(i.total - i.paid - i.credited) FROM finance_invoice i
        WHERE i.customer_id = o.customer_id AND i.state IN ('posted', 'part_paid')), 0))
FOR UPDATE OF o
"""
CONFIRM_LINES = """
UPDATE sales_orderline l SET promised_on = d.day, expected_on = d.day, promise_basis = d.basis
FROM (
    SELECT w.id, CASE WHEN f.free >= w.quantity THEN %(soon)s ELSE %(later)s END::date AS day,
        CASE WHEN f.free >= w.quantity THEN 'from stock' ELSE 'lead time' END AS basis
    FROM sales_orderline w JOIN sales_order o ON o.id = w.order_id
    LEFT JOIN LATERAL (
        SELECT sum(b.on_hand - b.reserved) AS free
        FROM inventory_balance b JOIN sites_location p ON p.id = b.location_id
        WHERE b.item_id = w.item_id AND p.site_id = o.site_id AND p.kind = 'storage') f ON true
    WHERE w.order_id = %(order)s
) d WHERE l.id = d.id
"""
CONFIRM_ORDER = """
UPDATE sales_order o SET state = 'confirmed', confirmed_at = %(now)s, promised_on = d.day, expected_on = d.day
FROM (SELECT max(promised_on) AS day FROM sales_orderline WHERE order_id = %(order)s) d
WHERE o.id = %(order)s AND o.state = 'draft'
RETURNING o.id
"""

FREE = """
SELECT l.id, l.quantity, b.id, b.on_hand - b.reserved
FROM sales_order o JOIN sales_orderline l ON l.order_id = o.id
JOIN inventory_balance b ON b.item_id = l.item_id
JOIN sites_location p ON p.id = b.location_id AND p.site_id = o.site_id AND p.kind = 'storage'
WHERE o.id = %(order)s AND o.state IN ('confirmed', 'part_shipped') AND b.on_hand > b.reserved
ORDER BY b.item_id, b.location_id, b.lot_id
FOR UPDATE OF b
"""
RESERVE = """
WITH t AS (
    SELECT * FROM unnest(%(balances)s::bigint[], %(lines)s::bigint[], %(quantities)s::numeric[])
        AS t (balance_id, line_id, quantity)
), kept AS (
    UPDATE inventory_balance b SET reserved = b.reserved + t.quantity FROM t WHERE b.id = t.balance_id
    RETURNING b.id, b.item_id, b.location_id, b.lot_id
)
INSERT INTO inventory_reservation (item_id, location_id, lot_id, quantity, origin_kind, origin_id, created_at)
SELECT k.item_id, k.location_id, k.lot_id, t.quantity, 'sales.orderline', t.line_id, %(now)s
FROM t JOIN kept k ON k.id = t.balance_id
"""

PICK = """
INSERT INTO warehouse_shipment (state, order_id, customer_id, site_id, carrier_id, mode, ship_name,
    ship_address, planned_on, promised_on, expected_on, picked_at)
SELECT 'picking', o.id, o.customer_id, o.site_id, o.carrier_id, 'road', o.ship_name, o.ship_address,
    %(today)s, o.promised_on, o.expected_on, %(now)s
FROM sales_order o WHERE o.id = %(order)s AND o.state IN ('confirmed', 'part_shipped')
RETURNING id
"""
PICK_LINES = """
WITH held AS (
    SELECT r.id, l.id AS line_id, l.position, r.item_id, r.location_id, r.lot_id, r.quantity
    FROM sales_orderline l JOIN inventory_reservation r
        ON r.origin_kind = 'sales.orderline' AND r.origin_id = l.id AND r.holder_kind = ''
    WHERE l.order_id = %(order)s ORDER BY r.id FOR UPDATE OF r
), made AS (
    INSERT INTO warehouse_shipmentline
        (shipment_id, position, order_line_id, item_id, lot_id, location_id, quantity)
    SELECT %(shipment)s, row_number() OVER (ORDER BY position, id), line_id, item_id, lot_id, location_id,
        quantity FROM held
    RETURNING id, order_line_id, location_id, lot_id
)
UPDATE inventory_reservation r SET holder_kind = 'warehouse.shipmentline', holder_id = m.id
FROM held h JOIN made m ON m.order_line_id = h.line_id AND m.location_id = h.location_id
    AND m.lot_id IS NOT DISTINCT FROM h.lot_id
WHERE r.id = h.id
"""
PACK = """
WITH s AS (
    UPDATE warehouse_shipment SET state = 'packed', packed_at = %(now)s, weight_kg = (
        SELECT sum(l.quantity * i.weight_kg)
        FROM warehouse_shipmentline l JOIN catalog_item i ON i.id = l.item_id
        WHERE l.shipment_id = %(shipment)s)
    WHERE id = %(shipment)s AND state = 'picking'
    RETURNING id, weight_kg
), p AS (
    INSERT INTO warehouse_package (shipment_id, position, sscc, weight_kg)
    SELECT id, 1, lpad(nextval('number_sscc')::text, 18, '0'), weight_kg FROM s
    RETURNING id
)
INSERT INTO warehouse_packagecontent (package_id, line_id, quantity)
SELECT p.id, l.id, l.quantity FROM p JOIN warehouse_shipmentline l ON l.shipment_id = %(shipment)s
RETURNING id
"""

SHIP = """
WITH s AS (
    UPDATE warehouse_shipment SET state = 'shipped', shipped_at = %(now)s
    WHERE id = %(shipment)s AND state IN ('picking', 'packed')
    RETURNING id
), l AS (
    UPDATE sales_orderline o SET shipped = o.shipped + w.quantity, stage = 'Shipped', expected_on = %(today)s
    FROM (SELECT order_line_id, sum(quantity) AS quantity FROM warehouse_shipmentline
          WHERE shipment_id = %(shipment)s GROUP BY 1) w
    WHERE o.id = w.order_line_id
    RETURNING o.order_id, o.quantity - o.shipped AS rest
)
UPDATE sales_order o SET shipped_at = %(now)s, expected_on = %(today)s,
    state = CASE WHEN (SELECT sum(rest) FROM l) = 0 THEN 'shipped' ELSE 'part_shipped' END
FROM s WHERE o.id = %(order)s AND o.state IN ('confirmed', 'part_shipped')
RETURNING o.id
"""
TAKE = """
DELETE FROM inventory_reservation r USING (
    SELECT r.id FROM warehouse_shipmentline l JOIN inventory_reservation r
        ON r.holder_kind = 'warehouse.shipmentline' AND r.holder_id = l.id
    WHERE l.shipment_id = %(shipment)s ORDER BY r.id FOR UPDATE OF r) t
WHERE r.id = t.id
RETURNING r.item_id, r.location_id, r.lot_id, r.quantity, r.holder_id
"""
# Locked in one order, touchable places first, and what is missing is made at nought.
LOCK = """
INSERT INTO inventory_balance (item_id, location_id, lot_id, is_physical)
SELECT item_id, location_id, lot_id, physical FROM (
    SELECT unnest(%(items)s::bigint[]) AS item_id, unnest(%(places)s::bigint[]) AS location_id,
        unnest(%(lots)s::bigint[]) AS lot_id, true AS physical
    UNION ALL
    SELECT unnest(%(items)s::bigint[]), %(customer)s, unnest(%(lots)s::bigint[]), false
) t ORDER BY physical DESC, item_id, location_id, lot_id
ON CONFLICT (item_id, location_id, lot_id, owner_id, unit_id) DO UPDATE
SET on_hand = inventory_balance.on_hand WHERE false
"""
ISSUE = """
WITH t AS (
    SELECT * FROM unnest(%(items)s::bigint[], %(places)s::bigint[], %(lots)s::bigint[],
        %(quantities)s::numeric[], %(holders)s::bigint[])
        AS t (item_id, location_id, lot_id, quantity, holder_id)
), changed AS (
    UPDATE inventory_balance b SET on_hand = b.on_hand + d.on_hand, reserved = b.reserved + d.reserved
    FROM (
        SELECT item_id, location_id, lot_id, -sum(quantity) AS on_hand, -sum(quantity) AS reserved
        FROM t GROUP BY 1, 2, 3
        UNION ALL SELECT item_id, %(customer)s, lot_id, sum(quantity), 0 FROM t GROUP BY 1, 2, 3
    ) d
    WHERE b.item_id = d.item_id AND b.location_id = d.location_id AND b.lot_id IS NOT DISTINCT FROM d.lot_id
)
INSERT INTO inventory_stockmove (item_id, lot_id, quantity, source_id, destination_id, effective_at,
    recorded_at, origin_kind, origin_id)
SELECT item_id, lot_id, quantity, location_id, %(customer)s, %(now)s, %(now)s, 'warehouse.shipmentline',
    holder_id
FROM t
"""

NUMBER = """
INSERT INTO kernel_series (name, last) VALUES ('invoice', 1)
ON CONFLICT (name) DO UPDATE SET last = kernel_series.last + 1 RETURNING last
"""
INVOICE = """
WITH o AS (
    SELECT * FROM sales_order WHERE id = %(order)s
), l AS (
    UPDATE sales_orderline SET invoiced = shipped WHERE order_id = %(order)s AND invoiced < shipped
    RETURNING *
), i AS (
    INSERT INTO finance_invoice (number, kind, state, customer_id, order_id, customer_reference, issued_on,
        due_on, currency, freight, net, tax, total, bill_to, owner_id, team_id, posted_at)
    SELECT %(number)s, 'invoice', 'posted', o.customer_id, o.id, o.customer_reference, %(today)s,
        %(today)s + o.payment_days, o.currency, o.freight, o.net, o.tax, o.total, o.ship_address, o.owner_id,
        o.team_id, %(now)s
    FROM o RETURNING id
)
INSERT INTO finance_invoiceline (invoice_id, position, order_line_id, item_id, description, quantity, price,
    discount, tax_rate, amount)
SELECT i.id, l.position, l.id, l.item_id, l.description, l.invoiced, l.price, l.discount, l.tax_rate, l.amount
FROM i, l
RETURNING id
"""


class Refusal(Exception):
    """A step found the records in another state than it may start from."""


class Way:
    """One session that carries orders through, one durable transaction a step."""

    def __init__(self, session: psycopg.Connection[Any], *, customer_place: int) -> None:
        self.session = session
        self.customer = customer_place
        self.statements = 0
        session.execute("SET search_path TO hand, public")
        session.commit()

    def one(self, query: str, values: dict[str, Any]) -> Any:
        """The first column of the first row; a step whose first statement finds nothing is refused."""
        rows = self.all(query, values)
        if not rows:
            raise Refusal(query.split("\n")[1])
        return rows[0][0]

    def all(self, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """All rows."""
        self.statements += 1
        with self.session.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def accept(self, known: dict[str, Any]) -> None:
        known["order"] = self.one(ACCEPT, known)
        self.all(ACCEPT_LINES, known)

    def confirm(self, known: dict[str, Any]) -> None:
        self.one(CONFIRM, known)
        self.all(CONFIRM_LINES, known)
        self.one(CONFIRM_ORDER, known)

    def reserve(self, known: dict[str, Any]) -> None:
        taken = _allocate(self.all(FREE, known))
        names = ("balances", "lines", "quantities")
        self.all(RESERVE, known | dict(zip(names, map(list, zip(*taken, strict=True)), strict=True)))

    def pick(self, known: dict[str, Any]) -> None:
        known["shipment"] = self.one(PICK, known)
        self.all(PICK_LINES, known)

    def pack(self, known: dict[str, Any]) -> None:
        self.one(PACK, known)

    def ship(self, known: dict[str, Any]) -> None:
        self.one(SHIP, known)
        taken = self.all(TAKE, known)
        if not taken:
            raise Refusal("nothing is reserved")
        names = ("items", "places", "lots", "quantities", "holders")
        columns = dict(zip(names, map(list, zip(*taken, strict=True)), strict=True))
        values = known | columns | {"customer": self.customer}
        self.all(LOCK, values)
        self.all(ISSUE, values)

    def invoice(self, known: dict[str, Any]) -> None:
        known["number"] = f"INV-{self.one(NUMBER, known):05d}"
        self.one(INVOICE, known)

    def beginning(self, quote_id: int, now: datetime) -> dict[str, Any]:
        """What is known of an order before its first step."""
        today = now.date()
        days = {"soon": today + timedelta(days=2), "later": today + timedelta(days=14)}
        return {"quote": quote_id, "now": now, "today": today, **days}


def _allocate(free: list[tuple[Any, ...]]) -> list[tuple[int, int, Decimal]]:
    """Balance, line and quantity: each line takes from the places of its item until it has enough."""
    missing: dict[int, Decimal] = {line: quantity for line, quantity, _balance, _free in free}
    taken = []
    for line, _quantity, balance, left in free:
        part = min(missing[line], left)
        if part > 0:
            missing[line] -= part
            taken.append((balance, line, part))
    if not taken or any(missing.values()):
        raise Refusal("not enough stock")
    return taken
