"""Salesforce: API names and reports, short keys, footers, and the public tables of a connector."""

from __future__ import annotations

from pathlib import Path

from loomline.domains.exchange.models import ForeignKey
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.kernel.context import Ctx
from tests.domains.exchange.heads import OTHER_HEADS, heads, made, table
from tests.domains.exchange.taking import counted, take

ACME = "001D000000IRt53IAD"


def test_a_report_of_contacts_brings_the_companies_that_it_names(ctx: Ctx) -> None:
    columns = heads("salesforce", "contacts", OTHER_HEADS)
    row = {"Contact ID": "003D000000QYVzu", "First Name": "Ana", "Last Name": "Sá", "Title": "Buyer"}
    row |= {"Account Name": "Acme", "Account ID": ACME[:15], "Mailing Country": "United States"}
    report = (
        table(columns, row) + b"\r\nGrand Totals (1 records)\r\nCopyright (c) 2000-2026 salesforce.com\r\n"
    )
    outcome = take(ctx, "salesforce", {"report1766050000000.csv": report})

    assert outcome.errors == []
    assert counted(outcome) == {"contacts": (1, 0, 0, 0), "accounts": (1, 0, 0, 0)}
    ana = Party.objects.get(name="Ana Sá")
    assert (ana.ties.get().organisation.name, ana.addresses.get().country) == ("Acme", "US")

    accounts = take(
        ctx,
        "salesforce",
        {"Account.csv": made("salesforce", "accounts", {"Id": ACME, "Name": "Acme Inc", "Industry": "Yarn"})},
    )
    assert counted(accounts)["accounts"] == (0, 1, 0, 0)
    acme = Party.objects.get(kind="organisation")
    assert (acme.name, acme.custom["industry"]) == ("Acme Inc", "Yarn")


def test_a_lead_report_without_keys_comes_in_once(ctx: Ctx) -> None:
    columns = heads("salesforce", "leads", OTHER_HEADS)
    rows = [
        {
            "First Name": "Ana",
            "Last Name": "Sá",
            "Email": "ana@example.org",
            "Lead Status": "Working - Contacted",
        },
        {
            "First Name": "Rui",
            "Last Name": "Reis",
            "Lead Status": "Closed - Not Converted",
            "Created Date": "6/22/2026",
        },
    ]
    files = {"leads.csv": table(columns, *rows)}
    take(ctx, "salesforce", files)
    assert set(Lead.objects.values_list("name", "state", "reason")) == {
        ("Ana Sá", "working", ""),
        ("Rui Reis", "disqualified", "Closed - Not Converted"),
    }
    assert counted(take(ctx, "salesforce", files)) == {"leads": (0, 0, 2, 0)}


def test_deleted_rows_are_skipped_and_sums_of_spreadsheets_are_read(ctx: Ctx) -> None:
    rows = [
        {"Id": ACME, "Name": "Acme", "AnnualRevenue": "3.00E+07", "IsDeleted": "false"},
        {"Id": "001D000000IRt54IAD", "Name": "Gone", "IsDeleted": "true"},
    ]
    outcome = take(ctx, "salesforce", {"Account.csv": made("salesforce", "accounts", *rows)})

    assert outcome.counts["accounts"].skipped == 1
    assert Party.objects.get().custom["annual_revenue"] == "30000000"


def test_a_deal_that_moved_on_there_moves_here(ctx: Ctx) -> None:
    row = {"Id": "006D000000AAAAA", "Name": "Autumn", "StageName": "Prospecting", "Amount": "100"}
    row |= {"IsClosed": "false", "IsWon": "false", "CloseDate": "2026-05-01", "NextStep": "Call"}
    take(ctx, "salesforce", {"Opportunity.csv": made("salesforce", "opportunities", row)})
    row |= {"StageName": "Closed Won", "IsClosed": "true", "IsWon": "true", "Amount": "120"}
    outcome = take(ctx, "salesforce", {"Opportunity.csv": made("salesforce", "opportunities", row)})

    assert (counted(outcome)["opportunities"], outcome.errors) == ((0, 1, 0, 0), [])
    deal = Opportunity.objects.get()
    assert (deal.state, deal.stage.name, deal.amount) == ("won", "Closed Won", 120)
    assert [change.to_stage.name for change in deal.stage_changes.all()] == ["Prospecting", "Closed Won"]


def test_the_tables_of_a_connector_come_in(ctx: Ctx, public_data: Path) -> None:
    outcome = take(ctx, "salesforce", public_data / "crm-exports" / "salesforce")

    assert outcome.errors == []
    read = {name: count.read for name, count in outcome.counts.items()}
    assert read == {
        "users": 10,
        "accounts": 10,
        "contacts": 4,
        "leads": 1,
        "products": 2,
        "opportunities": 10,
        "tasks": 10,
    }
    assert ForeignKey.objects.filter(table="opportunities").count() == Opportunity.objects.count()
    again = take(ctx, "salesforce", public_data / "crm-exports" / "salesforce")
    assert (again.created, again.changed, again.errors) == (0, 0, [])
