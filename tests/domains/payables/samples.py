"""What the filler of the contract tests cannot see in the fields of payables."""

from __future__ import annotations

from typing import Any

from loomline.domains.parties.models import Party
from loomline.domains.payables.models import SupplierInvoice, SupplierInvoiceState
from tests.domains.payables.mill import ISSUED


def owed(filler: Any) -> SupplierInvoice:
    """An invoice of which something is open."""
    return SupplierInvoice.objects.create(
        supplier=filler.one(Party),
        their_number=f"F{filler.count}",
        issued_on=ISSUED,
        due_on=ISSUED,
        currency="EUR",
        net=100,
        total=100,
        state=SupplierInvoiceState.APPROVED,
    )


SAMPLES: dict[str, dict[str, Any]] = {
    "payables_consumption": {"quantity": 1, "price": 1, "invoice_line": None},
    "payables_creditallocation": {"quantity": 1},
    "payables_creditapplication": {"amount": 1, "invoice": owed},
    "payables_suppliercredit": {"net": 100, "tax": 0, "total": 100, "applied": 0, "state": "open"},
    "payables_suppliercreditline": {"kind": "quantity", "quantity": 1, "price": 1, "amount": 1},
    "payables_matchallocation": {"quantity": 1},
    "payables_matchtolerance": {"supplier": lambda filler: filler.another(Party)},
}
