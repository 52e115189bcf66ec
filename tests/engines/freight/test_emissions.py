from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.freight.emissions import Factor, Factors, Leg, emission

D = Decimal
FACTORS = Factors(
    [
        Factor("road", D("0.100"), "default", detour=D("1.05")),
        Factor("road", D("0.080"), "primary", carrier="Norte"),
        Factor("sea", D("0.010"), "modelled"),
        Factor("hub", D("1.5"), "default", is_hub=True),
    ]
)


def test_a_chain_adds_tonne_kilometres_by_their_factors_and_hubs_by_the_tonne() -> None:
    made = emission(D(2000), [Leg("road", D(100)), Leg("hub"), Leg("sea", D(5000)), Leg("hub")], FACTORS)
    # 2 t: 20 kg on the road, 100 kg at sea, 3 kg in each hub.
    assert made.co2e == D(126)
    assert [leg.co2e for leg in made.legs] == [20, 3, 100, 3]
    assert made.legs[0].activity == 200


def test_the_worst_leg_gives_the_tier_and_the_primary_share_is_by_emission() -> None:
    made = emission(D(1000), [Leg("road", D(1000), carrier="Norte"), Leg("sea", D(2000))], FACTORS)
    assert made.tier == "modelled"
    assert made.primary_share == D("0.8")


def test_a_carriers_own_factor_comes_before_the_general_one() -> None:
    assert emission(D(1000), [Leg("road", D(100), carrier="Norte")], FACTORS).co2e == 8
    assert emission(D(1000), [Leg("road", D(100), carrier="Sul")], FACTORS).co2e == 10


def test_a_driven_distance_is_brought_back_to_the_shortest_feasible_one() -> None:
    made = emission(D(1000), [Leg("road", D(105), is_actual=True)], FACTORS)
    assert made.legs[0].activity == 100


def test_a_better_tier_replaces_a_worse_one_of_the_same_mode() -> None:
    both = Factors([Factor("rail", D("0.03"), "default"), Factor("rail", D("0.02"), "modelled")])
    assert emission(D(1000), [Leg("rail", D(100))], both).tier == "modelled"


def test_a_mode_without_a_factor_and_a_leg_without_a_distance_are_refused() -> None:
    with pytest.raises(BadInput, match=r"column mode: There is no factor of air\. There is hub, road, sea"):
        emission(D(1), [Leg("air", D(1))], FACTORS)
    with pytest.raises(BadInput, match="column distance_km"):
        emission(D(1), [Leg("sea")], FACTORS)
    with pytest.raises(BadInput, match="no legs"):
        emission(D(1), [], FACTORS)
