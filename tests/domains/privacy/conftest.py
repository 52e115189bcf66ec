"""Who acts in these tests."""

from __future__ import annotations

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["customer"], email="hello@nord.example")


@pytest.fixture
def anna(ctx: Ctx, shop: Party) -> Party:
    return parties.open_party(
        ctx,
        name="Anna Åberg",
        kind="person",
        email="anna@nord.example",
        phone="+49 170 1234567",
        organisation=shop,
        title="Buyer",
        notes="Likes oat",
        addresses=[parties.AddressDraft(line1="Weg 7", city="Kiel", country="DE")],
    )
