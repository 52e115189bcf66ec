"""A table in a file, read row by row as often as needed: the file is never held in memory as a whole."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

from loomline.engines import tabular
from loomline.engines.heads import tidied
from loomline.engines.tabular import MAX_UNPACKED, SPREADSHEETS, Unreadable

PIECE = 1024**2
SAMPLE = 64 * 1024
PACKED, ZIPPED, OLD_SHEET = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# A sheet that Dynamics keeps for itself; it may be the first.
OWN_SHEETS = ("hiddensheet",)


@dataclass(frozen=True)
class Source:
    """One table: the text of a file, or one sheet of a workbook."""

    name: str
    path: Path | None = None
    data: bytes = field(default=b"", repr=False)
    sheet: str = ""

    @cached_property
    def begin(self) -> bytes:
        """How the file begins, unpacked."""
        with self._opened() as file:
            return file.read(SAMPLE)

    @cached_property
    def is_sheet(self) -> bool:
        """True for a workbook."""
        lower = self.name.lower().removesuffix(".gz")
        return self.begin.startswith((ZIPPED, OLD_SHEET)) or lower.endswith(SPREADSHEETS)

    @cached_property
    def encoding(self) -> str:
        """How the text is written: UTF-16 by its mark, else the first that all of it is."""
        if self.begin[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        if b"\x00" in self.begin[:4096]:
            raise Unreadable(
                f"{self.name} holds binary data, not text. Save it as CSV or XLSX and send that."
            )
        return next((name for name in ("utf-8-sig", "cp1252") if self._is_all(name)), "iso-8859-1")

    @cached_property
    def delimiter(self) -> str:
        """The sign between two cells."""
        text = self.begin.decode(self.encoding, errors="ignore")
        return tabular.detect_delimiter(text)

    @cached_property
    def columns(self) -> list[str]:
        """The heads, each once."""
        head = next(self._raw(), None)
        if head is None:
            raise Unreadable(f"{self.name} is empty: it has no header line.")
        while head and not head[-1].strip("\xa0 \ufeff"):
            head = head[:-1]
        return tidied(head)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Pairs of row number (the header is row 1) and cells; rows without any text are left out."""
        numbered = enumerate(self._raw(), start=1)
        next(numbered, None)
        yield from numbered

    def sheets(self) -> list[Source]:
        """One source for each sheet of a workbook that people see and that has a head; a text file itself."""
        if not self.is_sheet or self.sheet:
            return [self]
        metadata = [m for m in self._workbook().sheets_metadata if str(m.visible).endswith("Visible")]
        seen = [m.name for m in metadata if m.name.lower() not in OWN_SHEETS and "WorkSheet" in str(m.typ)]
        found = [replace(self, sheet=name) for name in seen]
        filled = [one for one in found if next(one._raw(), None) is not None]
        if len(filled) < 2:
            return filled or [replace(self, sheet=seen[0] if seen else "")]
        return [replace(one, name=f"{self.name}, {one.sheet}") for one in filled]

    def _opened(self) -> IO[bytes]:
        raw: IO[bytes] = self.path.open("rb") if self.path else io.BytesIO(self.data)
        packed = raw.read(2) == PACKED
        raw.seek(0)
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw

    def _is_all(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        size = 0
        try:
            with self._opened() as file:
                while piece := file.read(PIECE):
                    size += len(piece)
                    if size > MAX_UNPACKED:
                        raise Unreadable(
                            f"{self.name} unpacks to more than 2 GB. Split it into several files."
                        )
                    decoder.decode(piece)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        except (OSError, EOFError, zlib.error) as fault:
            raise Unreadable(f"{self.name} is no whole gzip file. Send the table unpacked.") from fault
        return True

    def _raw(self) -> Iterator[list[str]]:
        rows = self._sheet_rows() if self.is_sheet else self._text_rows()
        return (row for row in rows if any(row))

    def _text_rows(self) -> Iterator[list[str]]:
        csv.field_size_limit(64 * 1024**2)
        try:
            with self._opened() as file, io.TextIOWrapper(file, self.encoding, newline="") as text:
                yield from csv.reader(text, delimiter=self.delimiter)
        except csv.Error as fault:
            raise Unreadable(f"{self.name} cannot be split into columns: {fault}.") from fault
        except UnicodeDecodeError as fault:
            raise Unreadable(f"{self.name} says that it is {self.encoding} but is not.") from fault

    def _sheet_rows(self) -> Iterator[list[str]]:
        book = self._workbook()
        name = self.sheet or (book.sheet_names[0] if book.sheet_names else "")
        if name:
            for row in book.get_sheet_by_name(name).iter_rows():
                yield [tabular.cell_text(value) for value in row]

    def _workbook(self) -> Any:
        calamine = import_module("python_calamine")
        try:
            with self._opened() as file:
                return calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
        except (calamine.CalamineError, OSError) as fault:
            says = f"{self.name} cannot be opened as a spreadsheet: {fault}. Save it again as XLSX or CSV."
            raise Unreadable(says) from fault
