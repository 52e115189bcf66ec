"""The shelves of the catalog, who buys at which tier, and the number that stands on every carton."""

from __future__ import annotations

from loomline.domains.catalog.models import Category, Item, Style
from loomline.domains.parties.models import Party
from loomline.domains.pricing import commands as pricing
from loomline.domains.pricing.models import Tier
from loomline.domains.warehouse.models import CompanyPrefix
from loomline.kernel.edit import plain_commands
from loomline_demo.halden import Halden
from loomline_demo.selling import keep

SHELVES = {
    "Jumpers and layers": ("MER-CREW", "MER-BASE", "LAM-CARD", "COT-RIB"),
    "Accessories": ("ALP-BEAN",),
}
TIERS = (
    ("Key accounts", "More than 100,000 a season.", ("Nordvik Outdoor", "Maison Léonie", "Harbour & Pine")),
    ("Boutiques", "Single shops that order by the style.", ("Sato Knit Trading",)),
)


def opens(halden: Halden) -> None:
    """What is there before the first order."""
    s = halden.s
    for name, codes in SHELVES.items():
        shelf = keep(s, Category(), name=name)
        for model, chosen in ((Style, {"code__in": codes}), (Item, {"style__code__in": codes})):
            edit = plain_commands(model)["edit"]
            edit(s.by("admin"), records=list(model.objects.filter(**chosen)), values={"category": shelf})
    yarns = list(Item.objects.filter(unit__code="kg"))
    edit = plain_commands(Item)["edit"]
    edit(s.by("admin"), records=yarns, values={"category": keep(s, Category(), name="Yarn")})
    for rank, (name, note, buyers) in enumerate(TIERS, start=1):
        tier = keep(s, Tier(), name=name, rank=rank, note=note)
        pricing.put_in_tier(s.by("admin"), tier=tier, parties=list(Party.objects.filter(name__in=buyers)))
    # GS1 keeps the prefix 952 for examples.
    keep(s, CompanyPrefix(), digits="9520001", extension=3)
