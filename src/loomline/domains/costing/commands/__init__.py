"""The verbs of costing."""

from loomline.domains.costing.commands.changing import ValueChange, change_values
from loomline.domains.costing.commands.forgetting import forget_moves
from loomline.domains.costing.commands.landing import (
    NoGoods,
    ShareDraft,
    add_landed_cost,
    reverse_landed_cost,
)
from loomline.domains.costing.commands.pending import catch_up, value_pending
from loomline.domains.costing.commands.rebuilding import open_values, rebuild_layers
from loomline.domains.costing.commands.repricing import reprice_step
from loomline.domains.costing.commands.revaluing import (
    change_method,
    follow_items,
    keep_cost,
    revalue_stock,
    set_standard,
)
from loomline.domains.costing.commands.rules import add_reference, set_rule
from loomline.domains.costing.commands.valuing import value_moves
from loomline.domains.costing.commands.working import (
    charge_work,
    finish_work,
    settle_again,
    settle_work,
    take_back_charge,
)

__all__ = [
    "NoGoods",
    "ShareDraft",
    "ValueChange",
    "add_landed_cost",
    "add_reference",
    "catch_up",
    "change_method",
    "change_values",
    "charge_work",
    "finish_work",
    "follow_items",
    "forget_moves",
    "keep_cost",
    "open_values",
    "rebuild_layers",
    "reprice_step",
    "revalue_stock",
    "reverse_landed_cost",
    "set_rule",
    "set_standard",
    "settle_again",
    "settle_work",
    "take_back_charge",
    "value_moves",
    "value_pending",
]
