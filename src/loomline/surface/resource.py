"""One declaration per entity; list, detail, form, board, search, API, import and export are derived
from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.access import Policy, everyone, own, party, shared, team, territory, through
from loomline.kernel.command import Command, commands_on
from loomline.kernel.command import registry as command_registry
from loomline.kernel.context import Ctx
from loomline.kernel.edit import plain_commands
from loomline.kernel.query import Sort
from loomline.kernel.record import Record
from loomline.surface import registry
from loomline.surface.column import Column, Count, Sum
from loomline.surface.filter import RESERVED, CustomFilter, Filter
from loomline.surface.layout import Board, Calendar, Chart, Layout, Table, check_group
from loomline.surface.lines import Lines
from loomline.surface.needs import Needs, needs
from loomline.surface.panel import Callouts, Changes, Facts, LinesPanel, Panel, Related, Timeline, Tracker
from loomline.surface.path import BadPath, Path
from loomline.surface.usual import (
    usual_columns,
    usual_filters,
    usual_form,
    usual_key,
    usual_names,
    usual_panels,
    usual_pickable,
)

__all__ = [
    "Board",
    "Calendar",
    "Callouts",
    "Changes",
    "Chart",
    "Column",
    "Count",
    "Facts",
    "Filter",
    "Lines",
    "LinesPanel",
    "Panel",
    "Related",
    "Resource",
    "Sum",
    "Table",
    "Timeline",
    "Tracker",
    "everyone",
    "needs",
    "own",
    "party",
    "shared",
    "team",
    "territory",
    "through",
]


class BadResource(TypeError):
    """A declaration that contradicts itself or its model."""


class Resource:
    """The declaration of one entity. ``class Carrier(Resource): model = models.Carrier`` alone is complete.

    Everything below is derived from the model when it is not said, and checked when the class is made.

    model     the Django model (required)
    menu      the group of the navigation, `"Sell"` or `("Sell", needs("parties.party"))`; None: not in it
    order     place within the group, lower first
    secondary folded away under "More" in its group, as the settings are
    icon      a name from web/icons.txt
    mark      "person" (round) or "square" when records of this kind have an avatar
    slug      the word in addresses; from the model's class name
    columns   paths, `Column(...)`, `Sum("lines.amount", as_="total")`, `Count("orders")`
    filters   paths or `Filter(...)`; a path may end at a column's name
    search    paths of text that the list's and the global search look at
    form      paths of fields, and `Lines("lines", "item", "quantity", "price")`
    views     Table(), Board(by=, sum=, weight=), Calendar("wanted_on"), Chart(Sum("total"), by="week of …")
    saved     ready-made views, name to query string: {_("Open"): "state=confirmed&sort=wanted_on"}
    detail    Facts(), LinesPanel("lines"), Related("shipments"), Timeline(), Changes(), Panel(…)
    head      paths shown under the title of a record; without it the first few columns
    sort      the first order of the list: "-promised_on"; without it newest first
    key       the field an import matches rows on
    joins     related rows that `__str__` of a record or its relations needs: ("item.unit",)
    access    own("owner") | team("team") | everyone(), or through("order", Order) for lines
    empty     what an empty list says: what will stand here and what to do first
    create    the command that makes a record; without it a plain save; False: nobody makes one by hand
    create_many  the set-wise command for imports: `open_parties(ctx, *, drafts: list[PartyDraft])`
    edit      False: fields change through commands only
    delete    False: never deleted by hand
    pickable  conditions of the records that pickers offer; without it those that are active
    actions   names of commands to show first as buttons, the primary one first
    prefill   {"receive_goods": function(ctx, record)}: what the form of a command is opened with, by argument
    watch     an address that draws hints while one is typed, and the fields it gets ("-item": of each line);
              an element #lines-0-said in its answer goes beside the first line
    asks      {"move_to_stage": function(ctx, record, given)}: the arguments it asks for now; else for all
    choices   {"accept_quote.options": function(ctx, record)}: what can be ticked, as (record, words)
    list_page, detail_page, form_page   views (request, resource, ...) that replace a derived page

    An entity whose table is `append_only` has no form, no edit and no delete of its own.
    """

    model: ClassVar[type[Model]]
    menu: ClassVar[Any] = ""
    secondary: ClassVar[bool] = False
    order: ClassVar[int] = 50
    icon: ClassVar[str] = "list-details"
    mark: ClassVar[str] = ""
    slug: ClassVar[str] = ""
    columns: ClassVar[Any] = ()
    filters: ClassVar[Any] = ()
    search: ClassVar[Any] = ()
    form: ClassVar[Any] = ()
    views: ClassVar[Any] = ()
    saved: ClassVar[dict[Any, str]] = {}
    detail: ClassVar[Any] = ()
    head: ClassVar[Any] = ()
    sort: ClassVar[str] = "-pk"
    key: ClassVar[str] = ""
    joins: ClassVar[Any] = ()
    access: ClassVar[Policy | None] = None
    empty: ClassVar[str | Promise] = ""
    create: ClassVar[Command[Any, Any] | bool] = True
    create_many: ClassVar[Command[Any, Any] | None] = None
    edit: ClassVar[bool] = True
    delete: ClassVar[bool] = True
    pickable: ClassVar[dict[str, Any] | None] = None
    actions: ClassVar[Any] = ()
    prefill: ClassVar[dict[str, Callable[[Ctx, Any], dict[str, Any]]]] = {}
    watch: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[dict[str, Callable[[Ctx, Any, dict[str, Any]], Iterable[str]]]] = {}
    choices: ClassVar[dict[str, Callable[[Ctx, Any], Iterable[tuple[Any, str]]]]] = {}
    list_page: ClassVar[Callable[..., Any] | None] = None
    detail_page: ClassVar[Callable[..., Any] | None] = None
    form_page: ClassVar[Callable[..., Any] | None] = None

    name: ClassVar[str] = ""
    group: ClassVar[str | Promise] = ""
    needs: ClassVar[Needs] = Needs()
    plain: ClassVar[dict[str, Command[Any, Any]]] = {}

    def __init_subclass__(cls, *, derived: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if derived:
            return
        model = cls.__dict__.get("model")
        if model is None or not issubclass(model, Model):
            raise BadResource(f'{cls.__qualname__} names no model: write "model = models.…".')
        cls.slug = cls.slug or plural_slug(model.__name__)
        cls.name = f"{model._meta.app_label}.{cls.slug}"
        _check_free(cls)
        _bind_columns(cls)
        _bind_reading(cls)
        _bind_writing(cls)
        _bind_menu(cls)
        access.govern(model, cls.access or everyone())
        registry.resources[model] = cls

    # Words

    @classmethod
    def title(cls) -> str:
        """One of them: "Order"."""
        return str(capfirst(str(cls.model._meta.verbose_name)))

    @classmethod
    def plural(cls) -> str:
        """Many of them: "Orders"."""
        return str(capfirst(str(cls.model._meta.verbose_name_plural)))

    @classmethod
    def empty_text(cls) -> str:
        """What an empty list says."""
        if cls.empty:
            return str(cls.empty)
        return _t("No {many} yet. They will stand here as soon as there are any.").format(
            many=cls.plural().lower()
        )

    # Addresses

    @classmethod
    def path(cls) -> str:
        """The address of the list."""
        return f"/{cls.model._meta.app_label}/{cls.slug}/"

    @classmethod
    def url(cls, pk: Any, *rest: str) -> str:
        """The address of a record, or of something on it."""
        return "/".join([f"{cls.path()}{pk}", *rest]) + "/"

    # Rows

    @classmethod
    def visible(cls, ctx: Ctx) -> QuerySet[Any]:
        """The rows that the actor may see: the only way in."""
        return access.visible(ctx, cls.model)

    @classmethod
    def rows(cls, ctx: Ctx, columns: Iterable[Column] = (), filters: Iterable[Filter] = ()) -> QuerySet[Any]:
        """The visible rows with what these columns and filters need, in as few statements as possible."""
        rows = cls.visible(ctx)
        joins = {j.replace(".", "__") for j in cls.joins}
        annotations: dict[str, Any] = {}
        for column in columns:
            joins |= column.joins()
            annotations |= column.annotations()
        for one in filters:
            annotations |= one.annotations()
            if one.path is None and one.name in cls.by_name():
                annotations |= cls.by_name()[one.name].annotations()
        if joins:
            rows = rows.select_related(*sorted(joins))
        return rows.annotate(**annotations) if annotations else rows

    @classmethod
    def by_name(cls) -> dict[str, Column]:
        """The declared columns by name."""
        return {column.name: column for column in cls.columns}

    @classmethod
    def filter_map(cls, custom: Iterable[Any] = ()) -> dict[str, Filter]:
        """The filters by name, those of the company's own fields included."""
        return {f.name: f for f in (*cls.filters, *(CustomFilter(c) for c in custom))}

    @classmethod
    def layout(cls, name: str) -> Layout:
        """A layout by its word in the address; the first one when there is none of that name."""
        return next((layout for layout in cls.views if layout.name == name), cls.views[0])

    @classmethod
    def first_sort(cls) -> Sort:
        """The order of the list when nobody asks for another."""
        name = cls.sort.lstrip("-")
        column = cls.by_name().get(name)
        lookup = column.lookup if column is not None and column.annotations() else name
        return Sort(lookup, descending=cls.sort.startswith("-"))

    # Rights and verbs

    @classmethod
    def may_see(cls, ctx: Ctx) -> bool:
        """True when the actor's roles open any of these records."""
        return access.may(ctx, access.view_permission(cls.model))

    @classmethod
    def creator(cls) -> Command[Any, Any] | None:
        """The command that makes one; None when nobody makes one by hand."""
        if cls.create is False:
            return None
        return cls.create if isinstance(cls.create, Command) else cls.plain.get("save")

    @classmethod
    def may_create(cls, ctx: Ctx) -> bool:
        """True when the actor may make one."""
        creator = cls.creator()
        return creator is not None and access.may(ctx, creator.name)

    @classmethod
    def may_edit(cls, ctx: Ctx) -> bool:
        """True when the actor may change fields."""
        return cls.edit and "save" in cls.plain and access.may(ctx, cls.plain["save"].name)

    @classmethod
    def may_bulk_edit(cls, ctx: Ctx) -> bool:
        """True when the actor may change the same field of many."""
        return cls.edit and "edit" in cls.plain and access.may(ctx, cls.plain["edit"].name)

    @classmethod
    def may_delete(cls, ctx: Ctx) -> bool:
        """True when the actor may delete."""
        return cls.delete and "delete" in cls.plain and access.may(ctx, cls.plain["delete"].name)

    @classmethod
    def all_commands(cls) -> list[Command[Any, Any]]:
        """Every command whose first argument is such a record, those without a button included."""
        return [c for c in command_registry.values() if c.record is not None and c.record.model is cls.model]

    @classmethod
    def commands(cls) -> list[Command[Any, Any]]:
        """The buttons: commands whose first argument is such a record, those named in `actions` first."""
        found = commands_on(cls.model)
        first = list(cls.actions)
        return sorted(found, key=lambda c: first.index(c.verb) if c.verb in first else len(first))

    @classmethod
    def open_commands(cls, ctx: Ctx, record: Any) -> list[Command[Any, Any]]:
        """The commands that the actor may give and whose move starts at the record's present state."""
        moves = set(record.moves.open_to(record.state)) if getattr(record, "moves", None) else set()
        declared = set(getattr(record, "moves", None) or ())
        return [
            c
            for c in cls.commands()
            if (not c.move or c.move not in declared or c.move in moves)
            and (not c.states or record.state in c.states)
            and access.may(ctx, c.name)
        ]


