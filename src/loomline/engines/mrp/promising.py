"""Available to promise: what of stock and planned supply no customer order has taken (APICS)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from loomline.engines.mrp.netting import Netting
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Available:
    """Available to promise by item and bucket, all of shape (n, T).

    `discrete`: new in the bucket of each supply, until the next one; what a later bucket is short of is
    taken from the buckets before it, the nearest first. `cumulative`: stock and supply less orders so far.
    `look_ahead`: what may be promised in a bucket without breaking any later promise.
    """

    discrete: NDArray[np.float64]
    cumulative: NDArray[np.float64]
    look_ahead: NDArray[np.float64]


def available_to_promise(on_hand: ArrayLike, supply: ArrayLike, orders: ArrayLike) -> Available:
    """ATP of n items over T buckets from stock (n,), supply (n, T) and customer orders (n, T).

    One item may be given without its first dimension. Raises BadInput for shapes that do not fit and for
    numbers below 0.
    """
    made = np.atleast_2d(np.asarray(supply, dtype=float))
    taken = np.atleast_2d(np.asarray(orders, dtype=float))
    stock = np.atleast_1d(np.asarray(on_hand, dtype=float))
    if made.shape != taken.shape or stock.shape != made.shape[:1]:
        raise BadInput(
            f"Stock, supply and orders have shapes {stock.shape}, {made.shape} and {taken.shape}.",
            remedy="Give one stock per item, and supply and orders for the same items and buckets.",
        )
    for name, values in (("on_hand", stock), ("supply", made), ("orders", taken)):
        if not (values >= 0).all():
            raise BadInput("A number is below 0 or missing.", remedy="Correct it.", column=name)
    cumulative = stock[:, None] + np.cumsum(made - taken, axis=1)
    ahead = np.minimum.accumulate(cumulative[:, ::-1], axis=1)[:, ::-1]
    return Available(_discrete(stock, made, taken), cumulative, np.maximum(ahead, 0.0))


def _discrete(
    stock: NDArray[np.float64], made: NDArray[np.float64], taken: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Supply of each bucket less the orders until the next supply; shortages go back to earlier buckets."""
    left = made.copy()
    left[:, 0] += stock
    owed = np.zeros(len(left))
    for bucket in range(left.shape[1] - 1, -1, -1):
        owed += taken[:, bucket]
        used = np.minimum(owed, left[:, bucket])
        left[:, bucket] -= used
        owed -= used
    # What nothing covers stays visible where the stock is.
    left[:, 0] -= owed
    return left


def promise_of_plan(netting: Netting) -> Available:
    """ATP of every item of a plan: receipts and planned orders against customer orders (no forecasts).

    Needs of planned orders for components count as taken, so that what is promised of a part is not promised
    twice.
    """
    plant, grid = netting.plant, netting.grid
    receipts, demands = plant.receipts, plant.demands
    supply = netting.planned.copy()
    inside = grid.bucket(receipts.at) < grid.count
    at = receipts.item[inside], grid.bucket(receipts.at[inside])
    np.add.at(supply, at, receipts.quantity[inside])
    outputs = netting.explosion.outputs(np.arange(len(plant.items)))
    supply += 0.0 if outputs is None else outputs
    orders = netting.gross.copy()
    guess = demands.is_forecast & (grid.bucket(demands.at) < grid.count)
    guess &= demands.at >= plant.items.demand_fence[demands.item] * 86_400
    at = demands.item[guess], grid.bucket(demands.at[guess])
    np.subtract.at(orders, at, demands.quantity[guess])
    return available_to_promise(plant.items.on_hand, supply, np.maximum(orders, 0.0))


def earliest_promise(available: Available, row: int, quantity: float, wanted: int = 0) -> int | None:
    """The first bucket from `wanted` on in which a quantity can be promised; None within the horizon."""
    enough = np.flatnonzero(available.look_ahead[row, wanted:] >= quantity - 1e-9)
    return wanted + int(enough[0]) if len(enough) else None
