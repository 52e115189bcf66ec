"""Input that cannot be worked with: what is wrong, where, and what to do."""

from __future__ import annotations


class BadInput(ValueError):
    """The input is refused; the message names file, row and column and ends with the remedy.

    Rows count as a person sees them in the file: the header is row 1. Input that came as arrays has no
    file; its rows count from 0 and are called positions.
    """

    def __init__(
        self,
        says: str,
        *,
        remedy: str,
        file: str = "",
        row: int | None = None,
        position: int | None = None,
        column: str = "",
    ) -> None:
        self.says, self.remedy, self.file, self.row, self.column = says, remedy, file, row, column
        self.position = position
        where = [file] if file else []
        where += [f"row {row}"] if row is not None else []
        where += [f"position {position}"] if position is not None else []
        where += [f"column {column}"] if column else []
        super().__init__(f"{', '.join(where)}: {says} {remedy}" if where else f"{says} {remedy}")
