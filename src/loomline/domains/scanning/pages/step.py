"""One step: what it shows, the one field that it asks for, a few large buttons, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.inventory.models import Balance
from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import NotThere, Refused, Warned
from loomline.surface.page import page

HOME = "/scan/"
# A number with more digits is a code that was scanned into the wrong field.
DIGITS, DECIMALS = 7, 6
Values = Mapping[str, Any]


class NotANumber(Refused):
    """A quantity that is none."""

    says = _l("“{given}” is no quantity. Type how much it is, then Enter.")
    status = 422


def draw(
    request: HttpRequest,
    title: str,
    *,
    text: str = "",
    shows: Sequence[dict[str, str]] = (),
    ask: dict[str, Any] | None = None,
    buttons: Iterable[dict[str, Any] | None] = (),
    rows: Sequence[dict[str, Any]] = (),
    rows_title: str = "",
    empty: str = "",
    problem: dict[str, Any] | None = None,
    status: int = 200,
    is_home: bool = False,
) -> HttpResponse:
    """The page of a step. State is in its address, so that a reload loses nothing."""
    crumbs = [] if is_home else [{"title": _("Scan"), "url": HOME}]
    parts = {
        "text": text,
        "shows": shows,
        "ask": ask,
        "buttons": [one for one in buttons if one is not None],
        "rows": rows,
        "rows_title": rows_title,
        "empty": empty,
        "problem": problem,
    }
    return render(
        request, "scanning/step.html", {"page": page(title, crumbs=crumbs), "step": parts}, status=status
    )


def ask(label: str, url: str, *, name: str = "scan", **more: Any) -> dict[str, Any]:
    """The one field: what is to be scanned or typed into it, and where it goes."""
    usual = {
        "label": label,
        "url": url,
        "name": name,
        "post": False,
        "fields": [],
        "is_number": False,
        "unit": "",
        "hint": "",
        "button": _("Next"),
        "choices": None,
    }
    return usual | more


def button(label: str, url: str, icon: str = "", *, kind: str = "", post: Any = None) -> dict[str, Any]:
    """A large button: a link, or a post of these fields."""
    return {
        "label": label, "url": url, "icon": icon, "kind": kind, "post": post is not None,
        "fields": list(post or ()),
    }  # fmt: skip


def row(
    title: str, text: str = "", *, url: str = "", badge: Any = None, buttons: Iterable[Any] = ()
) -> dict[str, Any]:
    """A line below: what it is, where and how much, and what can be done with it."""
    return {"title": title, "text": text, "url": url, "badge": badge, "buttons": [b for b in buttons if b]}


def show(label: str, value: str, sub: str = "", *, is_big: bool = False) -> dict[str, Any]:
    """Something to be read from a distance."""
    return {"label": label, "value": value, "sub": sub, "is_big": is_big}


def fields(values: Values) -> list[dict[str, str]]:
    """Values as hidden fields; lists as one field each."""
    return [
        {"name": name, "value": str(one)}
        for name, value in values.items()
        for one in (value if isinstance(value, (list, tuple)) else [value])
        if one not in ("", None)
    ]


def address(url: str, **values: Any) -> str:
    """An address with the state of a step in it."""
    kept = [(field["name"], field["value"]) for field in fields(values)]
    return f"{url}?{urlencode(kept)}" if kept else url


def problem(
    text: str, refusal: Refused | None = None, request: HttpRequest | None = None
) -> dict[str, Any] | None:
    """What went wrong; a question brings all that was sent, to be sent again with its answer."""
    if not text:
        return None
    again: list[dict[str, str]] = []
    if isinstance(refusal, Warned) and request is not None:
        sent = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
        again = [*fields(sent), {"name": "accept", "value": refusal.code}]
    return {"text": text, "again": again, "url": request.path if request is not None else ""}


def may(ctx: Ctx, command: Command[Any, Any], record: Model | None = None) -> bool:
    """True when the person may give a command, for this record where one is named."""
    arguments = {command.record.name: record} if command.record is not None and record is not None else {}
    try:
        access.require(ctx, command, arguments)
    except Refused:
        return False
    return True


def open_to(ctx: Ctx, command: Command[Any, Any], rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows for which the person may give a command."""
    return rows.filter(pk__in=access.rows_at(ctx, rows.model, command.name))


def one_of(rows: QuerySet[Any], key: str | None, *, what: str) -> Any:
    """The record with this key among those that the person may see."""
    is_key = bool(key) and str(key).isdecimal() and len(str(key)) <= 18
    found = rows.filter(pk=int(str(key))).first() if is_key else None
    if found is None:
        raise NotThere(reference=f"{what} {key or ''}".strip())
    return found


def number(text: str) -> Decimal:
    """A quantity as people type it; a code that was scanned into its field is none."""
    given = text.strip().replace(",", ".")
    try:
        found = Decimal(given)
    except InvalidOperation as fault:
        raise NotANumber(given=text.strip()) from fault
    exact = found.is_finite() and found == round(found, DECIMALS)
    if not exact or found < 0 or found.adjusted() >= DIGITS:
        raise NotANumber(given=text.strip())
    return found


def goods(balance: Balance) -> str:
    """What lies somewhere: item, lot, whose it is and in what."""
    lot = _("lot {lot}").format(lot=balance.lot) if balance.lot else ""
    unit = _("in {unit}").format(unit=balance.unit) if balance.unit else ""
    owner = _("of {owner}").format(owner=balance.owner) if balance.owner else ""
    return ", ".join(part for part in (balance.item.name, lot, unit, owner) if part)


def amount(quantity: Decimal, unit: Any) -> str:
    """A quantity with its unit."""
    return f"{plain(quantity)} {unit}"
