"""Which records a command shall take: one, those ticked, or all that a list's address matches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import draw_text
from loomline.surface.column import Column
from loomline.surface.fields import as_key
from loomline.surface.listing import Listing
from loomline.surface.resource import Resource

# Above this many rows the work is done by a worker, with progress and a way to stop it.
AT_ONCE = 1000


class NothingChosen(Refused):
    """A command was called without any record."""

    says = _("Choose at least one row first.")
    status = 400


@dataclass(frozen=True)
class Selection:
    """Records of one kind, by key or by the address of a list."""

    resource: type[Resource]
    ctx: Ctx
    ids: tuple[int, ...] = ()
    query: str = ""
    is_all: bool = False

    @classmethod
    def read(cls, params: QueryDict, resource: type[Resource], ctx: Ctx) -> Selection:
        """What ?ids=1,2 or ?all=1 and a list's own parameters name."""
        if params.get("all") == "1":
            plain = params.copy()
            for name in ("all", "ids", "after", "before"):
                plain.pop(name, None)
            return cls(resource, ctx, query=plain.urlencode(), is_all=True)
        keys = [as_key(k) for k in params.get("ids", "").split(",") if k]
        if not keys or None in keys:
            raise NothingChosen
        return cls(resource, ctx, ids=tuple(dict.fromkeys(k for k in keys if k is not None)))

    def rows(self, columns: Iterable[Column] = ()) -> QuerySet[Any]:
        """The visible ones, in the order of their keys."""
        if self.is_all:
            listing = Listing(self.resource, self.ctx, QueryDict(self.query))
            return listing.matching(columns).order_by("pk")
        return self.resource.rows(self.ctx, columns).filter(pk__in=self.ids).order_by("pk")

    @cached_property
    def count(self) -> int:
        """How many; a key that is not visible counts as missing."""
        found = self.rows().count()
        if not found or (not self.is_all and found < len(self.ids)):
            raise NotThere(reference=self.resource.title())
        return found

    @property
    def is_large(self) -> bool:
        """True when a worker shall do it."""
        return self.count > AT_ONCE

    def words(self) -> str:
        """The records as a dialog names them."""
        if self.count == 1:
            return str(self.rows().get())
        return _t("{n} {many}").format(n=draw_text.number(self.count), many=self.resource.plural().lower())

    def parameters(self) -> dict[str, Any]:
        """The selection as a job keeps it."""
        return {
            "resource": self.resource.name,
            "ids": list(self.ids),
            "query": self.query,
            "is_all": self.is_all,
        }
