"""Any two quotes side by side, line by line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from loomline.domains.sales.models import Quote, QuoteLine

ZERO = Decimal(0)
SHOWN = ("quantity", "price", "discount", "amount", "promised_on")


@dataclass(frozen=True)
class Side:
    """One line as it stands in one of the two."""

    line: QuoteLine


@dataclass(frozen=True)
class Pair:
    """The same item in both; None where it is new or gone. `differs` names the fields that are not equal."""

    before: Side | None
    after: Side | None
    differs: frozenset[str]

    @property
    def any(self) -> QuoteLine:
        """A line to read the item from."""
        side = self.after or self.before
        assert side is not None
        return side.line

    @property
    def kind(self) -> str:
        """new, gone, changed or same."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        return "changed" if self.differs else "same"

    @property
    def change(self) -> Decimal:
        """What the line adds to the amount."""
        now = self.after.line.amount if self.after else ZERO
        was = self.before.line.amount if self.before else ZERO
        return now - was


@dataclass(frozen=True)
class Comparison:
    """Two quotes: their lines in pairs, and which of their own fields differ."""

    before: Quote
    after: Quote
    pairs: tuple[Pair, ...]
    differs: frozenset[str]


HEAD = (
    "valid_until",
    "wanted_on",
    "promised_on",
    "freight",
    "net",
    "tax",
    "total",
    "note",
    "customer_reference",
)


def compare(*, before: Quote, after: Quote) -> Comparison:
    """Pair the lines of two quotes by item, and within an item by order. Costs two statements."""
    left, right = _placed(before), _placed(after)
    pairs = []
    for place in dict.fromkeys((*left, *right)):
        old, new = left.get(place), right.get(place)
        fields = (*SHOWN, "tax_rate", "is_optional", "alternative_of", "description")
        differs = (
            frozenset(f for f in fields if getattr(old, f) != getattr(new, f)) if old and new else frozenset()
        )
        pairs.append(Pair(Side(old) if old else None, Side(new) if new else None, differs))
    return Comparison(
        before,
        after,
        tuple(pairs),
        frozenset(name for name in HEAD if getattr(before, name) != getattr(after, name)),
    )


def _placed(quote: Quote) -> dict[tuple[int, int], QuoteLine]:
    seen: dict[int, int] = defaultdict(int)
    found = {}
    for line in quote.lines.select_related("item__unit").order_by("position", "pk"):
        found[line.item_id, seen[line.item_id]] = line
        seen[line.item_id] += 1
    return found
