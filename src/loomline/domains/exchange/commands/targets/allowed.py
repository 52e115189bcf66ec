"""Whom the other system may not reach: of people and organisations, and of leads by their addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead
from loomline.domains.privacy import commands as privacy
from loomline.domains.privacy.commands import PastRefusal
from loomline.domains.privacy.models import Channel, Purpose
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx

PART = "refusals"


def note_refusals(ctx: Ctx, rows: Sequence[Row], parties: Mapping[int, Party]) -> None:
    """Keep what the rows refuse for these parties, by the place of the row."""
    found = [
        PastRefusal(
            party=parties[at], channel=Channel(one["channel"]), purposes=tuple(map(Purpose, one["purposes"]))
        )
        for at, row in enumerate(rows)
        for one in row.nested.get(PART, ())
        if one.get("refused") and at in parties
    ]
    if found:
        privacy.take_over_refusals(ctx, refusals=found, source=source_of(rows))


def note_refusals_of_leads(ctx: Ctx, rows: Sequence[Row], leads: Mapping[int, Lead]) -> None:
    """Leads are no customers yet: their addresses are suppressed, which holds whatever becomes of them."""
    for channel, name in ((Channel.EMAIL, "email"), (Channel.PHONE, "phone")):
        addresses = [
            address
            for at, row in enumerate(rows)
            if at in leads
            and any(one.get("refused") and one["channel"] == channel for one in row.nested.get(PART, ()))
            and (address := getattr(leads[at], name))
        ]
        if addresses:
            privacy.suppress(ctx, addresses=addresses, channel=channel, source=source_of(rows))


def source_of(rows: Sequence[Row]) -> str:
    """Where the refusals stood."""
    return f"Import: {rows[0].file}"[:120] if rows and rows[0].file else "Import"
