"""Control charts for counts: p, np, c and u.

Binomial for nonconforming items (p, np), Poisson for nonconformities (c, u); limits are three standard errors
and end at zero (Shewhart, 1931; Montgomery, 7). With unequal samples each point has its own limits. `base`
says how many of the first points the limits come from, `standard` gives the centre instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.quality.chart import Chart, first, lines, numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")


def p_chart(
    nonconforming: ArrayLike, inspected: ArrayLike, *, base: int | None = None, standard: float | None = None
) -> Chart:
    """Share nonconforming of k samples; `inspected` is one size or one for each, `standard` a share."""
    found, sizes, share = _items(nonconforming, inspected, base, standard)
    return lines("p", found / sizes, share, np.sqrt(share * (1 - share) / sizes), least=0.0, most=1.0)


def np_chart(
    nonconforming: ArrayLike, inspected: ArrayLike, *, base: int | None = None, standard: float | None = None
) -> Chart:
    """Number nonconforming of k samples; with unequal sizes the centre line moves with them."""
    found, sizes, share = _items(nonconforming, inspected, base, standard)
    made = lines("np", found, sizes * share, np.sqrt(sizes * share * (1 - share)), least=0.0)
    return Chart(made.name, made.points, made.centre, made.lower, np.minimum(made.upper, sizes), made.sigma)


def c_chart(nonconformities: ArrayLike, *, base: int | None = None, standard: float | None = None) -> Chart:
    """Nonconformities of k samples of equal size."""
    found = _counts(nonconformities, "nonconformities")
    rate = float(first(found, base).mean()) if standard is None else _rate(standard)
    return lines("c", found, rate, np.sqrt(rate), least=0.0)


def u_chart(
    nonconformities: ArrayLike, size: ArrayLike, *, base: int | None = None, standard: float | None = None
) -> Chart:
    """Nonconformities an item (or square metre) of k samples; `size` may be any positive numbers."""
    found = _counts(nonconformities, "nonconformities")
    sizes = _like(size, found, "sizes")
    observed = float(first(found, base).sum() / first(sizes, base).sum())
    rate = observed if standard is None else _rate(standard)
    return lines("u", found / sizes, rate, np.sqrt(rate / sizes), least=0.0)


def _items(
    nonconforming: ArrayLike, inspected: ArrayLike, base: int | None, standard: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    found = _counts(nonconforming, "numbers nonconforming")
    sizes = _like(inspected, found, "numbers inspected")
    if (found > sizes).any():
        at = int(np.argmax(found > sizes))
        raise BadInput(
            f"{found[at]:g} of {sizes[at]:g} inspected items were nonconforming.",
            remedy="Correct one of the two, or use u_chart for several nonconformities an item.",
            position=at,
        )
    if standard is None:
        return found, sizes, float(first(found, base).sum() / first(sizes, base).sum())
    if not 0 <= standard <= 1:
        raise BadInput(f"A standard share of {standard:g} is not possible.", remedy="Give 0 to 1.")
    return found, sizes, standard


def _counts(values: ArrayLike, name: str) -> NDArray[np.float64]:
    made = numbers(values, name=name)
    if made.ndim != 1:
        raise BadInput(f"The {name} are not one row.", remedy="Give one number for each sample.")
    wrong = (made < 0) | (made != np.floor(made))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise BadInput(f"{made[at]:g} is no count.", remedy="Give whole numbers of 0 or more.", position=at)
    return made


def _like(values: ArrayLike, counts: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    made = numbers(values, name=name)
    if made.ndim and made.shape != counts.shape:
        raise BadInput(
            f"There are {made.size} {name} for {len(counts)} samples.",
            remedy="Give one for each, or one for all.",
        )
    made = np.broadcast_to(made, counts.shape)
    if (made <= 0).any():
        at = int(np.argmax(made <= 0))
        raise BadInput(
            f"A size of {made[at]:g} is not possible.", remedy="Leave the sample out.", position=at
        )
    return made


def _rate(standard: float) -> float:
    if standard < 0:
        raise BadInput(f"A standard of {standard:g} is not possible.", remedy="Give 0 or more.")
    return standard
