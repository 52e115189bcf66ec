"""Tables in files: text files and spreadsheets, read with what they were written in."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.kernel.refusal import Refused
from loomline.surface.spreadsheet import restored

DELIMITERS = ",;\t|"
SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SAMPLE = 256 * 1024
WIDEST = 400


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
