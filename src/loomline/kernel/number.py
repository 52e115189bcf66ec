"""Human numbers of documents, from a database sequence each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Func, Value

from loomline.kernel.prepared import fetch

if TYPE_CHECKING:
    _Text = models.CharField[Any, Any]
else:
    _Text = models.CharField


class NextNumber(Func):
    """The next number of a series, taken by the database while the row is inserted."""

    function = "kernel_next_number"
    output_field = models.CharField()

    def __init__(self, series: str, prefix: str, width: int = 4) -> None:
        super().__init__(Value(series), Value(prefix), Value(width))


class NumberField(_Text):
    """The human number of a document, unique, given by the database when none is given.

    Gaps may occur (a rolled back transaction keeps its number). Where law asks for none, use
    `gapless_number` as the last thing a command does.
    """

    def __init__(self, series: str = "", prefix: str = "", width: int = 4, **kwargs: Any) -> None:
        self.series, self.prefix, self.width = series, prefix, width
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        if series:
            kwargs.setdefault("db_default", NextNumber(series, prefix, width))
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_default", None)
        # Said even where they are Django's defaults: ours differ, and a migration must build the same field.
        kwargs.update(series=self.series, prefix=self.prefix, width=self.width)
        kwargs.update(unique=self.unique, editable=self.editable)
        return name, path, args, kwargs


class Series(models.Model):
    """A gapless series: the row is locked until the command commits, so take the number last."""

    name = models.CharField(max_length=60, primary_key=True)
    last = models.BigIntegerField(default=0)


def gapless_number(series: str, prefix: str, width: int = 5) -> str:
    """The next number of a gapless series, for example of invoices."""
    [[last]] = fetch(
        "INSERT INTO kernel_series (name, last) VALUES (%s, 1)"
        " ON CONFLICT (name) DO UPDATE SET last = kernel_series.last + 1 RETURNING last",
        [series],
    )
    return f"{prefix}{last:0{width}d}"
