"""Pictures are arithmetic: the same numbers give the same lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from loomline.engines.drawing import draw_map, draw_thread
from loomline.surface import draw, draw_cells, draw_text
from loomline.surface.draw_cells import Cell

# What d3-geo's geoEqualEarth().scale(180).translate([500, 250]) gives: the dots of web/build/world.mjs.
PLACES = {
    (0.0, 0.0): (500.000, 250.000),
    (-8.6, 41.2): (479.526, 106.805),
    (153.6, -28.6): (891.289, 351.984),
    (-97.0, 49.9): (283.259, 80.807),
    (10.7, 59.9): (521.840, 54.348),
}


def no_icon(name: str, css: str = "") -> str:
    """Stand in for the sprite, which a cell does not need to know."""
    return ""


@pytest.mark.parametrize("place", PLACES)
def test_a_pin_lands_on_its_dot(place: tuple[float, float]) -> None:
    assert draw_map.equal_earth(place) == pytest.approx(PLACES[place], abs=0.001)


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (52.0, (0.0, 20.0, 40.0, 60.0)),
        (7.0, (0.0, 2.0, 4.0, 6.0, 8.0)),
        (1.0, (0.0, 0.25, 0.5, 0.75, 1.0)),
        (0.0, (0.0, 1.0)),
    ],
)
def test_an_axis_has_round_numbers(highest: float, ticks: tuple[float, ...]) -> None:
    assert draw.scale(highest) == ticks


def test_bars_stand_on_one_another() -> None:
    chart = draw.bars(
        ["W1", "W2"],
        [draw.Series("Supply", [30, 40]), draw.Series("Gap", [10, 0], "bad")],
        line=[40, 40],
        now=1,
        width=234,
        height=130,
    )
    assert [(bar.css, bar.x, bar.y, bar.height) for bar in chart.bars] == [
        ("a2", "59.0", "35.0", "75.0"),
        ("bad", "59.0", "10.0", "24.0"),
        ("a", "159.0", "10.0", "100.0"),
    ]
    assert [bar.title for bar in chart.bars] == ["W1: Supply 30", "W1: Gap 10", "W2: Supply 40"]
    assert chart.line == "M84.0 10.0L184.0 10.0"


def test_as_many_strands_take_a_tone_as_the_share_that_slips() -> None:
    loads = [draw_thread.Load(10), draw_thread.Load(31, 0.26, "bad"), draw_thread.Load(5, 0.01)]
    thread = draw_thread.thread(loads)
    tones = [mark.tone for mark in thread.marks]
    assert tones == ["bad"] * 4 + ["warn"]
    assert [mark.clip for mark in thread.marks] == ["st1"] * 4 + ["st2"]
    assert len(thread.strands) == draw_thread.STRANDS
    assert draw_thread.thread([]).strands == ()


def test_a_stage_bar_is_done_up_to_where_it_stands() -> None:
    assert draw.stages(4, 2, state="late") == ("done", "done", "late", "")


@pytest.mark.parametrize(
    ("language", "cell", "words"),
    [
        ("en", Cell(kind="money", value=Decimal("86384.5"), unit="EUR"), "€86,384.50"),
        ("de", Cell(kind="money", value=Decimal("86384.5"), unit="EUR"), "86.384,50\xa0€"),
        ("en", Cell(kind="money", value=86384, unit="EUR", decimals=0), "€86,384"),
        ("en", Cell(kind="money", value=-3, unit="JPY"), "-JP¥3"),
        ("en", Cell(kind="quantity", value=Decimal("524.160"), unit="kg"), "524.16 kg"),
        ("en", Cell(kind="percent", value=Decimal("0.942"), decimals=1), "94.2%"),
        ("en", Cell(kind="date", value=dt.date(1996, 7, 16)), "16 Jul 1996"),
        ("de", Cell(kind="date", value=dt.date(1996, 7, 16)), "16. Juli 1996"),
        ("en", Cell(kind="number", value=None), "–"),
        ("en", Cell(), "–"),
    ],
)
def test_a_cell_is_written_as_its_reader_writes(language: str, cell: Cell, words: str) -> None:
    with translation.override(language):
        assert draw_cells.plain(cell) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(2_840_000, "€2.84M"), (412_000, "€412k"), (1_500, "€1.5k"), (90, "€90"), (None, "–")],
)
def test_large_figures_are_written_shortly(value: int | None, words: str) -> None:
    with translation.override("en"):
        assert draw_text.compact(value, "EUR") == words


def test_words_of_others_are_escaped() -> None:
    cell = Cell(value='<script>"x"</script>', sub="<b>", url='"><img>')
    assert draw_cells.write(cell, no_icon) == (  # type: ignore[arg-type]
        '<a class="link" href="&quot;&gt;&lt;img&gt;">&lt;script&gt;&quot;x&quot;&lt;/script&gt;</a>'
        '<span class="sub">&lt;b&gt;</span>'
    )


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Nordvik Outdoor", "NO"),
        ("Harbour & Pine", "HP"),
        ("Fjällglimt", "FJ"),
        ("", "?"),
        ("Anna Maria Öz", "AÖ"),
    ],
)
def test_a_name_has_its_letters(name: str, letters: str) -> None:
    assert draw_text.initials(name) == letters
