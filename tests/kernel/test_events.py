"""What an event may be made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

import pytest

from loomline.kernel.event import Event, registry, sentence


def with_name() -> type[Event]:
    @dataclass(frozen=True, kw_only=True)
    class YarnNamed(Event):
        name: str

    return YarnNamed


def with_icon() -> type[Event]:
    @dataclass(frozen=True, kw_only=True)
    class YarnPictured(Event):
        icon: str = "spiral"

    return YarnPictured


def with_about() -> type[Event]:
    @dataclass(frozen=True, kw_only=True)
    class YarnDescribed(Event, about={"yarn_id": "catalog.item"}):
        yarn_id: int
        about: str

    return YarnDescribed


def with_a_shared_part() -> type[Event]:
    @dataclass(frozen=True, kw_only=True)
    class OfYarn:
        name: str

    @dataclass(frozen=True, kw_only=True)
    class YarnSpun(OfYarn, Event):
        yarn_id: int

    return YarnSpun


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (with_name, "YarnNamed has a field 'name', which hides the event's own 'name'."),
        (with_icon, "YarnPictured has a field 'icon', which hides the event's own 'icon'."),
        (with_about, "YarnDescribed has a field 'about', which hides the event's own 'about'."),
        (with_a_shared_part, "YarnSpun has a field 'name', which hides the event's own 'name'."),
    ],
)
def test_a_field_that_hides_what_the_event_says_of_itself_is_refused(
    make: Callable[[], type[Event]], says: str
) -> None:
    before = dict(registry)
    with pytest.raises(TypeError) as refused:
        make()

    assert says in str(refused.value)
    assert str(refused.value).endswith("Give the field another name.")
    assert registry == before


def test_a_sentence_and_a_tone_of_its_own_are_no_shadows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loomline.kernel.event.registry", dict(registry))

    @dataclass(frozen=True, kw_only=True)
    class YarnDyed(Event, about={"yarn_id": "catalog.item"}, icon="droplet", tone="ok"):
        says: ClassVar = "Yarn {yarn_id} dyed"
        yarn_id: int
        tone: str = "warn"

    made = YarnDyed(yarn_id=7)
    assert (made.name, made.icon, made.usual_tone) == ("kernel.YarnDyed", "droplet", "ok")
    assert (made.payload(), made.subjects()) == ({"yarn_id": 7, "tone": "warn"}, {("catalog.item", 7)})


def test_days_of_several_years_are_told_with_their_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loomline.kernel.event.registry", known := dict(registry))

    @dataclass(frozen=True, kw_only=True)
    class YarnPromised(Event):
        says: ClassVar = "{lot}from {starts_on} to {ends_on}{weight}"
        starts_on: date
        ends_on: date
        lot: str = ""
        weight: Decimal | None = None

    assert YarnPromised.name in known
    near = {"starts_on": "2026-08-17", "ends_on": "2026-12-01"}
    assert sentence(YarnPromised.name, near) == "from 17 Aug to 1 Dec"
    far = {"starts_on": "2026-08-17", "ends_on": "2027-08-17"}
    assert sentence(YarnPromised.name, far) == "from 17 Aug 2026 to 17 Aug 2027"
    named = far | {"lot": "2024.10 2024-01-10 ", "weight": "12.500"}
    assert sentence(YarnPromised.name, named) == "2024.10 2024-01-10 from 17 Aug 2026 to 17 Aug 202712.5"
    for lot in ("2024.10", "1.²", "2024-01-10"):
        assert sentence(YarnPromised.name, near | {"lot": lot}).startswith(lot)
