"""What templates of the surface may say: assets, icons, cells, form controls and formatted values."""

import datetime as dt
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.forms import BaseForm, BoundField
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from loomline.surface import draw, draw_cells, draw_text
from loomline.surface.markup import format_html

register = template.Library()

MANIFEST = Path(__file__).resolve().parents[1] / "static" / "dist" / "manifest.json"


@lru_cache(maxsize=2)
def _manifest(stamp: float) -> dict[str, Any]:
    return dict(json.loads(MANIFEST.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _stamp_once() -> float:
    return _stamp()


def _stamp() -> float:
    try:
        return MANIFEST.stat().st_mtime
    except FileNotFoundError:
        raise ImproperlyConfigured(
            "The browser assets are not built. Run `python tools/build_assets.py` once; `make setup` does it."
        ) from None


def manifest() -> dict[str, Any]:
    """Read which file each asset has become; while developing, read it again after each build."""
    return _manifest(_stamp() if settings.DEBUG else _stamp_once())


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a built asset."""
    return static(f"dist/{manifest()[name]}")


@lru_cache(maxsize=16)
def _address(file: str) -> str:
    return static(f"dist/{file}")


@lru_cache(maxsize=1024)
def _icon(name: str, css: str, sprite: str) -> SafeString:
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', css, sprite, name)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw one icon of the sprite; a name that is not in web/icons.txt is refused, not left blank."""
    built = manifest()
    if name not in built["icons"]:
        raise template.TemplateSyntaxError(f"Icon {name!r} is not in web/icons.txt; add it there and build.")
    return _icon(name, css, _address(built["icons.svg"]))


register.simple_tag(draw_cells.badge, name="badge")
register.simple_tag(draw_cells.stagebar, name="stagebar")
register.simple_tag(draw_cells.swatch, name="swatch")
register.simple_tag(draw_cells.spark, name="spark")


@register.simple_tag
def avatar(
    name: str, css: str = "", letters: str = "", hue: int | None = None, photo: str = ""
) -> SafeString:
    """Draw the mark of a person (round) or of a party (`sq`)."""
    return draw_cells.avatar(name, css=css, letters=letters, hue=hue, photo=photo)


@register.simple_tag
def cell(one: draw_cells.Cell) -> SafeString:
    """Write one cell."""
    return draw_cells.write(one, icon)


EDITABLE = (
    '<ui-edit><button class="editable" type="button" hx-get="{}" hx-target="closest ui-edit"'
    ' hx-swap="outerHTML" title="{}">{}</button></ui-edit>'
)

# A link stays a link: the pencil beside it fetches the editor.
BESIDE = (
    '<ui-edit class="beside">{}<button class="editable" type="button" hx-get="{}" hx-target="closest ui-edit"'
    ' hx-swap="outerHTML" title="{}">{}</button></ui-edit>'
)


@register.simple_tag
def editable_cell(one: draw_cells.Cell) -> SafeString:
    """Write one cell; with an edit_url it is a button that fetches its own editor into its place."""
    inner = draw_cells.write(one, icon)
    if not one.edit_url:
        return inner
    if one.url:
        words = format_html('<span class="sr">{}</span>', one.edit_label)
        return format_html(BESIDE, inner, one.edit_url, one.edit_label, words)
    return format_html(EDITABLE, one.edit_url, one.edit_label, inner)


# What says nothing without the head of its column.
NAMED_ON_PHONES = frozenset({"number", "percent", "share", "date", "moment", "ago", "bool"})


@register.simple_tag
def row_cells(cells: list[draw_cells.Cell], columns: list[Any]) -> SafeString:
    """Write the cells of one row. In Python, because a list writes hundreds of them."""
    written = []
    for one, column in zip(cells, columns, strict=True):
        css = draw_cells.classes(one) + (" end" if get(column, "align") == "end" else "")
        where, named = get(column, "slot") or "hide", one.kind in NAMED_ON_PHONES
        name = format_html(' data-label="{}"', get(column, "label")) if named else ""
        written.append(
            format_html('<td class="{}" data-m="{}"{}>{}</td>', css, where, name, editable_cell(one))
        )
    return mark_safe("".join(written))


@register.simple_tag
def cell_class(one: draw_cells.Cell) -> str:
    """Name the classes of the table cell around it."""
    return draw_cells.classes(one)


@register.filter
def words(one: draw_cells.Cell) -> str:
    """Say a cell in words."""
    return draw_cells.plain(one)


@register.simple_tag
def spark_of(values: list[float], css: str = "") -> SafeString:
    """Draw a trend straight from its numbers."""
    return draw_cells.spark(draw.spark(values), css=css)


def _bdi(text: str) -> SafeString:
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def money(value: Any, currency: str = "") -> SafeString:
    """Write an amount of money; a Money value brings its own currency."""
    amount = getattr(value, "amount", value)
    return _bdi(draw_text.money(amount, currency or str(getattr(value, "currency", ""))))


@register.filter
def compact(value: Any, currency: str = "") -> SafeString:
    """Write a large figure shortly."""
    amount = getattr(value, "amount", value)
    return _bdi(draw_text.compact(amount, currency or str(getattr(value, "currency", ""))))


@register.filter
def number(value: Any, decimals: int | None = None) -> SafeString:
    """Write a number with separators."""
    return _bdi(draw_text.number(value, decimals=decimals))


@register.filter
def quantity(value: Any, unit: str = "") -> SafeString:
    """Write an amount with its unit; a Quantity value brings its own."""
    amount = getattr(value, "amount", value)
    return _bdi(draw_text.quantity(amount, unit or str(getattr(value, "unit", ""))))


@register.filter
def percent(value: Any, decimals: int = 0) -> SafeString:
    """Write a share of one."""
    return _bdi(draw_text.percent(value, decimals=decimals))


@register.filter
def day(value: dt.date | None) -> SafeString:
    """Write a day shortly, in full as its title."""
    if not value:
        return mark_safe(draw_text.NOTHING)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        draw_text.full_day(value),
        draw_text.day(value),
    )


@register.filter
def full_day(value: dt.date | None) -> str:
    """Write a day in full."""
    return draw_text.full_day(value)


def _instant(value: dt.datetime | None, shown: str) -> SafeString:
    if not value:
        return mark_safe(draw_text.NOTHING)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), draw_text.full_moment(value), shown
    )


