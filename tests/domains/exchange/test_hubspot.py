"""HubSpot: floats as keys, lists with semicolons, placeholders, stages that nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from loomline.domains.exchange import commands as exchange
from loomline.domains.exchange.models import ForeignKey
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.timeline.models import Note
from loomline.kernel.context import Ctx
from tests.domains.exchange.heads import made, table
from tests.domains.exchange.taking import counted, take


def test_contacts_belong_to_every_company_they_are_associated_with(ctx: Ctx) -> None:
    companies = [{"Record ID": "1.0", "Company name": "Acme"}, {"Record ID": "2", "Company name": "Beta"}]
    contact = {"Record ID": "7", "First Name": "Ana", "Last Name": "Sá", "Email": "ana@example.org"}
    contact |= {"Associated Company IDs": "1;2", "Associated Company IDs (Primary)": "1", "City": "--"}
    contact |= {"Merged Contact IDs": "8;9", "Lifecycle Stage": "Customer", "Message": "one\r\ntwo\nthree"}
    outcome = take(
        ctx,
        "hubspot",
        {
            "companies.csv": made("hubspot", "companies", *companies),
            "contacts.csv": made("hubspot", "contacts", contact),
        },
    )

    assert outcome.errors == []
    ana = Party.objects.get(kind="person")
    assert sorted(tie.organisation.name for tie in ana.ties.all()) == ["Acme", "Beta"]
    assert (ana.is_customer, ana.addresses.exists()) == (True, False)
    keys = ForeignKey.objects.filter(table="contacts")
    assert {key.key: key.object_id for key in keys} == {"7": ana.pk, "8": ana.pk, "9": ana.pk}
    assert keys.get(key="7").source_row["Message"] == "one\r\ntwo\nthree"


def test_deals_stand_in_their_own_pipeline_and_stage(ctx: Ctx) -> None:
    row = {"Record ID": "5", "Deal Name": "Autumn", "Deal Stage": "Contract Sent", "Pipeline": "Export"}
    row |= {"Amount": "1200.5", "Close Date": "2026-05-01 17:30", "Deal probability": "0.9"}
    row |= {"Create Date": "2026-03-29 03:00", "Associated Contact": "Ana Sá (ana@example.org)"}
    contact = {"Record ID": "7", "First Name": "Ana", "Last Name": "Sá", "Email": "ana@example.org"}
    files = {"deals.csv": made("hubspot", "deals", row), "contacts.csv": made("hubspot", "contacts", contact)}
    outcome = take(ctx, "hubspot", files, answers={"timezone": "Europe/Berlin"})

    assert outcome.errors == []
    deal = Opportunity.objects.get()
    assert (deal.pipeline.name, deal.stage.name, deal.probability_override) == ("Export", "Contract Sent", 90)
    assert (deal.contact.name, deal.party.name) == ("Ana Sá", "Ana Sá")
    assert deal.opened_at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_tickets_are_notes_with_all_that_they_said(ctx: Ctx) -> None:
    company = {"Record ID": "1", "Company name": "Acme"}
    columns = ["Ticket ID", "Record ID", "Ticket name", "Ticket status", "Priority", "Ticket description"]
    ticket = ["31", "31", "A hole", "Waiting on us", "High", "In the sleeve", "1"]
    files = {
        "companies.csv": made("hubspot", "companies", company),
        "tickets.csv": table([*columns, "Associated Company IDs"], ticket),
    }
    outcome = take(ctx, "hubspot", files)

    note = Note.objects.get()
    assert (note.subject, note.party.name, note.outcome) == ("A hole", "Acme", "Waiting on us")
    assert "Priority: High" in note.body
    assert any("no service desk" in finding for finding in outcome.findings)


def test_the_tables_of_a_connector_come_in_once_their_stages_are_answered(
    ctx: Ctx, public_data: Path
) -> None:
    folder = public_data / "crm-exports" / "hubspot"
    first = take(ctx, "hubspot", folder)

    assert {name: first.counts[name].read for name in ("companies", "contacts", "tickets")} == {
        "companies": 24, "contacts": 22, "tickets": 25,
    }  # fmt: skip
    unknown = [error for error in first.errors if "is not known" in error[3]]
    assert len(unknown) == len(first.errors)
    answers = {f"deals.state={dict(error[4])['Deal Stage']}": "open" for error in unknown}
    exchange.remember_answers(ctx.fresh(), system="hubspot", answers=answers)
    second = take(ctx, "hubspot", folder)
    assert second.errors == []
    assert second.counts["deals"].created == len(unknown)
    third = take(ctx, "hubspot", folder)
    assert (third.created, third.changed, third.errors) == (0, 0, [])


def test_an_update_writes_only_what_hubspot_changed(ctx: Ctx) -> None:
    row = {
        "Record ID": "7",
        "First Name": "Ana",
        "Last Name": "Sá",
        "Email": "ana@example.org",
        "Job Title": "Buyer",
    }
    row |= {"Company Name": "Acme", "Phone Number": "+351221234567"}
    take(ctx, "hubspot", {"contacts.csv": made("hubspot", "contacts", row)})
    Party.objects.filter(name="Ana Sá").update(phone="+351229999999")
    row |= {"Email": "ana.sa@example.org", "Job Title": "Head of buying", "Company Name": "Beta"}
    outcome = take(ctx, "hubspot", {"contacts.csv": made("hubspot", "contacts", row)})

    assert counted(outcome)["contacts"] == (0, 1, 0, 0)
    ana = Party.objects.get(name="Ana Sá")
    assert (ana.email, ana.phone) == ("ana.sa@example.org", "+351229999999")
    assert [point.value for point in ana.contact_points.filter(kind="email")] == ["ana.sa@example.org"]
    now = ana.ties.get(until__isnull=True)
    assert (now.organisation.name, now.title) == ("Beta", "Head of buying")
    assert ana.ties.get(until__isnull=False).organisation.name == "Acme"
