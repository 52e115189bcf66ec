"""A letter that names a deal, quote, order, invoice or purchase in its subject belongs to it too."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from loomline.domains.finance.models import Invoice
from loomline.domains.mail import ports as mail
from loomline.domains.mail.ports import Named
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.procurement.models import Purchase
from loomline.domains.sales.models import Order, Quote
from loomline.kernel.port import fill

# The documents that people name in letters, and through which column they belong to a party.
DOCUMENTS: tuple[tuple[type[Any], str], ...] = (
    (Opportunity, "party"),
    (Lead, "party"),
    (Quote, "customer"),
    (Order, "customer"),
    (Invoice, "customer"),
    (Purchase, "supplier"),
)


@fill(mail.records_named)
def records_named(*, numbers: Collection[str], party_ids: Collection[int]) -> list[Named]:
    """The documents of these parties, or of companies they belong to, that have one of these numbers.

    A stranger who types our number is tied to nothing: the document must be the writer's own.
    """
    return list(_named(numbers, _with_parents(party_ids)))


def _named(numbers: Collection[str], party_ids: Collection[int]) -> Iterator[Named]:
    for model, column in DOCUMENTS:
        rows = model.objects.filter(number__in=list(numbers), **{f"{column}__in": list(party_ids)})
        for pk in rows.order_by("pk").values_list("pk", flat=True):
            yield Named(model._meta.label_lower, pk)


def _with_parents(party_ids: Collection[int]) -> set[int]:
    rows = Party.objects.filter(pk__in=list(party_ids), parent__isnull=False)
    return {*party_ids, *rows.values_list("parent", flat=True)}
