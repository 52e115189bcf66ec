"""Records that people name in what they write: #S-0042 leads to that order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, F, Value
from django.utils.safestring import SafeString

from loomline.kernel.context import Ctx
from loomline.surface import menu, registry
from loomline.surface.markup import format_html

MARK = re.compile(r"#(\w[\w-]*)")
# What people call a record by, where a kind of records has such a name of its own.
KEYS = frozenset({"number", "code", "sku"})
MOST = 50


def linked(entries: Sequence[dict[str, Any]], ctx: Ctx) -> list[dict[str, Any]]:
    """The same entries of a timeline with links in their words; nothing is asked where nobody names a record,
    and one statement otherwise. What one may not see stays a word.
    """
    named = [name for entry in entries for name in MARK.findall(entry.get("body", ""))][:MOST]
    urls = _urls({*named, *(name.upper() for name in named)}, ctx) if named else {}
    return [{**e, "body": _drawn(e["body"], urls)} if urls and e.get("body") else e for e in entries]


def _urls(names: set[str], ctx: Ctx) -> dict[str, str]:
    parts = [
        kind.visible(ctx)
        .order_by()
        .filter(**{f"{kind.key}__in": names})
        .values_list(Value(kind.name, CharField()), F(kind.key), "pk")
        for kind in menu.shown(ctx)
        if kind.key in KEYS
    ]
    rows = parts[0].union(*parts[1:], all=True) if parts else ()
    return {name: registry.by_name(kind).url(pk) for kind, name, pk in rows}


def _drawn(text: str, urls: dict[str, str]) -> SafeString:
    pieces = MARK.split(text)
    found = [format_html("{}", pieces[0])]
    for name, rest in zip(pieces[1::2], pieces[2::2], strict=True):
        url = urls.get(name) or urls.get(name.upper())
        found.append(
            format_html('<a class="link" href="{}">#{}</a>', url, name) if url else format_html("#{}", name)
        )
        found.append(format_html("{}", rest))
    return SafeString("".join(found))
