"""Tables as people send them: CSV in any encoding and delimiter, gzip, Excel, OpenDocument.

Bytes in, text cells out; every value stays the text that was written, so an identifier such as 000123
or 9.57E+11 is never turned into a number on the way.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module

ENCODINGS = ("utf-8-sig", "utf-16", "cp1252", "iso-8859-1")
DELIMITERS = ",;\t|"
SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MAX_UNPACKED = 2 * 1024**3


class Unreadable(ValueError):
    """The bytes are no table; the message says what is wrong and what to send instead."""


@dataclass(frozen=True)
class Table:
    """The header and the rows of one file, as text.

    `columns` are stripped of blanks (normal and non-breaking) and a byte order mark. Rows are lists as
    long as the header: short rows are filled with "", what stands beyond the header is in `overlong`.
    """

    columns: list[str]
    rows: list[list[str]]
    encoding: str
    delimiter: str
    overlong: list[int]

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Pairs of line number (the header is line 1) and {column: text}."""
        for number, row in enumerate(self.rows, start=2):
            yield number, dict(zip(self.columns, row, strict=True))


def read(data: bytes, *, name: str) -> Table:
    """Read a table from its bytes; the name decides between spreadsheet and text.

    Raises Unreadable for empty files, broken archives, duplicate headers and binary rubbish.
    """
    lower = name.lower()
    if lower.endswith(".gz"):
        return read(_unpack(data, name), name=name[:-3])
    if lower.endswith(SPREADSHEETS):
        return _spreadsheet(data, name)
    return _text(data, name)


def detect_encoding(data: bytes) -> str:
    """The first of UTF-8, UTF-16 (with its mark), Windows-1252 and Latin-1 that the bytes are."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "iso-8859-1"


def detect_delimiter(text: str) -> str:
    """The delimiter that splits the first lines most evenly; a comma when there is only one column."""
    sample = [line for line in text[:65536].splitlines()[:20] if line.strip()]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter)]
        if not widths or widths[0] < 2:
            continue
        score = widths[0] * sum(width == widths[0] for width in widths) / len(widths)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _unpack(data: bytes, name: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            found = packed.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise Unreadable(
            f"{name} is no whole gzip file. Send the unpacked table, or pack it again."
        ) from fault
    if len(found) > MAX_UNPACKED:
        raise Unreadable(f"{name} unpacks to more than 2 GB. Split it into several files.")
    return found


def _text(data: bytes, name: str) -> Table:
    if b"\x00" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(f"{name} holds binary data, not text. Save it as CSV or XLSX and send that.")
    encoding = detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as fault:
        raise Unreadable(f"{name} says that it is {encoding} but is not. Save it as UTF-8.") from fault
    delimiter = detect_delimiter(text)
    # A field may hold a picture or a whole letter: the limit of 128 KiB would refuse real exports.
    csv.field_size_limit(64 * 1024**2)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as fault:
        raise Unreadable(f"{name} cannot be split into columns: {fault}.") from fault
    return _table(rows, name, encoding, delimiter)


def _spreadsheet(data: bytes, name: str) -> Table:
    # Most processes never read a spreadsheet: its reader is loaded with the first one.
    calamine = import_module("python_calamine")

    try:
        sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    except calamine.CalamineError as fault:
        raise Unreadable(
            f"{name} cannot be opened as a spreadsheet: {fault}. Save it again as XLSX or CSV."
        ) from fault
    rows = [[cell_text(value) for value in row] for row in sheet.to_python()]
    return _table([row for row in rows if any(row)], name, "", "")


def _table(rows: list[list[str]], name: str, encoding: str, delimiter: str) -> Table:
    if not rows:
        raise Unreadable(f"{name} is empty: it has no header line.")
    columns = [column.replace("\xa0", " ").lstrip("\ufeff").strip() for column in rows[0]]
    while columns and not columns[-1]:
        columns.pop()
    doubled = sorted({column for column in columns if column and columns.count(column) > 1})
    if doubled:
        raise Unreadable(f"{name} has two columns called {doubled[0]}. Rename one of them.")
    width = len(columns)
    overlong = [n for n, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row[width:])]
    body = [(row + [""] * (width - len(row)))[:width] for row in rows[1:]]
    return Table(columns, body, encoding, delimiter, overlong)


def cell_text(value: object) -> str:
    """A cell of a spreadsheet as text: dates as ISO 8601, numbers without exponent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}" if value == value else ""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return "" if value is None else str(value)
