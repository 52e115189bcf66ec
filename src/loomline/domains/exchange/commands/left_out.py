"""The rows that were left out as files that come back: their cells, where they stood, and why."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from loomline.engines.mapping import FORMULA
from loomline.engines.tables import LINE, WHY


def left_out(number: str, errors: Sequence[Sequence[Any]]) -> tuple[str, bytes]:
    """Name and bytes: a table of one file, or an archive with a table for each file.

    A table has the heads of its file, so that it comes in again when only its rows are mended; what we add is
    known by its heads and not taken.
    """
    by_file: dict[str, list[Sequence[Any]]] = defaultdict(list)
    for error in errors:
        by_file[str(error[0])].append(error)
    tables = {_file_name(name): _table(rows) for name, rows in by_file.items()}
    if len(tables) == 1:
        return f"left-out-{number}.csv", next(iter(tables.values()))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in tables.items():
            archive.writestr(name, data)
    return f"left-out-{number}.zip", held.getvalue()


def neutral(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def _table(rows: Sequence[Sequence[Any]]) -> bytes:
    cells = [dict(row[4]) if len(row) > 4 else {"Key": row[2]} for row in rows]
    heads = list(dict.fromkeys(name for found in cells for name in found))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*heads, LINE, WHY])
    for row, found in zip(rows, cells, strict=True):
        writer.writerow(
            [*(neutral(str(found.get(head, ""))) for head in heads), row[1], neutral(str(row[3]))]
        )
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _file_name(name: str) -> str:
    plain = re.sub(r"\.(gz|csv|tsv|txt|xlsx|xlsm|xlsb|xls|ods)", "", name, flags=re.IGNORECASE)
    kept = re.sub(r"[^\w .-]+", " ", plain).strip()
    return f"{kept or 'rows'}.csv"
