"""Tables as files: text files and spreadsheets, read with what they were written in, written safe to open."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.kernel.refusal import Refused

# A cell that begins like this would be run as a formula by spreadsheet programs.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
DELIMITERS = ",;\t|"
SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SAMPLE = 256 * 1024
WIDEST = 400
LONGEST = 32_000


class Unreadable(Refused):
    """A file that is no table."""

    says = _("{name} cannot be read as a table: {fault}")
    status = 422


@dataclass(frozen=True)
class Format:
    """How a file is written; a spreadsheet has no encoding and delimiter."""

    encoding: str = ""
    delimiter: str = ""
    is_sheet: bool = False


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


def detect(path: Path, name: str) -> Format:
    """How a file is written, from its beginning."""
    if name.lower().endswith(SHEETS):
        return Format(is_sheet=True)
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if b"\x00" in sample and not sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(name=name, fault=_("it holds binary data. Save it as CSV or XLSX."))
    encoding = _encoding(sample)
    text = sample.decode(encoding, errors="replace")
    return Format(encoding=encoding, delimiter=_delimiter(text))


def _encoding(sample: bytes) -> str:
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        # What Windows programs of Western Europe write; every byte but five has a letter in it.
        return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines into the same number of more than one part."""
    lines = text.splitlines()[:30]
    best, most = ",", 0
    for sign in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
        if not counts or counts[0] < 2:
            continue
        alike = sum(count == counts[0] for count in counts)
        if alike * 1000 + counts[0] > most:
            best, most = sign, alike * 1000 + counts[0]
    return best


def rows(path: Path, name: str, format_: Format, *, sheet: str = "") -> Iterator[list[str]]:
    """The rows of a file as text, the heads first; empty rows are left out."""
    source = _sheet_rows(path, name, sheet) if format_.is_sheet else _text_rows(path, name, format_)
    for row in source:
        if any(row):
            yield row[:WIDEST]


def _text_rows(path: Path, name: str, format_: Format) -> Iterator[list[str]]:
    csv.field_size_limit(1_000_000)
    try:
        with path.open(encoding=format_.encoding, errors="replace", newline="") as file:
            for row in csv.reader(file, delimiter=format_.delimiter):
                yield [restored(cell.replace("\x00", "").strip()) for cell in row]
    except csv.Error as fault:
        raise Unreadable(name=name, fault=fault) from fault


def _sheet_rows(path: Path, name: str, sheet: str) -> Iterator[list[str]]:
    python_calamine = import_module("python_calamine")
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        wanted = sheet if sheet in book.sheet_names else book.sheet_names[0]
        for row in book.get_sheet_by_name(wanted).iter_rows():
            yield [_cell_text(value) for value in row]
    except (python_calamine.CalamineError, IndexError, OSError) as fault:
        raise Unreadable(name=name, fault=fault) from fault


def sheet_names(path: Path, name: str) -> list[str]:
    """The sheets of a workbook."""
    python_calamine = import_module("python_calamine")
    try:
        return list(python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names)
    except (python_calamine.CalamineError, OSError) as fault:
        raise Unreadable(name=name, fault=fault) from fault


def _cell_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 10**15 else repr(value)
    if isinstance(value, datetime):
        return (
            value.isoformat(" ", timespec="seconds") if value.time() != time() else value.date().isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    return restored(str(value).replace("\x00", "").strip())
