"""An installation from before bills, payables and exchange rates had rooms of their own keeps all it has.

In the end its database is the one that a first start makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from loomline.kernel import triggers

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
MOVES = (("ledger", "0001_initial"), ("payables", "0001_initial"), ("bills", "0001_initial"))

CATALOGS = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               pg_get_expr(d.adbin, d.adrelid), a.attgenerated
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v', 'm')
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "indexes": """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'public'::regnamespace""",
    "triggers": """
        SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": """
        SELECT proname, md5(prosrc) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')""",
    "sequences": "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace",
    "migrations": "SELECT app, name FROM django_migrations",
}


def catalogs(cursor: Any) -> dict[str, set[tuple[Any, ...]]]:
    """What a database is made of."""
    found = {}
    for kind, question in CATALOGS.items():
        cursor.execute(question)
        found[kind] = set(cursor.fetchall())
    return found


@pytest.fixture
def first_start() -> dict[str, set[tuple[Any, ...]]]:
    """The catalogs of the database that a first start makes, as the tests' own is."""
    return catalogs(connections["default"].cursor())


@pytest.fixture
def former() -> Iterator[Any]:
    """An empty database of its own, and the connection to it."""
    wrapper = connections["default"]
    at = wrapper.settings_dict
    name, made = at["NAME"], f"{at['NAME']}_former"
    address = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"] or None}
    wrapper.close()
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as session:
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(made)))
        try:
            at["NAME"] = made
            yield wrapper
        finally:
            wrapper.close()
            at["NAME"] = name
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(made)))


def before(executor: MigrationExecutor) -> list[tuple[str, str]]:
    """The last migration of every app that does not rest on one of the moves."""
    graph = executor.loader.graph
    held = {node for node in graph.nodes if not any(move in graph.forwards_plan(node) for move in MOVES)}
    return sorted(
        node
        for node in held
        if not any(child.key in held and child.key[0] == node[0] for child in graph.node_map[node].children)
    )


def written(apps: Any) -> dict[str, int]:
    """Rows of everything that moves, and of what names it."""

    def make(model: str, **values: Any) -> Any:
        return apps.get_model(model).objects.create(**values)

    person = make("accounts.user", email="ada@example.org", name="Ada")
    mill = make("parties.party", kind="organisation", name="Biella Yarns")
    unit = make("catalog.unit", code="kg", name="kilogram")
    item = make("catalog.item", sku="FJORD", name="Fjord", unit=unit)
    yarn = make("catalog.item", sku="YARN", name="Yarn", unit=unit)
    bill = make("manufacturing.bill", item=item, note="as ever")
    make("manufacturing.billline", bill=bill, component=yarn, quantity="0.42")
    make("manufacturing.routestage", bill=bill, position=1, name="Knitting", kind="knitting")
    make("manufacturing.workorder", number="W-1", item=item, bill=bill, quantity=3)
    invoice = make(
        "finance.supplierinvoice", number="SI-1", supplier=mill, their_number="2026/1", issued_on=TODAY,
        due_on=TODAY, currency="EUR",
    )  # fmt: skip
    make("finance.supplierinvoiceline", invoice=invoice, item=yarn, quantity=1)
    make("finance.exchangerate", currency="USD", into="EUR", on=TODAY, rate="0.9")

    activity = make(
        "kernel.activity", at=NOW, actor=person, via="page", verb="manufacturing.revise_bill",
        kind="manufacturing.bill", object_id=bill.pk,
        parameters={"bill": {"kind": "manufacturing.bill", "id": bill.pk}, "note": "finance.invoice"},
    )  # fmt: skip
    for name, about in (
        ("manufacturing.BillAdded", [f"manufacturing.bill:{bill.pk}", f"catalog.item:{item.pk}"]),
        ("finance.SupplierInvoicePaid", [f"finance.supplierinvoice:{invoice.pk}"]),
        ("finance.InvoicePaid", ["finance.invoice:7"]),
    ):
        make("kernel.storedevent", at=NOW, name=name, payload={}, activity=activity, about=about)
    make("kernel.customfield", entity="finance.supplierinvoice", name="cost_centre", label="Cost centre")
    make("surface.savedview", owner=person, resource="finance.supplier-invoices", title="Mine")
    make(
        "tasks.task",
        title="Ask",
        about_kind="manufacturing.bill",
        about_id=bill.pk,
        author=person,
        written_at=NOW,
    )
    role = make("accounts.role", name="Clerk")
    for permission, level in (
        ("finance.view", 5), ("finance.enter_supplier_invoice", 3), ("manufacturing.*", 2)
    ):  # fmt: skip
        make("accounts.grant", role=role, permission=permission, level=level)
    make(
        "accounts.apitoken", user=person, name="Robot", prefix="x", digest="y", created_at=NOW,
        scopes=["manufacturing.view", "finance.record_rates"],
    )  # fmt: skip
    rule = make(
        "automation.rule", name="Tell", owner=person, event="finance.SupplierInvoiceEntered",
        entity="finance.supplierinvoice", actions=[{"command": "finance.match_supplier_invoice"}],
    )  # fmt: skip
    make(
        "automation.ruleversion", rule=rule, number=1, author=person, activated_at=NOW,
        event="finance.SupplierInvoiceEntered", actions=[{"command": "finance.match_supplier_invoice"}],
    )  # fmt: skip
    make("mail.template", name="Question", text="?", kinds=["sales.order", "finance.supplierinvoice"])
    return {"bill": bill.pk, "invoice": invoice.pk, "item": item.pk}


