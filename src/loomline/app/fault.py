"""An expected fault: one sentence that says what happened and one that says what to do."""

from __future__ import annotations


class Fault(Exception):
    """Stop the start or the command; the reader gets both sentences and no traceback."""

    def __init__(self, what: str, *, way_out: str = "", code: int = 1) -> None:
        super().__init__(f"{what} {way_out}".strip())
        self.what = what
        self.way_out = way_out
        self.code = code