def _check_free(cls: type[Resource]) -> None:
    other = registry.resources.get(cls.model)
    if other is not None and other.__module__ != cls.__module__:
        raise BadResource(f"{cls.__qualname__}: {other.__module__} already shows {cls.model._meta.label}.")
    for model, resource in registry.resources.items():
        if resource.name == cls.name and model is not cls.model:
            raise BadResource(
                f"{cls.__qualname__}: {resource.__qualname__} already has the address {cls.path()}."
            )


def _bind_columns(cls: type[Resource]) -> None:
    given = as_tuple(cls.columns) or usual_columns(cls.model)
    said = cls.__qualname__
    cls.columns = tuple((Column(c) if isinstance(c, str) else c).bind(cls.model, by=said) for c in given)
    cls.columns[0].is_first = True
    names = [c.name for c in cls.columns]
    if len(set(names)) != len(names):
        raise BadResource(f"{said}: two columns have the same name; give one of them as_=.")


def _bind_reading(cls: type[Resource]) -> None:
    said, model = cls.__qualname__, cls.model
    computed = {c.name: c.lookup for c in cls.columns if c.annotations()}
    given = as_tuple(cls.filters) or tuple(usual_filters(cls))
    cls.filters = tuple(
        (Filter(f) if isinstance(f, str) else f).bind(model, by=said, annotations=computed) for f in given
    )
    for one in cls.filters:
        if one.name in RESERVED:
            raise BadResource(
                f'{said}: a filter cannot be called "{one.name}"; lists use that word themselves.'
            )
    cls.search = tuple(Path.of(model, p, by=said) for p in as_tuple(cls.search) or usual_names(model))
    views = as_tuple(cls.views) or (Table(),)
    cls.views = tuple(v.bind(model, cls.by_name(), by=said) for v in views)
    for view in [v for v in cls.views if isinstance(v, Board)][1:]:
        view.name = f"board-{view.by_text}"
    for view in cls.views:
        if isinstance(view, Table):
            check_group(view, cls.by_name(), by=said)
    cls.detail = tuple(p.bind(model, by=said) for p in as_tuple(cls.detail) or usual_panels(model))
    cls.head = tuple(
        (Column(c) if isinstance(c, str) else c).bind(model, by=said) for c in as_tuple(cls.head)
    )
    cls.joins = tuple(Path.of(model, p, by=said).text for p in as_tuple(cls.joins))
    if cls.sort.lstrip("-") != "pk" and cls.sort.lstrip("-") not in computed:
        Path.of(model, cls.sort.lstrip("-"), by=said)


