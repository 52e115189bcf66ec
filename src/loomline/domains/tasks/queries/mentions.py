"""Whose names stand behind an @ in a text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model

from loomline.domains.accounts.models import Team, TeamMember

_AT = re.compile(r"(?<![\w@.])@(?=\w)")
LONGEST = 120


@dataclass(frozen=True)
class Mentioned:
    """One person who was named, themselves or by their team."""

    user_id: int
    team: str = ""


def mentioned_in(text: str) -> list[Mentioned]:
    """The people whose full name, first name, or address begins behind an @, and the members of named teams.

    The longest name wins; a first name that several people have means nobody. Two statements, none without @.
    """
    places = [match.end() for match in _AT.finditer(text)]
    if not places:
        return []
    people = _people()
    teams = {str(name).casefold(): (pk, str(name)) for pk, name in Team.objects.values_list("pk", "name")}
    found: dict[int, Mentioned] = {}
    for place in places:
        rest = text[place : place + LONGEST].casefold()
        name = max((n for n in (*people, *teams) if _begins(rest, n)), key=len, default="")
        if name in people:
            found[people[name]] = Mentioned(people[name])
        elif name in teams:
            key, title = teams[name]
            for user in TeamMember.objects.filter(team=key, user__is_active=True).values_list(
                "user", flat=True
            ):
                found.setdefault(user, Mentioned(user, team=title))
    return list(found.values())


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def _people() -> dict[str, int]:
    users: Any = get_user_model()
    rows = list(
        users._default_manager.filter(is_active=True, is_system=False).values_list("pk", "name", "email")
    )
    firsts = Counter(name.split()[0].casefold() for _pk, name, _email in rows if name.strip())
    found: dict[str, int] = {}
    for pk, name, _email in rows:
        first = name.split()[0].casefold() if name.strip() else ""
        if first and firsts[first] == 1:
            found.setdefault(first, pk)
    for pk, name, email in rows:
        found[email.partition("@")[0].casefold()] = pk
        if name.strip():
            found[name.casefold()] = pk
    return found
