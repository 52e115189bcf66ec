"""GS1 element strings and ZPL, against the examples of the General Specifications."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from loomline.engines.gs1 import Element, Label, check_digit, element_string, goods, gs1_128, in_words, zpl


def test_the_check_digits_of_the_specifications() -> None:
    assert check_digit("629104150021") == 3
    assert check_digit("37610425002123456") == 9


def test_goods_say_what_gs1_can_say() -> None:
    said = goods(
        gtin="4006381333931", lot="BY-7781", best_before=date(2027, 3, 1), weight_kg=Decimal("12.345")
    )
    assert in_words(said) == "(01) 04006381333931 (17) 270301 (3103) 012345 (10) BY-7781"


def test_what_has_no_valid_gtin_is_known_by_its_own_number() -> None:
    assert goods(gtin="4006381333930", sku="Y-1") == [Element("240", "Y-1")]
    assert goods(sku="Größe 3") == []


def test_data_without_a_fixed_length_are_ended_where_another_follows() -> None:
    said = [Element("10", "A7"), Element("01", "04006381333931"), Element("21", "9")]
    assert element_string(said, separator="|") == "010400638133393110A7|219"


def test_a_symbol_is_drawn() -> None:
    assert gs1_128([Element("00", "376104250021234569")]).startswith("<?xml")


def test_a_label_for_the_printer() -> None:
    label = Label(
        head="Merino 2/48 ^XZ",
        lines=["Lot BY_7781"],
        elements=[Element("01", "04006381333931"), Element("10", "A7"), Element("21", "9")],
        copies=2,
    )
    assert (
        zpl([label]).splitlines()
        == [
            "^XA",
            "^CI28",
            "^PW800",
            "^LL480",
            "^FO24,24^A0N,40,40^FB752,1,0,L^FH_^FDMerino 2/48 _5EXZ^FS",
            "^FO24,80^A0N,24,24^FB752,1,0,L^FH_^FDLot BY_5F7781^FS",
            "^FO24,112^BY2,3,304^BCN,304,N,N,N^FH_^FD>;>8010400638133393110>6A7>8219^FS",
            "^FO24,424^A0N,24,24^FB752,1,0,L^FH_^FD(01) 04006381333931 (10) A7 (21) 9^FS",
            "^PQ2",
            "^XZ",
            "",
        ][:-1]
    )
