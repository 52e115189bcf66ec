"""One cell of a table, a fact or a card: what it holds, and how each kind of value is written."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from loomline.surface import draw, draw_text
from loomline.surface.markup import format_html


@dataclass(slots=True, kw_only=True)
class Cell:
    """What one place in a table or a list of facts shows.

    `kind` says how `value` is written: text, code, money, number, quantity, percent, share, date, moment,
    ago, slip, bool, badge, person, party, item, stages, swatch, tags, progress, spark, file. `text` wins over
    `value`; `sub` is a second line, `note` a quieter word beside, `below` puts a stage's name under its bar.
    """

    kind: str = "text"
    value: object = None
    text: str = ""
    sub: str = ""
    note: str = ""
    url: str = ""
    tone: str = ""
    icon: str = ""
    unit: str = ""
    decimals: int | None = None
    colour: str = ""
    days: int = 0
    stages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    below: bool = False
    strong: bool = False
    wrap: bool = False
    edit_url: str = ""
    edit_label: str = ""


Icon = Callable[[str, str], SafeString]


def write(cell: Cell, icon: Icon) -> SafeString:
    """Write one cell as it stands in its place, with the link and the second line it may have."""
    inner = KINDS.get(cell.kind, _text)(cell, icon)
    if cell.url:
        css = (
            "doc"
            if cell.kind in ("code", "item") or cell.strong
            else "link"
            if cell.kind == "text"
            else "plain"
        )
        inner = format_html('<a class="{}" href="{}">{}</a>', css, cell.url, inner)
    elif cell.strong and cell.kind in ("text", "money", "number", "quantity"):
        inner = format_html('<span class="m">{}</span>', inner)
    if cell.note:
        inner = format_html('{} <span class="note">{}</span>', inner, cell.note)
    if cell.icon and cell.kind not in ("bool", "file"):
        inner = format_html('<span class="row">{}<span>{}</span></span>', icon(cell.icon, "s"), inner)
    if cell.kind == "item":
        return _beside_swatch(cell, inner)
    if cell.sub:
        inner = format_html('{}<span class="sub">{}</span>', inner, cell.sub)
    return inner


def plain(cell: Cell) -> str:
    """Say a cell in words, for names read aloud."""
    if cell.text:
        return cell.text
    writer = WORDS.get(cell.kind)
    return writer(cell) if writer else str(cell.value) if cell.value not in (None, "") else draw_text.NOTHING


def classes(cell: Cell) -> str:
    """Name the classes of the table cell around it."""
    css = ["num"] if cell.kind in NUMERIC else []
    if cell.wrap:
        css.append("wrap")
    elif cell.kind not in NUMERIC:
        css.append("nowrap")
    return " ".join(css)


def _tint(cell: Cell, text: str) -> SafeString:
    if not cell.tone:
        return format_html("{}", text)
    return format_html('<span class="c-{} m">{}</span>', cell.tone, text)


def _text(cell: Cell, icon: Icon) -> SafeString:
    words = plain(cell)
    return (
        format_html('<span class="ink-3">{}</span>', words)
        if words == draw_text.NOTHING
        else _tint(cell, words)
    )


def _code(cell: Cell, icon: Icon) -> SafeString:
    if cell.url:
        return format_html("{}", plain(cell))
    return format_html('<span class="{} ltr">{}</span>', "doc" if cell.strong else "ink-3", plain(cell))


def _date(cell: Cell, icon: Icon) -> SafeString:
    if not isinstance(cell.value, dt.date):
        return _text(cell, icon)
    body = format_html(
        '<time datetime="{}" title="{}">{}</time>',
        cell.value.isoformat(),
        draw_text.full_day(cell.value),
        plain(cell),
    )
    return format_html('<span class="c-{} m">{}</span>', cell.tone, body) if cell.tone else body


def _moment(cell: Cell, icon: Icon) -> SafeString:
    if not isinstance(cell.value, dt.datetime):
        return _text(cell, icon)
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        f"c-{cell.tone}" if cell.tone else "",
        cell.value.isoformat(),
        draw_text.full_moment(cell.value),
        plain(cell),
    )


def _slip(cell: Cell, icon: Icon) -> SafeString:
    """Write a day beside how far it moved: 3 Dec +6 d."""
    body = _date(cell, icon)
    if not cell.days:
        return format_html('<span class="ink-3">{}</span>', body) if not cell.tone else body
    return format_html(
        '{} <span class="t-sm c-{}">{}</span>', body, cell.tone or "muted", draw_text.slip(cell.days)
    )


def _bool(cell: Cell, icon: Icon) -> SafeString:
    word = plain(cell)
    if cell.value:
        return format_html('{}<span class="sr">{}</span>', icon("check", "s"), word)
    return format_html('<span class="ink-3" aria-hidden="true">–</span><span class="sr">{}</span>', word)


def badge(text: str, tone: str = "muted", *, plain: bool = False) -> SafeString:
    """Write a state as a pill; the word carries the meaning."""
    css = "badge plain" if plain else "badge"
    return format_html('<span class="{}" data-tone="{}">{}</span>', css, tone or "muted", text)


def avatar(
    name: str, *, css: str = "", letters: str = "", hue: int | None = None, photo: str = ""
) -> SafeString:
    """Write the mark of a person (round) or a party (square)."""
    colour = draw_text.hue(name) if hue is None else hue
    shape = f"avatar {css}".strip()
    if photo:
        return format_html('<span class="{}" aria-hidden="true"><img src="{}" alt=""></span>', shape, photo)
    mark = letters or draw_text.initials(name)
    return format_html('<span class="{}" data-h="{}" aria-hidden="true">{}</span>', shape, colour, mark)


def _badge(cell: Cell, icon: Icon) -> SafeString:
    words = plain(cell)
    return _text(cell, icon) if words == draw_text.NOTHING else badge(words, cell.tone)


def _person(cell: Cell, icon: Icon) -> SafeString:
    name = plain(cell)
    if name == draw_text.NOTHING:
        return _text(cell, icon)
    return format_html('<span class="row">{}<span class="ink-2 trunc">{}</span></span>', avatar(name), name)


def _party(cell: Cell, icon: Icon) -> SafeString:
    name = plain(cell)
    if name == draw_text.NOTHING:
        return _text(cell, icon)
    return format_html(
        '<span class="row">{}<span class="trunc">{}</span></span>', avatar(name, css="sq"), name
    )


def stagebar(ticks: tuple[str, ...], label: str) -> SafeString:
    """Write where one thing stands in the chain, as one image with one sentence."""
    inner = format_html_join("", '<i class="{}"></i>', ((tick,) for tick in ticks))
    return format_html('<span class="stages" role="img" aria-label="{}">{}</span>', label, inner)


def _beside_swatch(cell: Cell, name: SafeString) -> SafeString:
    mark = swatch(cell.colour, large=True) if cell.colour else ""
    sub = format_html('<span class="sub">{}</span>', cell.sub) if cell.sub else ""
    return format_html('<span class="row item">{}<span>{}{}</span></span>', mark, name, sub)


def _stages(cell: Cell, icon: Icon) -> SafeString:
    words = plain(cell)
    bar = stagebar(cell.stages, words)
    if cell.below:
        return format_html('{}<span class="sub" aria-hidden="true">{}</span>', bar, words)
    return format_html(
        '<span class="row">{}<span class="ink-2" aria-hidden="true">{}</span></span>', bar, words
    )


def swatch(colour: str, *, large: bool = False) -> SafeString:
    """Write a colour as a small square; SVG, because a style attribute is not allowed."""
    return format_html(
        '<svg class="{}" viewBox="0 0 8 8" aria-hidden="true"><rect width="8" height="8" fill="{}"/></svg>',
        "swatch l" if large else "swatch",
        colour,
    )


def _swatch(cell: Cell, icon: Icon) -> SafeString:
    colour = str(cell.value or "")
    return format_html('<span class="row">{}<span>{}</span></span>', swatch(colour), cell.text or colour)


def _tags(cell: Cell, icon: Icon) -> SafeString:
    if not cell.tags:
        return _text(Cell(), icon)
    inner = format_html_join("", '<span class="tag">{}</span>', ((tag,) for tag in cell.tags))
    return format_html('<span class="row">{}</span>', inner)


def _progress(cell: Cell, icon: Icon) -> SafeString:
    done = float(cell.value) if isinstance(cell.value, (int, float)) else 0.0
    words = plain(cell)
    return format_html(
        '<span class="row"><progress class="cell" max="100" value="{}" aria-label="{}"></progress>'
        '<span class="num ink-2">{}</span></span>',
        f"{100 * done:.0f}",
        words,
        words,
    )


def spark(shape: draw.Spark, *, css: str = "") -> SafeString:
    """Write a trend; the words beside it say what it shows, so it is hidden from readers."""
    if not shape.line:
        return mark_safe("")
    return format_html(
        '<svg class="spark {}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="ar" d="{}"/><path class="ln" d="{}"/></svg>',
        css,
        shape.width,
        shape.height,
        shape.area,
        shape.line,
    )


def _spark(cell: Cell, icon: Icon) -> SafeString:
    if not isinstance(cell.value, (tuple, list)):
        return _text(cell, icon)
    return format_html('{}<span class="sr">{}</span>', spark(draw.spark(cell.value), css="cell"), cell.text)


def _file(cell: Cell, icon: Icon) -> SafeString:
    return format_html(
        '<span class="row">{}<span>{}</span></span>', icon(cell.icon or "file", "s"), plain(cell)
    )


def _amount(value: object) -> draw_text.Number | None:
    """Take the number out of a Money or Quantity; anything that is not a number is not written as one."""
    amount: object = getattr(value, "amount", value)
    return amount if isinstance(amount, (Decimal, int, float)) else None


def _money_words(cell: Cell) -> str:
    unit = cell.unit or str(getattr(cell.value, "currency", ""))
    return draw_text.money(_amount(cell.value), unit, decimals=cell.decimals)


def _quantity_words(cell: Cell) -> str:
    unit = cell.unit or str(getattr(cell.value, "unit", ""))
    return draw_text.quantity(_amount(cell.value), unit, decimals=cell.decimals)


WORDS: dict[str, Callable[[Cell], str]] = {
    "money": _money_words,
    "number": lambda cell: draw_text.number(_amount(cell.value), decimals=cell.decimals),
    "quantity": _quantity_words,
    "percent": lambda cell: draw_text.percent(_amount(cell.value), decimals=cell.decimals or 0),
    "share": lambda cell: draw_text.percent(_amount(cell.value), decimals=cell.decimals),
    "progress": lambda cell: draw_text.percent(_amount(cell.value)),
    "date": lambda cell: draw_text.day(cell.value) if isinstance(cell.value, dt.date) else draw_text.NOTHING,
    "slip": lambda cell: draw_text.day(cell.value) if isinstance(cell.value, dt.date) else draw_text.NOTHING,
    "moment": lambda cell: (
        draw_text.moment(cell.value) if isinstance(cell.value, dt.datetime) else draw_text.NOTHING
    ),
    "ago": lambda cell: (
        draw_text.ago(cell.value) if isinstance(cell.value, dt.datetime) else draw_text.NOTHING
    ),
    "bool": lambda cell: gettext("Yes") if cell.value else gettext("No"),
}

KINDS: dict[str, Callable[[Cell, Icon], SafeString]] = {
    "text": _text,
    "code": _code,
    "money": _text,
    "number": _text,
    "quantity": _text,
    "percent": _text,
    "share": _text,
    "date": _date,
    "moment": _moment,
    "ago": _moment,
    "slip": _slip,
    "bool": _bool,
    "badge": _badge,
    "person": _person,
    "party": _party,
    "stages": _stages,
    "item": _text,
    "swatch": _swatch,
    "tags": _tags,
    "progress": _progress,
    "spark": _spark,
    "file": _file,
}

NUMERIC = frozenset(
    {"code", "money", "number", "quantity", "percent", "share", "date", "moment", "ago", "slip"}
)
