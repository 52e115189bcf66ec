"""Inventory numbers its handling units under the prefix that warehouse keeps for its packages."""

from __future__ import annotations

from loomline.domains.inventory import ports as inventory
from loomline.domains.warehouse import queries as warehouse
from loomline.kernel.port import fill


@fill(inventory.gs1_prefix)
def gs1_prefix() -> tuple[str, int]:
    """One prefix and one series of numbers for all that the company labels."""
    prefix = warehouse.prefix_in_use()
    return (prefix.digits, prefix.extension) if prefix is not None else (inventory.EXAMPLE_PREFIX, 0)
