"""Addresses that are not written to, known by their fingerprint only."""

from __future__ import annotations

import pytest
from django.test import Client

from loomline.domains.parties.models import Party
from loomline.domains.privacy import commands as privacy
from loomline.domains.privacy import queries
from loomline.domains.privacy.models import Suppression
from loomline.kernel.context import Ctx


def test_an_address_is_known_in_every_writing_and_kept_in_none(ctx: Ctx) -> None:
    privacy.suppress(ctx, addresses=["Anna@Nord.example"])

    row = Suppression.objects.get()
    assert "nord" not in f"{row.digest}{row.source}"
    given = [" anna@nord.example", "ANNA@NORD.EXAMPLE", "ben@nord.example"]
    assert queries.suppressed(given) == {" anna@nord.example", "ANNA@NORD.EXAMPLE"}


def test_who_unsubscribed_still_hears_of_the_own_order(ctx: Ctx) -> None:
    privacy.suppress(ctx, addresses=["a@x.example"])
    privacy.suppress(ctx, addresses=["b@x.example"], reason="bounced")
    both = ["a@x.example", "b@x.example"]

    assert queries.suppressed(both) == set(both)
    assert queries.suppressed(both, purpose="service") == {"b@x.example"}
    assert queries.suppressed(both, channel="phone") == set()


def test_suppressing_again_changes_nothing(ctx: Ctx) -> None:
    assert privacy.suppress(ctx, addresses=["a@x.example", "A@x.example"]) == 1
    assert privacy.suppress(ctx, addresses=["a@x.example"]) == 0
    with pytest.raises(privacy.AddressMissing):
        privacy.suppress(ctx, addresses=[" "])


def test_the_owner_of_the_address_sees_it_in_the_timeline(ctx: Ctx, client: Client, anna: Party) -> None:
    privacy.suppress_address(ctx, address="ANNA@nord.example", reason="complained")
    text = client.get(f"/parties/parties/{anna.pk}/").content.decode()
    assert "Not to be written to: reported as spam" in text


def test_a_suppression_is_lifted_with_a_reason(ctx: Ctx) -> None:
    row = privacy.suppress_address(ctx, address="a@x.example")
    with pytest.raises(privacy.ReasonMissing):
        privacy.lift_suppression(ctx, suppression=row, reason=" ")
    privacy.lift_suppression(ctx, suppression=row, reason="asked for it on the phone")
    assert queries.suppressed(["a@x.example"]) == set()


def test_an_address_is_suppressed_from_the_form(client: Client) -> None:
    sent = {"address": "a@x.example", "channel": "email", "reason": "unsubscribed"}
    assert client.post("/privacy/suppressions/new/", sent).status_code == 302
    assert queries.suppressed(["a@x.example"]) == {"a@x.example"}


def test_the_page_of_a_party_says_which_of_its_addresses_are_suppressed(
    client: Client, ctx: Ctx, anna: Party
) -> None:
    address = f"/parties/parties/{anna.pk}/?tab=contact_points"
    assert "On the list of suppressed addresses" not in client.get(address).content.decode()
    privacy.suppress_address(ctx, address="anna@nord.example")

    assert "On the list of suppressed addresses" in client.get(address).content.decode()
    page = client.get("/privacy/suppressions/").content.decode()
    assert queries.digest("anna@nord.example")[:12] in page
    assert queries.digest("anna@nord.example") not in page
