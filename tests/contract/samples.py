"""What the filler cannot see in the fields of a model: values that its constraints ask for."""

from __future__ import annotations

from typing import Any

from loomline.domains.catalog.models import Item, Unit
from loomline.domains.parties.models import Party
from loomline.domains.sites.models import Site

SAMPLES: dict[str, dict[str, Any]] = {
    "accounts_apitoken": {"scopes": ["read"]},
    "catalog_conversion": {"to_unit": lambda filler: filler.another(Unit)},
    "finance_invoice": {"net": 100, "total": 100},
    "finance_payment": {"amount": 100},
    "finance_paymentallocation": {"amount": 1},
    "inventory_balance": {"is_physical": True, "on_hand": 5},
    "manufacturing_bill": {"item": lambda filler: filler.another(Item)},
    "manufacturing_workorder": {"item": lambda filler: filler.one(Item)},
    "procurement_purchaseline": {"position": lambda filler: filler.next()},
    "sites_location": {"site": lambda filler: filler.one(Site), "kind": "storage"},
    "parties_relationship": {"organisation": lambda filler: filler.another(Party)},
    "warehouse_companyprefix": {"digits": lambda filler: f"{5600000 + filler.next()}", "is_active": False},
    "warehouse_package": {"sscc": lambda filler: f"{filler.next():018}"},
}
