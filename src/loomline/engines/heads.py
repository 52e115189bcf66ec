"""The heads of columns: told apart when written twice, and found under whatever writing they have.

Labels, API names and spaces make no difference: "Account ID", "AccountId" and "account_id" are one head.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

# Views of Zoho write joined fields twice: "Account Owner(Account Owner).id".
TWICE = re.compile(r"^(.+?)\s*\(\1\)(.*)$", re.DOTALL)
# What connectors of data warehouses put before the names of HubSpot's properties.
PREFIX = "property_"


@lru_cache(maxsize=20_000)
def plain(head: str) -> str:
    """The head as it is compared: letters and digits alone, in small letters."""
    text = head.replace("\xa0", " ").replace("\ufeff", "").strip()
    found = TWICE.match(text)
    if found:
        text = found.group(1) + found.group(2)
    return "".join(sign for sign in text.casefold().removeprefix(PREFIX) if sign.isalnum()) or text


def tidied(heads: Iterable[str]) -> list[str]:
    """Heads without blanks around them, each once: a second "Owner" is "Owner (2)", an empty "Column 7"."""
    found: list[str] = []
    seen: set[str] = set()
    for place, head in enumerate(heads, start=1):
        text = head.replace("\xa0", " ").lstrip("\ufeff").replace("\x00", "").strip() or f"Column {place}"
        name, count = text, 1
        while name in seen:
            count += 1
            name = f"{text} ({count})"
        seen.add(name)
        found.append(name)
    return found


def resolved(names: Mapping[str, Sequence[str]], heads: Sequence[str]) -> dict[str, str]:
    """Which head is which name of a recipe: {name: head}. `names` maps each name to its other writings.

    An exact head goes first, then one that differs in writing only; a head serves one name.
    """
    by_plain: dict[str, str] = {}
    for head in heads:
        by_plain.setdefault(plain(head), head)
    there, taken, found = set(heads), set[str](), dict[str, str]()
    for name in names:
        if name in there:
            found[name] = name
            taken.add(name)
    for name, others in names.items():
        for writing in (name, *others):
            match = by_plain.get(plain(writing))
            if name not in found and match is not None and match not in taken:
                found[name] = match
                taken.add(match)
    return found
