"""The thirteen things that importers of customer systems must do, on made-up rows under the real heads."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.apps import apps

from loomline.domains.accounts.models import User
from loomline.domains.exchange import commands as exchange
from loomline.domains.exchange.models import Answer, ForeignKey
from loomline.domains.parties.models import ContactPoint, Party, Relationship
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.recipes import queries as recipes
from loomline.domains.timeline.models import Note
from loomline.engines.heads import plain
from loomline.engines.mapping import columns_used
from loomline.engines.recognition import parts
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.record import Record
from tests.domains.exchange.heads import HEADS, OTHER_HEADS, heads, made, table
from tests.domains.exchange.taking import counted, take

ACME, BETA, HOLDING = "001D000000IRt53", "001D000000IRt54IAD", "001D000000IRt55IAD"


def everything() -> dict[str, int]:
    """How many rows each table of records has, but for the imports themselves."""
    return {
        model._meta.label_lower: model._default_manager.count()
        for model in apps.get_models()
        if issubclass(model, Record) and model._meta.app_label not in ("kernel", "exchange", "surface")
    }


@pytest.mark.parametrize(("system", "name"), HEADS)
def test_1_nearly_every_standard_column_finds_its_place_by_itself(system: str, name: str) -> None:
    recipe = recipes.recipe_named(system)
    step = next(step for step in recipe.steps if step.name == name.split(" ")[0])
    read = {plain(c) for c in columns_used(step)}
    read |= {plain(other) for c in columns_used(step) for other in step.columns.get(c, ())}
    kept = {plain(c) for c in step.keep} | {plain(o) for c in step.keep for o in step.columns.get(c, ())}
    columns = [plain(head) for head in heads(system, name)]

    placed = [head for head in columns if head in read or head in kept]
    assert len(placed) / len(columns) >= 0.95
    # What is only kept beside the record are stamps, sums and links of the other system.
    assert len([head for head in columns if head in read]) >= len(columns) * 0.45


@pytest.mark.parametrize("where", [HEADS, OTHER_HEADS], ids=["as exported", "reports and views"])
def test_2_the_system_and_the_table_are_told_by_the_heads_alone(where: dict[tuple[str, str], str]) -> None:
    for system, name in where:
        found = recipes.system_of({"export.csv": heads(system, name, where)})
        assert found is not None
        assert found.name == system, name
        step = next(step for step in found.steps if step.name == name.split(" ")[0])
        assert parts(found, {"export.csv": heads(system, name, where)}) == {step.file: ["export.csv"]}


def test_3_heads_that_stand_twice_keep_both_values(ctx: Ctx) -> None:
    columns = ["Record ID", "Deal Name", "Deal Stage", "Billing Contact", "Billing Contact IDs"]
    columns += ["Billing Contact", "Billing Contact IDs"]
    row = ["77", "Twice", "Contract Sent", "Ana Sá (ana@example.org)", "1", "Rui Reis (rui@example.org)", "2"]
    outcome = take(ctx, "hubspot", {"deals.csv": table(columns, row)})

    assert outcome.errors == []
    kept = ForeignKey.objects.get(system="hubspot", table="deals", key="77").source_row
    assert (kept["Billing Contact"], kept["Billing Contact (2)"]) == (row[3], row[5])
    assert (kept["Billing Contact IDs"], kept["Billing Contact IDs (2)"]) == ("1", "2")


def test_4_short_and_long_keys_land_on_one_record(ctx: Ctx) -> None:
    files = {
        "Account.csv": made(
            "salesforce", "accounts", {"Id": f"{ACME}IAD", "Name": "Acme", "Type": "Prospect"}
        ),
        "Contact.csv": made(
            "salesforce", "contacts", {"Id": "003D000000QYVzu", "AccountId": ACME, "LastName": "Sá"}
        ),
    }
    take(ctx, "salesforce", files)
    again = take(
        ctx,
        "salesforce",
        {
            "accounts.csv": table(
                ["ACCOUNT ID", "ACCOUNT NAME", "BILLING CITY", "EMPLOYEES"], [ACME, "Acme", "Porto", "3"]
            )
        },
    )

    assert Party.objects.filter(kind="organisation").count() == 1
    assert Relationship.objects.get().organisation.name == "Acme"
    assert ForeignKey.objects.filter(key="003D000000QYVzuIAH").count() == 1
    assert counted(again)["accounts"] == (0, 1, 0, 0)


def test_5_moments_are_exact_to_the_minute_where_the_clock_changes(ctx: Ctx) -> None:
    rows = [
        {"Record Id": f"zcrm_{n}", "Last Name": f"Lead {n}", "Lead Status": "Contacted", "Created Time": text}
        for n, text in enumerate(
            ("2026-03-29 01:59:00", "2026-03-29 03:00:00", "2026-10-25 01:59:00", "2026-10-25 03:00:00")
        )
    ]
    outcome = take(
        ctx, "zoho", {"Leads_001.csv": made("zoho", "leads", *rows)}, answers={"timezone": "Europe/Berlin"}
    )

    assert outcome.errors == []
    assert list(Lead.objects.order_by("name").values_list("captured_at", flat=True)) == [
        datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(2026, 10, 24, 23, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
    ]


def test_6_semicolons_and_umlauts_of_windows_are_read(ctx: Ctx) -> None:
    columns = heads("zoho", "accounts")
    row = {"Record Id": "zcrm_1", "Account Name": "Müller & Söhne; Köln", "Billing City": "Düsseldorf"}
    data = table(columns, row, encoding="cp1252", delimiter=";")
    outcome = take(ctx, "zoho", {"Accounts_001.csv": data})

    assert outcome.errors == []
    party = Party.objects.get()
    assert (party.name, party.addresses.get().city) == ("Müller & Söhne; Köln", "Düsseldorf")


def test_7_parents_are_found_whether_they_stand_before_or_after(ctx: Ctx) -> None:
    rows = [
        {"Id": f"{ACME}IAD", "Name": "Acme", "ParentId": HOLDING},
        {"Id": BETA, "Name": "Beta", "ParentId": BETA},
        {"Id": HOLDING, "Name": "Holding"},
    ]
    outcome = take(ctx, "salesforce", {"Account.csv": made("salesforce", "accounts", *rows)})

    assert outcome.errors == []
    parents = dict(Party.objects.values_list("name", "parent__name"))
    assert parents == {"Acme": "Holding", "Beta": None, "Holding": None}
    again = take(ctx, "salesforce", {"Account.csv": made("salesforce", "accounts", *rows)})
    assert (again.created, again.changed) == (0, 0)


def test_8_a_second_run_creates_and_updates_nothing(ctx: Ctx) -> None:
    files = whole_salesforce()
    first = take(ctx, "salesforce", files)
    before = everything()
    again = take(ctx, "salesforce", files)

    assert first.errors == []
    assert first.created > 10
    assert (again.created, again.changed, again.errors) == (0, 0, [])
    assert everything() == before


def test_9_undo_restores_row_counts_and_prior_field_values(ctx: Ctx) -> None:
    files = whole_salesforce()
    empty = everything()
    first = take(ctx, "salesforce", files)
    counts = everything()
    values = list(Party.objects.order_by("pk").values()), list(Opportunity.objects.order_by("pk").values())
    changed = {
        name: data.replace(b"Acme", b"Acme Europe").replace(b"500.00", b"750.00")
        for name, data in files.items()
    }
    second = take(ctx, "salesforce", changed)
    assert second.changed >= 2
    assert Party.objects.filter(name="Acme Europe").exists()

    assert second.takeover is not None
    exchange.undo_takeover(ctx.fresh(), takeover=second.takeover)
    assert (
        list(Party.objects.order_by("pk").values()),
        list(Opportunity.objects.order_by("pk").values()),
    ) == values
    assert everything() == counts
    assert first.takeover is not None
    exchange.undo_takeover(ctx.fresh(), takeover=first.takeover)
    assert everything() == empty
    assert not ForeignKey.objects.exists()


def test_10_progress_is_told_while_rows_come_in(ctx: Ctx) -> None:
    rows = [
        {"Record ID": str(n), "Last Name": f"Person {n}", "Email": f"p{n}@example.org"} for n in range(1200)
    ]
    told: list[tuple[int, int]] = []
    take(
        ctx,
        "hubspot",
        {"contacts.csv": made("hubspot", "contacts", *rows)},
        progress=lambda done, total, message: told.append((done, total)),
    )

    assert told == [(500, 1200), (1000, 1200)]
    assert Party.objects.count() == 1200


def test_11_formulas_are_kept_as_text_and_leave_harmless(ctx: Ctx) -> None:
    words = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"]
    rows = [{"Record Id": f"zcrm_{n}", "Account Name": word} for n, word in enumerate(words)]
    rows.append({"Record Id": "zcrm_9.5E+3", "Account Name": "=2+2"})
    rows.append({"Record Id": "9.57E+11", "Account Name": "=3+3"})
    outcome = take(ctx, "zoho", {"Accounts_001.csv": made("zoho", "accounts", *rows)})

    assert set(Party.objects.values_list("name", flat=True)) == {*words}
    assert len(outcome.errors) == 2
    _name, data = exchange.left_out("IM-1", outcome.errors)
    cells = next(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert cells["Account Name"] == "'=2+2"


def test_12_a_value_that_nobody_knows_is_never_dropped(ctx: Ctx) -> None:
    columns = ["Record Id", "Deal Name", "Stage", "Deal Owner", "Closing Date"]
    rows = [["zcrm_1", "One", "Gewonnen", "", "2026-05-01"], ["zcrm_2", "Two", "Gewonnen", "", "2026-05-02"]]
    files = {"Deals_001.csv": table(columns, *rows)}
    first = take(ctx, "zoho", files)

    assert not Opportunity.objects.exists()
    assert [error[3].startswith("Stage: the value 'Gewonnen' is not known.") for error in first.errors] == [
        True
    ] * 2
    exchange.remember_answers(ctx.fresh(), system="zoho", answers={"deals.state=Gewonnen": "won"})
    again = take(ctx, "zoho", files)
    assert again.errors == []
    assert set(Opportunity.objects.values_list("state", "stage__name")) == {("won", "Gewonnen")}
    assert Answer.objects.get().value == "won"


def test_13_the_file_of_rows_left_out_comes_in_once_its_rows_are_mended(ctx: Ctx) -> None:
    rows = [
        {"Record Id": "zcrm_1", "Deal Name": "Good", "Stage": "Qualification", "Amount": "10"},
        {"Record Id": "zcrm_2", "Deal Name": "Bad sum", "Stage": "Qualification", "Amount": "plenty"},
        {"Record Id": "zcrm_3", "Deal Name": "Bad day", "Stage": "Qualification", "Closing Date": "someday"},
    ]
    first = take(ctx, "zoho", {"Deals_001.csv": made("zoho", "deals", *rows)})
    name, data = exchange.left_out("IM-1", first.errors)
    assert (name, counted(first)["deals"]) == ("left-out-IM-1.csv", (1, 0, 0, 2))

    mended = data.replace(b"plenty", b"20").replace(b"someday", b"2026-05-01")
    second = take(ctx, "zoho", {name: mended})
    assert (counted(second)["deals"], second.errors) == ((2, 0, 0, 0), [])
    assert dict(Opportunity.objects.values_list("name", "closes_on"))["Bad day"] == date(2026, 5, 1)

    rows[1]["Amount"], rows[2]["Closing Date"] = "20", "2026-05-01"
    third = take(ctx, "zoho", {"Deals_001.csv": made("zoho", "deals", *rows)})
    assert counted(third)["deals"] == (0, 0, 3, 0)


def whole_salesforce() -> dict[str, bytes]:
    """A little of everything, each row pointing at others."""
    account = {"Id": f"{ACME}IAD", "Name": "Acme", "Type": "Customer - Direct", "OwnerId": "005D000000AAAAA"}
    return {
        "User.csv": table(
            ["Id", "Username", "Name", "Email", "Alias", "IsActive"],
            ["005D000000AAAAA", "ines@example.org", "Inês Lopes", "ines@example.org", "ilop", "true"],
        ),
        "Account.csv": made(
            "salesforce",
            "accounts",
            account
            | {
                "ParentId": HOLDING,
                "BillingCity": "Porto",
                "BillingCountry": "Portugal",
                "Phone": "+351 22 123 4567",
            },
            {"Id": HOLDING, "Name": "Holding", "Description": "Two\r\nlines"},
        ),
        "Contact.csv": made(
            "salesforce",
            "contacts",
            {
                "Id": "003D000000QYVzuIAH",
                "AccountId": ACME,
                "FirstName": "Ana",
                "LastName": "Sá",
                "Email": "ana@example.org",
                "Title": "Buyer",
                "MobilePhone": "+351 912 345 678",
            },
        ),
        "Lead.csv": made(
            "salesforce",
            "leads",
            {
                "Id": "00QD000000AAAAA",
                "LastName": "Reis",
                "Company": "Reis SA",
                "Status": "Open - Not Contacted",
                "IsConverted": "false",
            },
            {
                "Id": "00QD000000AAAAB",
                "LastName": "Sá",
                "Company": "Acme",
                "Status": "Closed - Converted",
                "IsConverted": "true",
                "ConvertedAccountId": ACME,
                "ConvertedContactId": "003D000000QYVzu",
                "ConvertedOpportunityId": "006D000000AAAAA",
                "ConvertedDate": "2026-01-05",
            },
        ),
        "Product2.csv": table(
            ["Id", "Name", "ProductCode", "Family", "IsActive"],
            ["01tD000000AAAAA", "Fjord sweater", "FJ-1", "Knit", "true"],
        ),
        "Opportunity.csv": made(
            "salesforce",
            "opportunities",
            {
                "Id": "006D000000AAAAA",
                "AccountId": f"{ACME}IAD",
                "Name": "Autumn",
                "StageName": "Closed Won",
                "Amount": "500.00",
                "CloseDate": "2026-02-01",
                "IsClosed": "true",
                "IsWon": "true",
                "Probability": "100",
            },
            {
                "Id": "006D000000AAAAB",
                "AccountId": ACME,
                "Name": "Spring",
                "StageName": "Prospecting",
                "CloseDate": "2026-12-01",
                "IsClosed": "false",
                "IsWon": "false",
                "Probability": "10",
            },
        ),
        "OpportunityLineItem.csv": table(
            ["Id", "OpportunityId", "Product2Id", "Quantity", "UnitPrice", "ListPrice"],
            ["00kD000000AAAAA", "006D000000AAAAA", "01tD000000AAAAA", "10", "50", "55"],
        ),
        "Case.csv": made(
            "salesforce",
            "cases",
            {
                "Id": "500D000000AAAAA",
                "CaseNumber": "00001001",
                "ContactId": "003D000000QYVzu",
                "AccountId": ACME,
                "Subject": "A hole",
                "Status": "New",
                "Origin": "Web",
                "CreatedDate": "2026-03-01T10:00:00.000Z",
            },
        ),
        "Task.csv": table(
            [
                "Id",
                "WhoId",
                "WhatId",
                "Subject",
                "Status",
                "ActivityDate",
                "TaskSubtype",
                "Priority",
                "Description",
            ],
            [
                "00TD000000AAAAA",
                "003D000000QYVzu",
                "006D000000AAAAA",
                "Call back",
                "Completed",
                "2026-03-02",
                "Call",
                "High",
                "Wants more",
            ],
        ),
    }


def test_everything_of_a_system_hangs_together(ctx: Ctx) -> None:
    outcome = take(ctx, "salesforce", whole_salesforce())

    assert outcome.errors == []
    acme, ana = Party.objects.get(name="Acme"), Party.objects.get(name="Ana Sá")
    assert (acme.is_customer, acme.owner.name, acme.parent.name) == (True, "Inês Lopes", "Holding")
    assert (acme.phone, acme.addresses.get().country) == ("+351221234567", "PT")
    assert ana.ties.get().title == "Buyer"
    assert [c.purpose for c in ContactPoint.objects.filter(party=ana, kind="phone")] in ([""], ["mobile"])
    won, spring = Opportunity.objects.get(name="Autumn"), Opportunity.objects.get(name="Spring")
    assert (won.state, won.closed_at.date(), won.lines.get().quantity) == ("won", date(2026, 2, 1), 10)
    assert (spring.state, spring.probability_override, spring.stage.name) == ("open", 10, "Prospecting")
    lead = Lead.objects.get(company="Acme")
    assert (lead.state, lead.party, lead.contact, lead.opportunity) == ("qualified", acme, ana, won)
    call, case = Note.objects.get(kind="call"), Note.objects.get(subject="00001001: A hole")
    assert (call.about_kind, call.about_id, call.party) == ("pipeline.opportunity", won.pk, acme)
    assert (case.about_id, case.party) == (ana.pk, acme)
    assert "Status: New" in case.body
    told = StoredEvent.objects.filter(about__contains=[f"parties.party:{acme.pk}"])
    assert {"timeline.CallLogged", "timeline.NoteWritten"} <= set(told.values_list("name", flat=True))


def test_parts_of_a_table_come_in_as_one(ctx: Ctx, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(
            "Leads_002.csv",
            made("zoho", "leads", {"Record Id": "zcrm_2", "Last Name": "B", "Lead Status": "Contacted"}),
        )
    with zipfile.ZipFile(tmp_path / "Data_001.zip", "w") as archive:
        archive.writestr(
            "Data/Leads_001.csv",
            made("zoho", "leads", {"Record Id": "zcrm_1", "Last Name": "A", "Lead Status": "Contacted"}),
        )
        archive.writestr("Data/Leads_002.csv.zip", inner.getvalue())
    recipe = recipes.recipe_named("zoho")
    files = exchange.collect(recipe, tmp_path / "Data_001.zip")

    outcome = exchange.run_recipe(ctx.fresh(), recipe=recipe, files=files)
    assert counted(outcome) == {"leads": (2, 0, 0, 0)}


def test_an_update_leaves_alone_what_only_we_have_changed(ctx: Ctx) -> None:
    row = {"Record Id": "zcrm_1", "Account Name": "Acme", "Phone": "+351221234567", "Industry": "Knitting"}
    take(ctx, "zoho", {"Accounts_001.csv": made("zoho", "accounts", row)})
    Party.objects.update(notes="Ours", name="Acme (ours)")
    row |= {"Industry": "Weaving", "Modified Time": "2026-05-05 10:00:00"}
    outcome = take(ctx, "zoho", {"Accounts_001.csv": made("zoho", "accounts", row)})

    party = Party.objects.get()
    assert counted(outcome)["accounts"] == (0, 1, 0, 0)
    assert (party.name, party.notes, party.custom["industry"]) == ("Acme (ours)", "Ours", "Weaving")
    row |= {"Modified Time": "2026-06-06 10:00:00"}
    stamp = take(ctx, "zoho", {"Accounts_001.csv": made("zoho", "accounts", row)})
    assert counted(stamp)["accounts"] == (0, 0, 1, 0)


def test_owners_who_are_not_here_are_told_and_a_stand_in_takes_over(ctx: Ctx) -> None:
    User.objects.create(email="rui@example.org", name="Rui Reis")
    rows = [
        {"Record Id": "zcrm_1", "Account Name": "Acme", "Account Owner": "Gone Away"},
        {"Record Id": "zcrm_2", "Account Name": "Beta", "Account Owner": "RUI REIS"},
    ]
    outcome = take(ctx, "zoho", {"Accounts_001.csv": made("zoho", "accounts", *rows)})

    assert dict(Party.objects.values_list("name", "owner__name")) == {"Acme": "Ada Boss", "Beta": "Rui Reis"}
    assert "1 record has an owner who is not here and went to Ada Boss: Gone Away (1)." in outcome.findings


def test_a_reference_is_filled_in_when_its_table_comes_later(ctx: Ctx) -> None:
    contact = {"Record Id": "zcrm_5", "Last Name": "Sá", "Account Name.id": "zcrm_1"}
    files = {"Contacts_001.csv": made("zoho", "contacts", contact)}
    first = take(ctx, "zoho", files)
    assert any("Send the missing table" in f or "send the missing table" in f for f in first.findings)

    take(
        ctx,
        "zoho",
        {"Accounts_001.csv": made("zoho", "accounts", {"Record Id": "zcrm_1", "Account Name": "Acme"})},
    )
    second = take(ctx, "zoho", files)
    assert counted(second)["contacts"] == (0, 1, 0, 0)
    assert Relationship.objects.get().organisation.name == "Acme"
    assert counted(take(ctx, "zoho", files))["contacts"] == (0, 0, 1, 0)


def test_a_cell_of_any_length_is_kept(ctx: Ctx) -> None:
    text = "long " * 5000
    row = {"Record Id": "zcrm_1", "Account Name": "Acme " + "x" * 300, "Description": text}
    columns = [*heads("zoho", "accounts"), "Extra"]
    outcome = take(ctx, "zoho", {"Accounts_001.csv": table(columns, row | {"Extra": text})})

    assert outcome.errors == []
    kept = ForeignKey.objects.get().source_row
    assert (kept["Extra"], kept["Account Name"]) == (text, row["Account Name"])
    assert (len(Party.objects.get().name), Party.objects.get().notes) == (200, text.strip())


def test_merged_records_lead_to_the_one_that_stayed(ctx: Ctx) -> None:
    rows = [
        {"Id": BETA, "Name": "Acme (old)", "IsDeleted": "true", "MasterRecordId": f"{ACME}IAD"},
        {"Id": f"{ACME}IAD", "Name": "Acme", "IsDeleted": "false"},
    ]
    contact = {"Id": "003D000000QYVzuIAH", "AccountId": BETA, "LastName": "Sá"}
    outcome = take(
        ctx,
        "salesforce",
        {
            "Account.csv": made("salesforce", "accounts", *rows),
            "Contact.csv": made("salesforce", "contacts", contact),
        },
    )
    assert outcome.errors == []
    assert Party.objects.filter(kind="organisation").count() == 1
    assert ForeignKey.objects.get(key=BETA).object_id == Party.objects.get(name="Acme").pk
