"""Papers set values as they are written: long ones, many of them, and such as look like markup."""

from __future__ import annotations

import re
import zlib
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

import loomline
from loomline.kernel.company import Company
from loomline.surface import paper

# Whose letter it is stands with the company, in the database.
pytestmark = pytest.mark.django_db

TEMPLATE = Path(loomline.__file__).parent / "domains" / "sales" / "templates" / "sales" / "confirmation.typ"
MARKUP = '#panic("x") #import "/etc/passwd" *bold* _it_ $1/0$ \\ [ ] { } <tag> @ref `raw` // gone /* "'
HOUSE = Company(
    name="Halden Knitwear", email="hello@halden.example", vat_number="PT501442600",
    address="Rua das Flores 120\n\n 4050-265 Porto \nPortugal",
)  # fmt: skip


def written(*, rows: int = 1, name: str = "Fjord pine M", title: str = "Order confirmation") -> bytes:
    """An order confirmation of this many lines, to somebody of this name about goods of this name."""
    data = {
        **paper.letter(HOUSE, recipient=[name, "Oslo"], facts=[("Date", name)], closing=[name]),
        "words": paper.words("EUR"),
        "title": title,
        "number": "S-0001",
        "opening": name,
        "sums": paper.amounts([("Goods", Decimal(450))], "EUR"),
        "total": "€450.00",
        "options": [],
        "rows": [
            {
                "position": str(n + 1), "name": name, "detail": name, "day": "14 Dec 2026",
                "quantity": "10", "unit": "pcs", "price": "45.00", "discount": "", "amount": "450.00",
            }
            for n in range(rows)
        ],
    }  # fmt: skip
    return paper.typeset(TEMPLATE, data)


def pages(body: bytes) -> int:
    """How many pages a PDF has."""
    assert body.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", _unpacked(body)))


def _unpacked(body: bytes) -> bytes:
    """The objects of a PDF, those in packed streams as well."""
    found = [body]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(found)


def title(body: bytes) -> str:
    """The title that a PDF carries, as text."""
    [found] = re.findall(rb"<rdf:li xml:lang=\"x-default\">(.*?)</rdf:li>", body, re.DOTALL)
    return unescape(found.decode())


def test_one_line_fits_a_page_and_sixty_go_over_several() -> None:
    assert [pages(written(rows=n)) for n in (1, 60)] == [1, 3]


def test_what_looks_like_markup_is_set_as_it_is_written() -> None:
    body = written(name=MARKUP, title=MARKUP)

    assert pages(body) == 1
    assert title(body) == f"{MARKUP} S-0001"


@pytest.mark.parametrize(
    "name", ["Ünïcødé – 東京 Ελλάδα €½ 👗", "W" * 200, "word " * 60, "\u200b" * 40, "\n\n", ""]
)
def test_any_name_makes_a_letter(name: str) -> None:
    assert pages(written(name=name)) == 1


def test_the_sender_stands_at_head_and_foot() -> None:
    assert paper.sender(HOUSE) == {
        "name": "Halden Knitwear",
        "contact": "hello@halden.example",
        "address": "Rua das Flores 120 · 4050-265 Porto · Portugal",
        "sender": "Halden Knitwear · Rua das Flores 120 · 4050-265 Porto · Portugal",
        "footer": "Halden Knitwear · Rua das Flores 120 · 4050-265 Porto · Portugal · VAT PT501442600"
        " · hello@halden.example",
    }
    assert paper.sender(Company(name="Halden"))["footer"] == "Halden"


def test_what_is_empty_is_left_out_of_a_letter() -> None:
    said: dict[str, Any] = paper.letter(
        HOUSE, recipient=["Nord Living", ""], facts=[("Date", ""), ("Order", "S-1")], closing=["", "Thanks."]
    )
    assert (said["recipient"], said["facts"], said["closing"]) == (
        ["Nord Living"], [{"label": "Order", "value": "S-1"}], ["Thanks."]
    )  # fmt: skip


def test_a_paper_is_written_in_the_first_language_wished_for() -> None:
    for wishes, language, written_so in (
        (("de", "pt"), "de", "1.234,5 %"),
        (("", "pt"), "pt", "1.234,5 %"),
        ((), "en", "1,234.5 %"),
    ):
        with translation.override("fr"), paper.in_language(*wishes):
            assert (paper.language(), paper.percent(Decimal("12.345"))) == (language, written_so)


def test_taxes_are_said_by_rate_and_none_is_not_said() -> None:
    rows = [(Decimal(0), Decimal(10), Decimal(0)), (Decimal("0.06"), Decimal(100), Decimal(6))]
    with paper.in_language("en"):
        assert paper.taxes(rows, "EUR") == [("VAT 6 % on €100.00", Decimal(6))]
        assert (paper.less(Decimal("0.05")), paper.less(Decimal(0))) == ("−5 %", "")
