"""Campaigns, refusals and attachments move in with everything else, twice without change, and out again."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from loomline.domains.exchange import commands as exchange
from loomline.domains.marketing import queries as marketing
from loomline.domains.marketing.models import Campaign, CampaignMember, DealSource
from loomline.domains.parties.models import Party, Relationship
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.privacy import queries as privacy
from loomline.domains.privacy.models import Consent, ConsentEntry, Suppression
from loomline.domains.recipes import queries as recipes
from loomline.domains.timeline.models import Note, NoteFile
from loomline.kernel.context import Ctx
from tests.domains.exchange.heads import table
from tests.domains.exchange.taking import counted, take

ACME, ANA, REIS = "001D000000IRt53IAD", "003D000000QYVzuIAH", "00QD000000AAAAA"
DEAL, FAIR, OFFER = "006D000000AAAAA", "701D000000AAAAA", "00PD000000AAAAA"
PDF = b"%PDF-1.4 the offer of last year"
PAGE = b"<!doctype html><script>alert(1)</script>"


def export(folder: Path) -> Path:
    """A Salesforce export with a folder of attachments, one of them missing."""
    files = {
        "Account.csv": table(["Id", "Name", "BillingCity"], [ACME, "Acme", "Porto"]),
        "Contact.csv": table(
            ["Id", "AccountId", "FirstName", "LastName", "Email", "HasOptedOutOfEmail", "DoNotCall"],
            [ANA, ACME, "Ana", "Sá", "ana@example.org", "true", "false"],
            ["003D000000QYVzvIAH", ACME, "Eva", "Luz", "eva@example.org", "false", "true"],
        ),
        "Lead.csv": table(
            ["Id", "LastName", "Company", "Status", "Email", "IsConverted", "HasOptedOutOfEmail"],
            [REIS, "Reis", "Reis SA", "Working", "reis@example.org", "false", "1"],
        ),
        "Opportunity.csv": table(
            [
                "Id",
                "AccountId",
                "Name",
                "StageName",
                "Amount",
                "CampaignId",
                "IsClosed",
                "IsWon",
                "CloseDate",
            ],
            [DEAL, ACME, "Autumn", "Closed Won", "500", FAIR, "true", "true", "2026-09-01"],
            ["006D000000AAAAB", ACME, "Spring", "Prospecting", "200", "", "false", "false", "2026-12-01"],
        ),
        "Campaign.csv": table(
            [
                "Id",
                "Name",
                "Type",
                "Status",
                "StartDate",
                "EndDate",
                "BudgetedCost",
                "ActualCost",
                "IsActive",
            ],
            [FAIR, "Yarn fair", "Trade Show", "Completed", "2026-03-01", "2026-03-04", "90", "100", "true"],
        ),
        "CampaignMember.csv": table(
            ["Id", "CampaignId", "LeadId", "ContactId", "Status", "HasResponded", "FirstRespondedDate"],
            ["00vD000000AAAAA", FAIR, "", ANA, "Sent", "true", "2026-03-02"],
            ["00vD000000AAAAB", FAIR, REIS, "", "Sent", "false", ""],
            ["00vD000000AAAAC", FAIR, "", "003D000000GONEAAAA", "Sent", "false", ""],
        ),
        "Attachment.csv": table(
            ["Id", "ParentId", "Name", "ContentType", "BodyLength", "CreatedDate"],
            [OFFER, DEAL, "offer.txt", "text/plain", "31", "2026-02-01T10:00:00.000Z"],
            ["00PD000000AAAAB", ANA, "page.png", "image/png", "40", "2026-02-02T10:00:00.000Z"],
            ["00PD000000AAAAC", ACME, "lost.pdf", "application/pdf", "4", "2026-02-03T10:00:00.000Z"],
        ),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "Attachments").mkdir()
    (folder / "Attachments" / OFFER).write_bytes(PDF)
    (folder / "Attachments" / "00PD000000AAAAB").write_bytes(PAGE)
    # A table among the attachments is no table of the export.
    (folder / "Attachments" / "00PD000000AAAAZ.csv").write_bytes(
        table(["Id", "Name", "BillingCity"], ["1", "X", "Y"])
    )
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return export(tmp_path)


def test_everything_lands_where_it_belongs(ctx: Ctx, folder: Path, client: Client) -> None:
    outcome = take(ctx, "salesforce", folder)

    assert counted(outcome)["campaign members"] == (2, 0, 0, 1)
    assert [(error[0], error[3].split(":")[0]) for error in outcome.errors] == [
        ("CampaignMember.csv", "ContactId")
    ]
    assert any(
        finding.startswith("1 attached file is not in the export: lost.pdf.") for finding in outcome.findings
    )

    fair = Campaign.objects.get()
    assert (fair.name, fair.state, fair.means, fair.budget, fair.cost) == (
        "Yarn fair",
        "completed",
        "event",
        90,
        100,
    )
    ana = Party.objects.get(name="Ana Sá")
    found = {
        (str(one.party or one.lead.title), one.response, one.told) for one in CampaignMember.objects.all()
    }
    assert found == {("Ana Sá", "responded", "Sent"), ("Reis, Reis SA", "reached", "Sent")}
    influenced = marketing.influenced(campaign=fair, deals=Opportunity.objects.all())
    assert {(one.deal.name, one.is_source, str(one.why)) for one in influenced} == {
        ("Autumn", True, "Ana Sá"),
        ("Spring", False, "Ana Sá"),
    }
    sums = marketing.reckoned(campaign=fair, found=influenced)
    assert (sums.won_amount, sums.open_amount, sums.returned) == (500, 200, 4)

    refused = Consent.objects.filter(answer="withdrawn").values_list("party__name", "channel", "purpose")
    assert set(refused) == {
        *(("Ana Sá", "email", purpose) for purpose in ("marketing", "newsletter", "survey")),
        *(("Eva Luz", "phone", purpose) for purpose in ("marketing", "survey")),
    }
    assert ConsentEntry.objects.count() == 5
    assert privacy.suppressed(["reis@example.org", "eva@example.org"]) == {"reis@example.org"}

    notes = {note.subject: note for note in Note.objects.all()}
    assert set(notes) == {"offer.txt", "page.png", "lost.pdf (the file was not in the export)"}
    assert notes["offer.txt"].about_kind == "pipeline.opportunity"
    assert notes["page.png"].about_id == ana.pk
    kept = {file.name: (file.type, file.is_risky) for file in NoteFile.objects.all()}
    assert kept == {"offer.txt": ("application/pdf", False), "page.png": ("text/html", True)}
    page = client.get(f"/timeline/files/{NoteFile.objects.get(name='page.png').pk}/")
    assert (page["Content-Disposition"].split(";")[0], page["Content-Type"]) == (
        "attachment",
        "application/octet-stream",
    )
    assert page.content == PAGE


def test_a_second_run_changes_nothing_and_takes_what_was_missing(ctx: Ctx, folder: Path) -> None:
    take(ctx, "salesforce", folder)
    again = take(ctx, "salesforce", folder)

    assert (again.created, again.changed) == (0, 0)
    (folder / "Attachments" / "00PD000000AAAAC").write_bytes(PDF)
    third = take(ctx, "salesforce", folder)
    assert counted(third)["attachments"] == (0, 1, 2, 0)
    assert Note.objects.get(files__name="lost.pdf").subject == "lost.pdf"


def test_undo_takes_all_of_it_back(ctx: Ctx, folder: Path) -> None:
    outcome = take(ctx, "salesforce", folder)
    assert outcome.takeover is not None
    exchange.undo_takeover(ctx.fresh(), takeover=outcome.takeover)

    kinds = (Campaign, CampaignMember, DealSource, Consent, ConsentEntry, Suppression, Note, NoteFile, Party)
    assert {kind.__name__: kind.objects.count() for kind in kinds} == dict.fromkeys(
        (k.__name__ for k in kinds), 0
    )


def test_notes_of_dynamics_bring_their_files_in_a_cell(ctx: Ctx) -> None:
    body = base64.b64encode(PDF).decode()
    account = "a16b3f4b-1be7-e611-8101-e0071b6af231"
    files = {
        "account.csv": table(
            ["accountid", "name", "emailaddress1", "donotbulkemail"],
            [account, "Acme", "hello@acme.example", "Do Not Allow"],
        ),
        "annotation.csv": table(
            ["annotationid", "objectid", "subject", "notetext", "filename", "mimetype", "documentbody"],
            [
                "b16b3f4b-1be7-e611-8101-e0071b6af231",
                account,
                "Drawing",
                "As agreed",
                "d.bin",
                "text/x",
                body,
            ],
        ),
    }
    outcome = take(ctx, "dynamics", files)

    assert outcome.errors == []
    file = NoteFile.objects.get()
    assert (file.name, file.type, file.size, file.note.subject) == (
        "d.bin",
        "application/pdf",
        len(PDF),
        "Drawing",
    )
    place = Path(settings.MEDIA_ROOT) / "notes" / file.digest[:2] / file.digest
    assert place.read_bytes() == PDF
    assert privacy.suppressed(["hello@acme.example"]) == {"hello@acme.example"}
    again = take(ctx, "dynamics", files)
    assert (again.created, again.changed) == (0, 0)


def test_one_sheet_of_companies_people_and_deals_comes_in_each_once(ctx: Ctx) -> None:
    sheet = table(
        ["Company", "City", "Contact person", "E-mail", "Deal name", "Value", "Stage", "Close date"],
        ["Acme", "Porto", "Ana Sá", "ana@example.org", "Autumn", "300", "Proposal", "2026-12-01"],
        ["Acme", "Porto", "Ana Sá", "ana@example.org", "Spring", "500", "Won", "2026-09-01"],
        ["Beta", "Lyon", "Eva Luz", "eva@example.org", "", "", "", ""],
    )
    outcome = take(ctx, "sheet", {"customers.csv": sheet})

    assert outcome.errors == []
    assert counted(outcome) == {"companies": (2, 0, 0, 0), "people": (2, 0, 0, 0), "deals": (2, 0, 0, 0)}
    assert {(tie.person.name, tie.organisation.name) for tie in Relationship.objects.all()} == {
        ("Ana Sá", "Acme"),
        ("Eva Luz", "Beta"),
    }
    deals = Opportunity.objects.order_by("name")
    assert [(d.name, d.party.name, str(d.contact), d.state, d.amount) for d in deals] == [
        ("Autumn", "Acme", "Ana Sá", "open", 300),
        ("Spring", "Acme", "Ana Sá", "won", 500),
    ]
    again = take(ctx, "sheet", {"customers.csv": sheet})
    assert (again.created, again.changed) == (0, 0)
    assert (
        recipes.system_of({"customers.csv": ["Company", "Contact person", "E-mail", "Deal name"]}).name
        == "sheet"
    )
