"""Panels: what stands on the page of one record."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loomline.kernel.context import Ctx
from loomline.surface.column import Column
from loomline.surface.path import BadPath, Path

Place = Literal["top", "tab", "side"]
Context = Callable[[Ctx, Any], Any]


class Panel:
    """A part of a record's page with a template of its own.

    `Panel("sales/thread.html", read=pages.thread, title=_("Thread"), place="top")`: `read(ctx, record)`
    returns the template's context, or None when there is nothing to show. Places: "top" (over the tabs),
    "tab" (one tab each, or under the tab named by `tab=`), "side" (the narrow column).
    """

    kind: ClassVar[str] = "panel"

    def __init__(
        self,
        template: str = "",
        *,
        read: Context | None = None,
        title: str | Promise = "",
        place: Place = "tab",
        name: str = "",
        tab: str = "",
    ) -> None:
        self.template, self.read, self.given_title, self.place = template, read, title, place
        self.name, self.tab = name, tab

    model: type[Model]

    def bind(self, model: type[Model], *, by: str) -> Self:
        """The same panel, checked against a model."""
        bound = copy.copy(self)
        bound.model = model
        bound.name = self.name or self._own_name()
        return bound

    def _own_name(self) -> str:
        return self.template.rsplit("/", 1)[-1].removesuffix(".html") or self.kind

    @property
    def title(self) -> str:
        """What the tab or the head says."""
        return str(self.given_title or capfirst(self.name.replace("_", " ")))


class Callouts(Panel):
    """What needs a decision: `read(ctx, record)` returns a list of {tone, title, text, action}."""

    kind = "callouts"

    def __init__(self, read: Context, *, name: str = "callouts") -> None:
        super().__init__(read=read, place="top", name=name)


class Tracker(Panel):
    """Where it stands: `read(ctx, record)` returns the steps of cotton/tracker.html."""

    kind = "tracker"

    def __init__(self, read: Context, *, name: str = "tracker") -> None:
        super().__init__(read=read, place="top", name=name)


class Facts(Panel):
    """Labels and values. Without paths: the columns and the form's fields that are filled."""

    kind = "facts"

    def __init__(
        self, *columns: str | Column, title: str | Promise = "", place: Place = "side", name: str = ""
    ) -> None:
        super().__init__(title=title or _("Details"), place=place, name=name)
        self.given = columns

    columns: tuple[Column, ...]

    def bind(self, model: type[Model], *, by: str) -> Self:
        bound = super().bind(model, by=by)
        bound.columns = tuple(as_column(c).bind(model, by=by) for c in self.given)
        return bound

    def _own_name(self) -> str:
        return "facts"


class LinesPanel(Panel):
    """The lines of a document as a table, with totals: `LinesPanel("lines", "item", "quantity", "price")`."""

    kind = "lines"

    def __init__(
        self,
        relation: str = "lines",
        *columns: str | Column,
        totals: tuple[str | Column, ...] = (),
        title: str | Promise = "",
        place: Place = "tab",
        name: str = "",
        tab: str = "",
    ) -> None:
        super().__init__(title=title, place=place, name=name, tab=tab)
        self.relation_text, self.given, self.given_totals = relation, columns, totals

    relation: Path
    back: str
    target: type[Model]
    columns: tuple[Column, ...]
    totals: tuple[Column, ...]

    def bind(self, model: type[Model], *, by: str) -> Self:
        bound = super().bind(model, by=by)
        bound.relation = Path.of(model, self.relation_text, by=by)
        if not bound.relation.is_many or bound.relation.target is None or len(bound.relation.steps) != 1:
            raise BadPath(f'{by}: "{self.relation_text}" does not lead to several records of another kind.')
        field = bound.relation.field
        bound.target = bound.relation.target
        bound.back = field.field.name if field.one_to_many else field.remote_field.name
        bound.columns = tuple(as_column(c).bind(bound.target, by=by) for c in self.given)
        bound.totals = tuple(as_column(c).bind(model, by=by) for c in self.given_totals)
        return bound

    def _own_name(self) -> str:
        return self.relation_text

    @property
    def title(self) -> str:
        return str(self.given_title or capfirst(str(self.target._meta.verbose_name_plural)))


class Related(LinesPanel):
    """Records that point here, newest first, each with a link to its page: `Related("shipments")`.

    `create=True` offers a form for a new one with this record filled in.
    """

    kind = "related"

    def __init__(
        self,
        relation: str,
        *columns: str | Column,
        title: str | Promise = "",
        place: Place = "tab",
        create: bool = False,
        sort: str = "-pk",
        name: str = "",
        tab: str = "",
    ) -> None:
        super().__init__(relation, *columns, title=title, place=place, name=name, tab=tab)
        self.create, self.sort = create, sort


class Timeline(Panel):
    """What happened, newest first, with a box for notes where the installation keeps them."""

    kind = "timeline"

    def __init__(self, *, title: str | Promise = "", place: Place = "side", name: str = "timeline") -> None:
        super().__init__(title=title or _("Activity"), place=place, name=name)


class Changes(Panel):
    """Which field changed from what to what, by whom."""

    kind = "changes"

    def __init__(self, *, title: str | Promise = "", place: Place = "tab", name: str = "history") -> None:
        super().__init__(title=title or _("History"), place=place, name=name)


def as_column(given: str | Column) -> Column:
    """A column from its path."""
    return Column(given) if isinstance(given, str) else given
