"""The mean kinetic temperature: the constant one that would have done the same harm as a varying one.

J. D. Haynes, "Worldwide virtual temperatures for product stability testing", Journal of Pharmaceutical
Sciences 60 (1971); USP <1079>. It lies above the arithmetic mean, because heat harms more than cold helps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from loomline.engines.bad_input import BadInput

GAS_CONSTANT = 8.3144e-3
# kJ/mol: the usual figure for medicines when that of the product is not known.
ACTIVATION_ENERGY = 83.144
ZERO_CELSIUS = 273.15


def mean_kinetic_temperature(
    celsius: Sequence[float],
    durations: Sequence[float] | None = None,
    *,
    activation_energy: float = ACTIVATION_ENERGY,
) -> float:
    """Degrees Celsius from readings in degrees Celsius, each for a duration (any unit) or all for the same.

    `activation_energy` in kJ/mol.
    """
    if not celsius:
        raise BadInput("There is no reading.", remedy="Give one or more.")
    weights = [1.0] * len(celsius) if durations is None else list(durations)
    if len(weights) != len(celsius):
        raise BadInput(
            f"There are {len(weights)} durations for {len(celsius)} readings.", remedy="Give one for each."
        )
    if not activation_energy > 0:
        raise BadInput(f"An activation energy of {activation_energy:g}.", remedy="Give kJ/mol above 0.")
    for at, (reading, weight) in enumerate(zip(celsius, weights, strict=True)):
        if not (math.isfinite(reading) and reading > -ZERO_CELSIUS):
            raise BadInput(f"{reading} °C is no temperature.", remedy="Leave it out.", position=at)
        if not (math.isfinite(weight) and weight >= 0):
            raise BadInput(f"A duration of {weight}.", remedy="Give 0 or more.", position=at)
    total = math.fsum(weights)
    if total == 0:
        raise BadInput("All durations are 0.", remedy="Give a positive one.")
    scale = activation_energy / GAS_CONSTANT
    # Taken relative to the warmest reading, the exponentials neither overflow nor vanish.
    top = max(celsius) + ZERO_CELSIUS
    harm = math.fsum(
        weight * math.exp(scale / top - scale / (reading + ZERO_CELSIUS))
        for reading, weight in zip(celsius, weights, strict=True)
    )
    return scale / (scale / top - math.log(harm / total)) - ZERO_CELSIUS
