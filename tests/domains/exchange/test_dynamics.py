"""Dynamics 365: sheets that are hidden, names in place of keys, GUIDs in every writing, dates of a locale."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.timeline.models import Note
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.exchange.heads import heads, made, table
from tests.domains.exchange.taking import counted, take

GUID = "a0b1c2d3-0000-4000-8000-00000000000f"


def workbook(*sheets: tuple[str, list[list[object]]], hidden: str = "") -> bytes:
    """A workbook with these sheets; one of them may be hidden."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "m/d/yyyy h:mm AM/PM"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    is_day = isinstance(value, datetime)
                    sheet.write_datetime(at, column, value, day) if is_day else sheet.write(at, column, value)
            if name == hidden:
                sheet.hide()
        book.worksheets()[-1].activate()
        book.worksheets()[-1].set_first_sheet()
    return held.getvalue()


def test_the_hidden_sheet_is_left_alone_and_each_other_sheet_is_a_table(ctx: Ctx) -> None:
    accounts: list[object] = [*heads("dynamics", "accounts")]
    contacts: list[object] = [*heads("dynamics", "contacts")]
    data = workbook(
        ("hiddenSheet", [["checksum"], ["zzz"]]),
        (
            "Active Accounts",
            [
                accounts,
                [
                    f"{{{GUID.upper()}}}",
                    "q=",
                    datetime(2026, 6, 22, 10, tzinfo=UTC).replace(tzinfo=None),
                    "Acme",
                ],
            ],
        ),
        ("My Contacts", [contacts, ["b" + GUID[1:], "q=", "", " Ana Sá", "Ana", "Sá", "Buyer", "Acme"]]),
        hidden="hiddenSheet",
    )
    outcome = take(ctx, "dynamics", {"Active Accounts 11-2-2025 10-03-45 AM.xlsx": data})

    assert outcome.errors == []
    assert counted(outcome) == {"accounts": (1, 0, 0, 0), "contacts": (1, 0, 0, 0)}
    assert Party.objects.get(name="Ana Sá").ties.get().organisation.name == "Acme"
    row = {"(Do Not Modify) Account": GUID, "Account Name": "Acme", "Website": "acme.example"}
    again = take(ctx, "dynamics", {"accounts.csv": made("dynamics", "accounts", row)})
    assert counted(again) == {"accounts": (0, 1, 0, 0)}
    assert Party.objects.get(name="Acme").website == "https://acme.example"


def test_a_name_that_two_accounts_have_leaves_the_row_out_until_one_is_chosen(ctx: Ctx) -> None:
    rows = [{"(Do Not Modify) Account": f"{n}{GUID[1:]}", "Account Name": "Acme"} for n in "12"]
    contact = {"(Do Not Modify) Contact": GUID, " Full Name": "Ana Sá", "Company Name": "Acme"}
    files = {
        "accounts.csv": made("dynamics", "accounts", *rows),
        "contacts.csv": made("dynamics", "contacts", contact),
    }
    first = take(ctx, "dynamics", files)
    assert [error[3].split(" Say")[0] for error in first.errors] == [
        "Company Name: several records are called Acme."
    ]
    second = take(ctx, "dynamics", files, answers={"contacts.organisation=Acme": f"2{GUID[1:]}"})
    assert (second.errors, Party.objects.filter(kind="person").count()) == ([], 1)


def test_opportunities_have_their_state_money_and_day(ctx: Ctx) -> None:
    row = {
        "(Do Not Modify) Opportunity": GUID,
        "Topic": "Autumn",
        "Potential Customer": "Acme",
        "Status": "Won",
    }
    row |= {"Actual Revenue": "3,522.00", "Actual Close Date": "6/22/2026 10:00 AM", "Status Reason": "Won"}
    outcome = take(ctx, "dynamics", {"opportunities.csv": made("dynamics", "opportunities", row)})

    assert outcome.errors == []
    deal = Opportunity.objects.get()
    assert (deal.state, deal.amount, deal.closes_on, deal.party.name) == (
        "won",
        3522,
        date(2026, 6, 22),
        "Acme",
    )


def test_leads_cases_and_french_heads(ctx: Ctx) -> None:
    lead = {
        "(Do Not Modify) Lead": GUID,
        "Topic": "Yarn",
        "First Name": "Ana",
        "Last Name": "Sá",
        "Country": "Frankreich",
    }
    case = {"(Do Not Modify) Case": GUID, "Case Title": "A hole", "Case Number": "CAS-1", "Customer": "Acmé"}
    columns = ["(Ne pas modifier) Compte", "(Ne pas modifier) Somme de contrôle de la ligne"]
    columns += ["(Ne pas modifier) Modifié le", "Nom du compte", "Adresse 1 : ville"]
    outcome = take(
        ctx,
        "dynamics",
        {
            "leads.csv": made("dynamics", "leads", lead),
            "cases.csv": made(
                "dynamics", "cases", case | {"Priority": "1", "Created On": "22/06/2026 10:00"}
            ),
            "comptes.csv": table(columns, [GUID, "q=", "", "Acmé", "Lyon"]),
        },
    )

    assert outcome.errors == []
    assert (Lead.objects.get().country, Lead.objects.get().interest) == ("FR", "Yarn")
    note = Note.objects.get()
    assert (note.subject, note.party.name, note.at.day) == ("CAS-1: A hole", "Acmé", 22)
    assert "Priority: High" in note.body


def test_tables_with_a_key_and_nothing_else_are_refused_in_a_sentence(ctx: Ctx, public_data: Path) -> None:
    with pytest.raises(Refused, match=r"holds no table of Dynamics 365\. It reads Users"):
        take(ctx, "dynamics", public_data / "crm-exports" / "dynamics365")
    assert not Party.objects.exists()
