"""The navigation: groups of pages that the person may see, greyed out until what they need exists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from loomline.kernel import access, query
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.needs import Needs
from loomline.surface.resource import Resource

# The order of groups; others stand before the settings in the order in which they were declared.
GROUPS = ("", "Customers", "Sell", "Orders", "Supply", "Buy", "Make", "Stock", "Plan", "Finance", "Insight")
LAST = "Settings"


@dataclass(frozen=True)
class Entry:
    """A page of its own in the navigation, beside those that Resources bring."""

    title: str | Promise
    url: str
    icon: str
    group: str = ""
    order: int = 50
    permission: str = ""
    needs: Needs = field(default_factory=Needs)
    quick: bool = False
    count: Callable[[Ctx], tuple[int, bool]] | None = None


entries: list[Entry] = []

_words = (
    _("Customers"),
    _("Sell"),
    _("Orders"),
    _("Supply"),
    _("Buy"),
    _("Make"),
    _("Stock"),
    _("Plan"),
    _("Finance"),
    _("Insight"),
    _("Settings"),
)


def entry(title: str | Promise, url: str, **options: Any) -> Entry:
    """Put a page into the navigation: `menu.entry(_("Control tower"), "/", icon="radar-2", order=0,
    quick=True)`.
    """
    made = Entry(title, url, **options)
    if made.url not in {e.url for e in entries}:
        entries.append(made)
    return made


def is_switched_on(resource: type[Resource], ctx: Ctx) -> bool:
    """False for a domain that the company has switched off."""
    return resource.model._meta.app_label not in ctx.company.switched_off


def shown(ctx: Ctx) -> Iterator[type[Resource]]:
    """The Resources that the person may see, in the order of the navigation."""
    for resource in _sorted(tuple(registry.resources.values()), get_language()):
        if is_switched_on(resource, ctx) and resource.may_see(ctx):
            yield resource


@lru_cache(maxsize=32)
def _sorted(resources: tuple[type[Resource], ...], _language: str | None) -> list[type[Resource]]:
    return sorted(resources, key=lambda r: (r.order, str(r.model._meta.verbose_name_plural)))


def groups(ctx: Ctx, here: str) -> list[dict[str, Any]]:
    """The whole navigation for a person on the page `here`, an address with or without a query."""
    pages: list[tuple[str, int, Needs, dict[str, Any]]] = []
    for one in entries:
        if not one.permission or access.may(ctx, one.permission):
            count, hot = one.count(ctx) if one.count else (0, False)
            item = _item(str(one.title), one.icon, one.url, here, count=count, hot=hot)
            pages.append((one.group, one.order, one.needs, item | {"secondary": one.group == LAST}))
    for resource in shown(ctx):
        if resource.menu is not None:
            group = _key(resource.group)
            item = _item(resource.plural(), resource.icon, resource.path(), here)
            item["secondary"] = resource.secondary or group == LAST
            pages.append((group, resource.order, resource.needs, item))
    _keep_the_closest(item for _g, _o, _n, item in pages)
    missing = _missing({kind for _g, _o, wanted, _i in pages for kind in wanted.kinds})
    found: dict[str, list[dict[str, Any]]] = {}
    for group, _order, wanted, item in sorted(pages, key=lambda page: page[1]):
        lacking = [kind for kind in wanted.kinds if kind in missing]
        if lacking and not item["current"]:
            item |= {"enabled": False, "why": _why(lacking)}
        found.setdefault(group, []).append(item)
    result = [_group(name, found[name]) for name in _in_order(found)]
    _give_keys(result)
    return result


def quick(nav: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The four pages of the phone's bar: those marked, then the first of the navigation."""
    items = [item for item in _all(nav) if item["enabled"]]
    marked = {e.url for e in entries if e.quick}
    chosen = [i for i in items if i["url"] in marked]
    return [*chosen, *(i for i in items if i not in chosen)][:4]


def new_items(ctx: Ctx, nav: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What can be made from anywhere, with the same letter as its page."""
    keys = {item["url"]: item["keys"] for item in _all(nav) if item["enabled"] and not item["secondary"]}
    found = []
    for resource in shown(ctx):
        if resource.path() in keys and resource.may_create(ctx):
            letter = keys[resource.path()].removeprefix("g ")
            found.append(
                {
                    "title": resource.title().lower(),
                    "icon": resource.icon,
                    "url": f"{resource.path()}new/",
                    "keys": f"n {letter}" if letter else "",
                }
            )
    return found


def _in_order(groups: Iterable[str]) -> list[str]:
    there = list(groups)
    others = [g for g in there if g not in GROUPS and g != LAST]
    return [*(g for g in GROUPS if g in there), *others, *(g for g in there if g == LAST)]


def _group(name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """The pages in sight, and those that are folded away until somebody wants them or stands on one."""
    more = [item for item in items if item["secondary"]]
    return {
        "title": gettext(name) if name else "",
        "items": [item for item in items if not item["secondary"]],
        "more": more,
        "open": any(item["current"] for item in more),
    }


def _all(nav: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for group in nav:
        yield from group["items"]
        yield from group["more"]


def _keep_the_closest(items: Iterable[dict[str, Any]]) -> None:
    """Of the pages that fit an address only the one that says most about it is the current one."""
    fitting = sorted((i for i in items if i["current"]), key=lambda i: len(i["url"]))
    for item in fitting[:-1]:
        item["current"] = False


def _is_current(url: str, here: str) -> bool:
    page, place = urlsplit(url), urlsplit(here)
    if page.query:
        return page.path == place.path and set(parse_qsl(page.query)) <= set(parse_qsl(place.query))
    return place.path == url or (url != "/" and place.path.startswith(url))


def _item(title: str, icon: str, url: str, here: str, *, count: int = 0, hot: bool = False) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "url": url,
        "current": _is_current(url, here),
        "count": str(count) if count else "",
        "hot": hot,
        "enabled": True,
        "why": "",
        "keys": "",
        "secondary": False,
    }


def _key(group: str | Promise) -> str:
    if isinstance(group, str):
        return group
    with override("en"):
        return str(group)


def _give_keys(nav: list[dict[str, Any]]) -> None:
    """ "G" and a letter of the title opens a page; the first page to want a letter has it."""
    taken: set[str] = set()
    for item in (item for group in nav for item in group["items"]):
        letter = next(
            (c for c in item["title"].lower() if c.isascii() and c.isalpha() and c not in taken), ""
        )
        if letter:
            taken.add(letter)
            item["keys"] = f"g {letter}"


def _missing(kinds: set[str]) -> set[str]:
    """Those of the kinds of which there is not one record yet, in one statement."""
    ordered = sorted(kinds)
    there = query.count_each((apps.get_model(kind)._default_manager.all() for kind in ordered), most=0)
    return {kind for kind, exists in zip(ordered, there, strict=True) if not exists}


def _why(kinds: list[str]) -> str:
    nouns = [str(apps.get_model(kind)._meta.verbose_name_plural) for kind in kinds]
    return gettext("Needs {things} first.").format(things=gettext(" and ").join(nouns))
