"""Tables as files: text files and spreadsheets, written safe to open."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from typing import Any

# A cell that begins like this would be run as a formula by spreadsheet programs.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 32_000


def neutral(value: Any) -> Any:
    """A text that no spreadsheet program takes for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA) and not _is_number(value):
        return f"'{value}"
    return value


def restored(text: str) -> str:
    """What `neutral` wrote, as it was."""
    return text[1:] if text.startswith("'") and text[1:2] in FORMULA else text


def _is_number(text: str) -> bool:
    digits = text.lstrip("+-").replace(".", "", 1)
    return digits.isdigit() and text[0] in "+-"


def written(value: Any) -> str:
    """A value as a text file holds it: dates as ISO, decimals without exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value == value.to_integral() else f"{value:f}".rstrip("0")
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(" ", timespec="seconds") if isinstance(value, datetime) else value.isoformat()
    return str(neutral(str(value)))


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A text file piece by piece; the mark at its start makes spreadsheet programs read it as UTF-8."""
    yield codecs.BOM_UTF8
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, row in enumerate(itertools.chain([head], rows), start=1):
        writer.writerow([written(value) for value in row])
        if number % 500 == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def write_xlsx(target: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A spreadsheet, row by row; text is always text, never a formula or a link."""
    xlsxwriter = import_module("xlsxwriter")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\'")[:31] or "Sheet")
        bold = book.add_format({"bold": True})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.freeze_panes(1, 0)
        for column, words in enumerate(head):
            sheet.write_string(0, column, words, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _put(sheet, number, column, value, days, moments)


def _put(sheet: Any, row: int, column: int, value: Any, days: Any, moments: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no")
    elif isinstance(value, int | Decimal) and -(10**15) < value < 10**15:
        sheet.write_number(row, column, float(value))
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, moments)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), days)  # noqa: DTZ001
    else:
        sheet.write_string(row, column, str(value)[:LONGEST])