def test_all_that_was_written_before_is_found_in_the_database_of_a_first_start(
    first_start: dict[str, set[tuple[Any, ...]]], former: Any
) -> None:
    triggers.prepare()
    executor = MigrationExecutor(former)
    targets = before(executor)
    executor.migrate(targets)
    triggers.install()
    keys = written(executor.loader.project_state(targets).apps)
    call_command("migrate", verbosity=0, interactive=False)
    made_in_steps = catalogs(former.cursor())
    for kind in CATALOGS:
        assert first_start[kind] - made_in_steps[kind] == set(), kind
        assert made_in_steps[kind] - first_start[kind] == set(), kind
    executor = MigrationExecutor(former)
    apps = executor.loader.project_state(executor.loader.graph.leaf_nodes()).apps

    def rows(model: str, *columns: str) -> list[Any]:
        found = apps.get_model(model).objects.order_by("pk").values_list(*columns)
        return [row[0] if len(columns) == 1 else row for row in found]

    assert rows("bills.bill", "pk", "item", "note") == [(keys["bill"], keys["item"], "as ever")]
    assert rows("bills.billline", "bill", "component__sku") == [(keys["bill"], "YARN")]
    assert rows("bills.routestage", "bill", "name") == [(keys["bill"], "Knitting")]
    assert rows("manufacturing.workorder", "bill", "bill__note") == [(keys["bill"], "as ever")]
    assert rows("payables.supplierinvoice", "number", "supplier__name") == [("SI-1", "Biella Yarns")]
    assert rows("payables.supplierinvoiceline", "invoice") == [keys["invoice"]]
    assert rows("ledger.exchangerate", "currency", "rate") == [("USD", Decimal("0.9"))]

    assert rows("kernel.activity", "verb", "kind", "parameters") == [
        (
            "bills.revise_bill",
            "bills.bill",
            {"bill": {"kind": "bills.bill", "id": keys["bill"]}, "note": "finance.invoice"},
        )
    ]
    bill, item, invoice = f"bills.bill:{keys['bill']}", f"catalog.item:{keys['item']}", keys["invoice"]
    assert rows("kernel.storedevent", "name", "about") == [
        ("bills.BillAdded", [bill, item]),
        ("payables.SupplierInvoicePaid", [f"payables.supplierinvoice:{invoice}"]),
        ("finance.InvoicePaid", ["finance.invoice:7"]),
    ]
    assert set(rows("kernel.eventabout", "kind", "object_id")) == {
        ("bills.bill", keys["bill"]),
        ("catalog.item", keys["item"]),
        ("payables.supplierinvoice", invoice),
        ("finance.invoice", 7),
    }
    assert rows("kernel.customfield", "entity") == ["payables.supplierinvoice"]
    assert rows("surface.savedview", "resource") == ["payables.supplier-invoices"]
    assert rows("tasks.task", "about_kind") == ["bills.bill"]
    assert rows("mail.template", "kinds") == [["sales.order", "payables.supplierinvoice"]]

    assert dict(rows("accounts.grant", "permission", "level")) == {
        "finance.view": 5,
        "payables.view": 5,
        "ledger.view_exchangerate": 5,
        "payables.enter_supplier_invoice": 3,
        "manufacturing.*": 2,
        "bills.*": 2,
    }
    assert rows("accounts.apitoken", "scopes") == [
        ["manufacturing.view", "ledger.record_rates", "bills.view"]
    ]

    rule = ("payables.SupplierInvoiceEntered", [{"command": "payables.match_supplier_invoice"}])
    assert rows("automation.rule", "event", "actions") == [rule]
    assert rows("automation.ruleversion", "event", "actions") == [rule]
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        apps.get_model("automation.ruleversion").objects.update(number=2)
