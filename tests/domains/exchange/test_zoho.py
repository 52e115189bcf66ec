"""Zoho CRM: prefixes of keys, pairs of key and name, the time zone of the organisation, older modules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from loomline.domains.accounts.models import User
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.timeline.models import Note
from loomline.kernel.context import Ctx
from tests.domains.exchange.heads import OTHER_HEADS, heads, made, table
from tests.domains.exchange.taking import counted, take


def test_owners_are_found_by_the_bare_digits_of_the_users(ctx: Ctx) -> None:
    files = {
        "Users_001.csv": table(
            ["id", "First Name", "Last Name", "Email", "Profile", "Role"],
            ["41", "Inês", "Lopes", "ines@example.org", "Admin", "CEO"],
        ),
        "Accounts_001.csv": made(
            "zoho", "accounts", {"Record Id": "zcrm_1", "Account Name": "Acme", "Account Owner.id": "zcrm_41"}
        ),
        "Contacts_001.csv": made(
            "zoho",
            "contacts",
            {
                "Record Id": "zcrm_2",
                "Last Name": "Sá",
                "Account Name.id": "zcrm_1",
                "Date of Birth": "1899-12-31",
            },
        ),
        "Deals_001.csv": made(
            "zoho",
            "deals",
            {
                "Record Id": "zcrm_3",
                "Deal Name": "Autumn",
                "Stage": "Closed Lost",
                "Account Name.id": "zcrm_1",
                "Contact Name.id": "zcrm_2",
                "Closing Date": "2026-05-01",
                "Reason For Loss": "Price",
                "Probability (%)": "0",
                "Amount": "$22,700.00",
            },
        ),
        "Notes_001.csv": table(
            ["Record Id", "Note Title", "Note Content", "Parent.id", "Created Time"],
            ["zcrm_9", "", "Said no", "zcrm_3", "2026-05-01 10:00:00"],
        ),
    }
    outcome = take(ctx, "zoho", files, answers={"timezone": "Europe/Lisbon"})

    assert outcome.errors == []
    acme, deal, note = Party.objects.get(name="Acme"), Opportunity.objects.get(), Note.objects.get()
    assert acme.owner == User.objects.get(email="ines@example.org")
    assert (deal.state, deal.lost_reason, deal.amount, deal.contact.name) == ("lost", "Price", 22700, "Sá")
    assert "birthdate" not in Party.objects.get(name="Sá").custom
    assert (note.about_id, note.party, note.at) == (deal.pk, acme, datetime(2026, 5, 1, 9, 0, tzinfo=UTC))


def test_views_write_joined_fields_twice(ctx: Ctx) -> None:
    columns = heads("zoho", "accounts", OTHER_HEADS)
    row = ["zcrm_1", "zcrm_41", "Ada Boss", "Acme", "2026-05-01 10:00:00", "Porto", "Norte", "Portugal"]
    outcome = take(ctx, "zoho", {"accounts.csv": table(columns, row)})

    assert outcome.errors == []
    party = Party.objects.get()
    assert (party.owner.name, party.addresses.get().city) == ("Ada Boss", "Porto")
    assert party.addresses.get().country == "PT"


def test_public_files_of_the_older_modules_come_in(ctx: Ctx, public_data: Path) -> None:
    folder = public_data / "crm-exports" / "zoho"
    outcome = take(ctx, "zoho", folder)

    assert outcome.errors == []
    assert counted(outcome) == {
        "vendors": (6, 0, 0, 0), "leads": (11, 0, 0, 0), "deals": (10, 0, 0, 0), "cases": (8, 0, 0, 0),
    }  # fmt: skip
    kirk = Opportunity.objects.get(name="Kirk, Rebecca")
    assert (kirk.amount, kirk.closes_on, kirk.state) == (29700, date(2021, 4, 16), "open")
    assert Opportunity.objects.filter(state="won").count() == 4
    assert Lead.objects.filter(state="disqualified").count() == 3
    assert Party.objects.filter(is_supplier=True).count() == 6
    again = take(ctx, "zoho", folder)
    assert (again.created, again.changed) == (0, 0)