@register.filter
def moment(value: dt.datetime | None) -> SafeString:
    """Write an instant: the time for today, otherwise day and time."""
    return _instant(value, draw_text.moment(value))


@register.filter
def clock(value: dt.datetime | None) -> SafeString:
    """Write the time of day of an instant."""
    return _instant(value, draw_text.clock(value))


@register.filter
def ago(value: dt.datetime | None) -> SafeString:
    """Write how long ago an instant was while that is under a day."""
    return _instant(value, draw_text.ago(value))


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return the present query string with some parameters changed; None or nothing removes one."""
    request = context.get("request")
    params: QueryDict = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}" if params else "?"


# Controls that bring their own classes; every other one is drawn as an input.
OWN_LOOK = frozenset({"hidden", "choices", "pick"})


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if getattr(widget, "use_fieldset", False) and getattr(widget, "input_type", "") in ("radio", "checkbox"):
        return "choices"
    return str(getattr(widget, "kind", "") or getattr(widget, "input_type", "") or "")


@register.simple_tag
def control(field: BoundField, label: str = "", css: str = "") -> SafeString:
    """Draw the control of a form field with our classes; Django adds the aria attributes itself."""
    kind = _kind(field)
    attrs: dict[str, Any] = {}
    if kind == "checkbox":
        attrs["class"] = f"check {css}".strip()
    elif kind not in OWN_LOOK:
        attrs["class"] = f"input {css} {field.field.widget.attrs.get('class', '')}".strip()
    if label:
        attrs["aria-label"] = label
    return field.as_widget(attrs=attrs)


@register.filter
def control_kind(field: BoundField) -> str:
    """Say which sort of control a field has: checkbox, choices, pick, date, …"""
    return _kind(field)


@register.filter
def options(field: BoundField) -> list[BoundWidget]:
    """List the choices of a field, each with our class on its control."""
    listed = list(field)
    for option in listed:
        option.data["attrs"]["class"] = "check"
    return listed


@register.filter
def get(mapping: Any, key: str) -> Any:
    """Look a key up where a dot cannot."""
    return mapping.get(key) if hasattr(mapping, "get") else getattr(mapping, key, None)


@register.filter
def slot(columns: list[Any], at: int) -> Any:
    """Return the column of a cell by its place."""
    return columns[at]


@register.filter
def steps(depth: int) -> range:
    """Count up to a depth, to indent by."""
    return range(depth)


@register.filter
def field_named(form: BaseForm, name: str) -> BoundField:
    """Return a form's field by a name that is only known in the declaration."""
    return form[name]
