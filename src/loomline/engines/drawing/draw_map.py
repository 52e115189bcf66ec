"""The small map: places and journeys on the dotted world.

The projection is Equal Earth (Savric, Patterson, Jenny 2018) with the scale, shift and frame of
`web/build/world.mjs`, so that a pin lands on the dot it belongs to.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
SCALE, EAST, SOUTH = 180.0, 500.0, 250.0
LIFT = 0.22

Place = tuple[float, float]  # longitude, latitude, in degrees
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Journey:
    """One shipment to draw: where from, where to, how far along, in which tone, and what it is called."""

    start: Place
    end: Place
    progress: float
    tone: str = ""
    label: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """One place of our own, named beside its pin."""

    name: str
    place: Place
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Arc:
    """The way of one journey: all of it, the part done, and the vehicle."""

    path: str
    done: str
    x: str
    y: str
    end_x: str
    end_y: str
    tone: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Pin:
    """One named point."""

    x: str
    y: str
    label: str
    label_x: str
    label_y: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Map:
    """Everything on the map, in the frame of its view box."""

    view: str
    arcs: tuple[Arc, ...]
    pins: tuple[Pin, ...]


def equal_earth(place: Place) -> Point:
    """Project longitude and latitude into the frame of the dotted world."""
    lon, lat = place
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    t2 = t * t
    t6 = t2**3
    slope = 3 * (9 * A4 * t6 * t2 + 7 * A3 * t6 + 3 * A2 * t2 + A1)
    x = 2 * math.sqrt(3) * math.radians(lon) * math.cos(t) / slope
    y = t * (A1 + A2 * t2 + t6 * (A3 + A4 * t2))
    return EAST + SCALE * x, SOUTH - SCALE * y


def draw_map(journeys: Sequence[Journey], sites: Sequence[Site], *, view: str = "120 18 860 404") -> Map:
    """Draw journeys as arcs, late ones on top, and our own sites as pins."""
    weight = {"bad": 2, "warn": 1}
    ordered = sorted(journeys, key=lambda j: weight.get(j.tone, 0))
    return Map(view, tuple(_arc(j) for j in ordered), tuple(_pin(s) for s in sites))


def _arc(journey: Journey) -> Arc:
    (x0, y0), (x1, y1) = equal_earth(journey.start), equal_earth(journey.end)
    mx, my = (x0 + x1) / 2, (y0 + y1) / 2 - abs(x1 - x0) * LIFT - 8
    k = min(1.0, max(0.0, journey.progress))
    cx, cy = x0 + (mx - x0) * k, y0 + (my - y0) * k
    vx = (1 - k) ** 2 * x0 + 2 * k * (1 - k) * mx + k * k * x1
    vy = (1 - k) ** 2 * y0 + 2 * k * (1 - k) * my + k * k * y1
    return Arc(
        path=f"M{x0:.1f} {y0:.1f}Q{mx:.1f} {my:.1f} {x1:.1f} {y1:.1f}",
        done=f"M{x0:.1f} {y0:.1f}Q{cx:.1f} {cy:.1f} {vx:.1f} {vy:.1f}",
        x=f"{vx:.1f}",
        y=f"{vy:.1f}",
        end_x=f"{x1:.1f}",
        end_y=f"{y1:.1f}",
        tone=journey.tone,
        label=journey.label,
        url=journey.url,
    )


def _pin(site: Site) -> Pin:
    x, y = equal_earth(site.place)
    shift = -10 if site.anchor == "end" else 10
    return Pin(f"{x:.1f}", f"{y:.1f}", site.name, f"{x + shift:.1f}", f"{y + 20:.1f}", site.anchor)
