"""Designs, and the items they come in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog import queries
from loomline.domains.catalog.commands.item import ItemDraft, add_items
from loomline.domains.catalog.events import StyleAdded, StyleExtended
from loomline.domains.catalog.models import Category, Item, Style, Supply, Tracking, Unit
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class StyleNameless(Refused):
    """A style is known by code and name."""

    says = _("A style needs a code and a name.")


class ColourTwice(Refused):
    """Each colour and each size stands once."""

    says = _("{word} stands twice among the colours or sizes of {name}. Leave one out.")


class NothingNew(Refused):
    """Every colour and size asked for is there."""

    says = _("{name} already comes in these colours and sizes. Nothing was added.")


@dataclass(frozen=True)
class ColourDraft:
    """A colour by name, with the tint that stands for it on a screen."""

    name: str
    hex: str = ""


TINT = re.compile(r"^(?P<name>.*?)\s*(?P<hex>#[0-9a-fA-F]{6})?$")


@command(label=_("New style"), icon="plus", creates=Style)
def add_style(
    ctx: Ctx,
    *,
    code: str,
    name: str,
    colours: Sequence[Any],
    sizes: Sequence[str],
    unit: Unit | str = "pcs",
    description: str = "",
    category: Category | None = None,
    tracking: str = Tracking.LOT,
    supply: str = Supply.MAKE,
    standard_cost: Decimal = Decimal(0),
    list_price: Decimal | None = None,
    weight_kg: Decimal | None = None,
    lead_days: int = 0,
    safety_stock: Decimal = Decimal(0),
    hs_code: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Style:
    """Put a design into the catalog together with one item for each of its colours and sizes.

    A colour is a ColourDraft, {"name": "oat", "hex": "#d8c9a8"} or "oat #d8c9a8".
    """
    tints = [_colour(colour) for colour in colours]
    _refuse_unclear(code, name, [t.name for t in tints], list(sizes))

    style: Style = Style.objects.create(
        code=code.strip(),
        name=name.strip(),
        description=description,
        category=category,
        colours=[{"name": t.name, "hex": t.hex} for t in tints],
        sizes=list(sizes),
        custom=dict(custom or {}),
    )
    drafts = [
        _variant(
            style, tint, size, unit=unit, tracking=tracking, supply=supply, standard_cost=standard_cost,
            list_price=list_price, weight_kg=weight_kg, lead_days=lead_days, safety_stock=safety_stock,
            hs_code=hs_code,
        )
        for tint, size in product(tints or [ColourDraft("")], sizes or [""])
    ]  # fmt: skip
    items = add_items(ctx, drafts=drafts)

    ctx.emit(StyleAdded(style_id=style.pk, style=style.name, count=len(items)))
    return style


@command(label=_("Add colours or sizes"), icon="plus")
def add_variants(
    ctx: Ctx, *, style: Style, colours: Sequence[ColourDraft] = (), sizes: Sequence[str] = ()
) -> list[Item]:
    """Let a design come in more colours or sizes; each new item takes after the first one there is."""
    style = lock(style)
    new_tints, new_sizes = [_colour(colour) for colour in colours], list(sizes)
    _refuse_unclear(style.code, style.name, [t.name for t in new_tints], new_sizes)
    known = queries.variants_of(style_id=style.pk)
    tints = _merged([ColourDraft(c["name"], c.get("hex", "")) for c in style.colours], new_tints)
    lengths = list(dict.fromkeys([*style.sizes, *new_sizes]))
    missing = [
        (tint, size)
        for tint, size in product(tints or [ColourDraft("")], lengths or [""])
        if (tint.name, size) not in known
    ]

    if not missing:
        raise NothingNew(name=style.name)

    style.colours = [{"name": t.name, "hex": t.hex} for t in tints]
    style.sizes = lengths
    style.save(update_fields=["colours", "sizes"])
    model = next(iter(known.values()), None)
    like = _like(model) if model is not None else {}
    items = add_items(ctx, drafts=[_variant(style, tint, size, **like) for tint, size in missing])

    ctx.emit(StyleExtended(style_id=style.pk, style=style.name, count=len(items)))
    return items


def _colour(colour: ColourDraft | Mapping[str, str] | str) -> ColourDraft:
    if isinstance(colour, ColourDraft):
        return colour
    if isinstance(colour, str):
        found = TINT.match(colour.strip())
        return ColourDraft(found["name"], found["hex"] or "") if found else ColourDraft(colour)
    return ColourDraft(colour["name"], colour.get("hex", ""))


def _refuse_unclear(code: str, name: str, colours: Sequence[str], sizes: Sequence[str]) -> None:
    if not code.strip() or not name.strip():
        raise StyleNameless(at_field="code" if not code.strip() else "name")
    for words in (colours, sizes):
        twice = next((word for word in words if list(words).count(word) > 1), None)
        if twice is not None:
            raise ColourTwice(word=twice, name=name)


def _merged(known: list[ColourDraft], new: list[ColourDraft]) -> list[ColourDraft]:
    names = {tint.name for tint in known}
    return [*known, *(tint for tint in new if tint.name not in names)]


def _variant(style: Style, tint: ColourDraft, size: str, **shared: Any) -> ItemDraft:
    parts = [style.code, *(slugify(part).upper() or part for part in (tint.name, size) if part)]
    return ItemDraft(
        sku="-".join(parts),
        name=" ".join(part for part in (style.name, tint.name, size) if part),
        style=style,
        category=style.category,
        colour=tint.name,
        size=size,
        swatch=tint.hex,
        **shared,
    )


def _like(item: Item) -> dict[str, Any]:
    names = (
        "unit", "tracking", "supply", "standard_cost", "list_price", "weight_kg", "lead_days", "safety_stock",
        "shelf_life_days", "min_remaining_days", "volume_m3", "temperature", "hazard", "cost_method",
        "count_class", "tax_class", "hs_code", "origin_country",
    )  # fmt: skip
    return {name: getattr(item, name) for name in names}
