"""What all papers share: the typesetter, the head of a letter, and how days and prices are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from loomline.kernel.company import Company
from loomline.kernel.money import minor_unit
from loomline.kernel.port import port
from loomline.surface import draw_text

# The typesetter reads templates of this folder only; those of domains share what stands in the surface.
ROOT = Path(__file__).parents[1]
Data = dict[str, Any]


@lru_cache(maxsize=1)
def fonts() -> Any:
    """The fonts that come with the typesetter, so that papers look the same on every machine."""
    return import_module("typst").Fonts(include_system_fonts=False)


def typeset(template: Path, data: Mapping[str, Any]) -> bytes:
    """A PDF from a template; the data are values and never markup."""
    # The typesetter is large and most processes never write a paper: it is loaded with the first one.
    made: bytes = import_module("typst").compile(
        str(template), root=str(ROOT), font_paths=fonts(), sys_inputs={"data": json.dumps(data)}
    )
    return made


def answer(body: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows, and saves under this name."""
    made = HttpResponse(body, content_type="application/pdf")
    made["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return made


def in_language(*wishes: str) -> AbstractContextManager[None]:
    """Write in the first language that is wished for: the reader's, else the company's."""
    return translation.override(next(filter(None, wishes), "en"))


def language() -> str:
    """The language that is written now, as the typesetter knows it."""
    return (translation.get_language() or "en")[:2]


def sender(company: Company) -> dict[str, str]:
    """The company at the head and at the foot of its papers."""
    address = [part.strip() for part in company.address.splitlines() if part.strip()]
    vat = _("VAT {number}").format(number=company.vat_number) if company.vat_number else ""
    return {
        "name": company.name,
        "contact": company.email,
        "address": " · ".join(address),
        "sender": " · ".join([company.name, *address]),
        "footer": " · ".join(part for part in (company.name, *address, vat, company.email) if part),
    }


def pairs(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Labels and values as templates set them; what has no value is left out."""
    return [{"label": label, "value": value} for label, value in found if value]


@port
def letterhead(*, language: str) -> Mapping[str, Any]:
    """Colour, logo and terms of our letters; the house's own look while nobody has chosen one."""
    return {}


def letter(
    company: Company, *, recipient: Sequence[str], facts: Iterable[tuple[str, str]], closing: Sequence[str]
) -> Data:
    """What every letter has: who writes to whom, and what it says at its head and its end."""
    return {
        "lang": language(),
        "company": sender(company),
        "look": dict(letterhead(language=language())),
        "recipient": [part for part in recipient if part],
        "facts": pairs(facts),
        "closing": [part for part in closing if part],
    }


def words(currency: str, **more: str) -> dict[str, str]:
    """What a table of goods prints of itself."""
    return {
        "item": _("Item"),
        "day": _("Delivery"),
        "quantity": _("Quantity"),
        "price": _("Price"),
        "discount": _("Discount"),
        "amount": _("Amount, {currency}").format(currency=currency),
        "total": _("Total"),
        **more,
    }


def amounts(rows: Iterable[tuple[str, Decimal]], currency: str) -> list[dict[str, str]]:
    """Labels with amounts of money, as they stand below a table."""
    return [{"label": label, "value": draw_text.money(amount, currency)} for label, amount in rows]


def taxes(groups: Iterable[tuple[Decimal, Decimal, Decimal]], currency: str) -> list[tuple[str, Decimal]]:
    """The tax of each rate, from rate, base and tax; a rate of 0 is not said."""
    said = _("VAT {rate} on {base}")
    return [
        (said.format(rate=percent(rate), base=draw_text.money(base, currency)), tax)
        for rate, base, tax in groups
        if rate
    ]


def day(value: date | None, *, short: bool = False) -> str:
    """A day as papers write it."""
    return str(format_date(value, "medium" if short else "long", locale=draw_text.here())) if value else ""


def price(amount: Decimal, currency: str) -> str:
    """An amount with at least the currency's decimals and no more than it has itself."""
    places = max(-int(minor_unit(currency).as_tuple().exponent), 0)
    pattern = "#,##0" + ("." + "0" * places + "#" * (6 - places) if places else "")
    return str(format_decimal(amount, pattern, locale=draw_text.here()))


def percent(share: Decimal) -> str:
    """A share with the decimals that it has."""
    return f"{format_decimal(share * 100, '#,##0.##', locale=draw_text.here())} %"


def less(discount: Decimal) -> str:
    """A discount as a column shows it; nothing where there is none."""
    return f"−{percent(discount)}" if discount else ""