def _bind_writing(cls: type[Resource]) -> None:
    said, model = cls.__qualname__, cls.model
    if getattr(model, "append_only", False) or not issubclass(model, Record):
        cls.create = cls.create if isinstance(cls.create, Command) else False
        cls.edit = cls.delete = False
    entries = as_tuple(cls.form) or usual_form(model)
    cls.form = tuple(
        e.bind(model, by=said) if isinstance(e, Lines) else Path.of(model, e, by=said) for e in entries
    )
    for entry in cls.form:
        if isinstance(entry, Path) and (len(entry.steps) != 1 or entry.field is None or entry.is_custom):
            raise BadPath(f'{said}: the form can only hold fields of its own record, not "{entry.text}".')
    if cls.pickable is None:
        cls.pickable = usual_pickable(model)
    cls.plain = plain_commands(model) if issubclass(model, Record) else {}
    cls.key = cls.key or usual_key(model)
    Path.of(model, cls.key, by=said)
    cls.actions = as_tuple(cls.actions)


def _bind_menu(cls: type[Resource]) -> None:
    if cls.menu is None:
        return
    parts = as_tuple(cls.menu)
    cls.needs = next((p for p in parts if isinstance(p, Needs)), Needs())
    cls.group = next((p for p in parts if isinstance(p, (str, Promise))), "")
    if not cls.group:
        cls.group = cls.model._meta.app_config.verbose_name if "menu" not in cls.__dict__ else ""


def as_tuple(given: Any) -> tuple[Any, ...]:
    """A declaration of one thing may be written without the comma."""
    return tuple(given) if isinstance(given, (tuple, list)) else (given,) if given not in ("", None) else ()


def plural_slug(name: str) -> str:
    """The word in addresses: "SalesOrder" is "sales-orders"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
    if words.endswith(("s", "x", "ch", "sh")):
        return f"{words}es"
    return f"{words[:-1]}ies" if re.search(r"[^aeiou]y$", words) else f"{words}s"


def list_cookie(resource: type[Resource]) -> str:
    """Where the browser keeps which list of these records was looked at last."""
    return f"list.{resource.name}"
