"""Distances over the earth against published geodesics."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.routing.distances import geodesic, great_circle


def test_geodesics_agree_with_the_published_ones_to_a_millimetre(public_data: Path) -> None:
    with (public_data / "geo" / "geodesic-distances-wgs84.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    for row in rows:
        start, end = (float(row["lat1"]), float(row["lon1"])), (float(row["lat2"]), float(row["lon2"]))
        assert geodesic(start, end) == pytest.approx(float(row["s12_m"]), abs=0.001)
        sphere = great_circle(np.array([start[0], end[0]]), np.array([start[1], end[1]]))[0, 1]
        assert sphere == pytest.approx(float(row["s12_m"]), rel=0.006)


def test_a_place_is_no_distance_from_itself_and_the_poles_are_half_a_meridian_apart() -> None:
    assert geodesic((48.0, 11.0), (48.0, 11.0)) == 0.0
    assert geodesic((90.0, 0.0), (-90.0, 0.0)) == pytest.approx(20_003_931.458, abs=0.001)


def test_opposite_places_fall_back_to_the_sphere() -> None:
    assert geodesic((0.0, 0.0), (0.5, 179.7)) == pytest.approx(19_936_288.579, rel=0.006)


def test_a_latitude_beyond_the_pole_is_refused_with_its_position() -> None:
    with pytest.raises(BadInput, match="position 1, column latitude: 91 is no latitude"):
        great_circle(np.array([0.0, 91.0]), np.array([0.0, 0.0]))
