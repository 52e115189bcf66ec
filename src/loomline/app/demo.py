"""Demos: stories told in commands that fill an empty database."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from loomline.app.fault import Fault

PACKAGE = "loomline_demo"


@dataclass(frozen=True)
class Login:
    """Somebody of the story whom a visitor may sign in as."""

    email: str
    password: str
    role: str


class Story(Protocol):
    """What a module of the demo package offers."""

    LOGINS: Sequence[tuple[str, str, str]]

    def load(self) -> None:
        """Tell the whole story into an empty database."""


def names() -> list[str]:
    """The demos that are installed: the modules of the package that name their log-ins."""
    spec = find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    files = (file for place in places or [] for file in Path(place).glob("*.py"))
    return sorted(file.stem for file in files if "\nLOGINS" in file.read_text())


def database_is_empty() -> bool:
    """Whether nobody has an account yet; the system's own actors do not count."""
    return not get_user_model()._default_manager.filter(is_system=False).exists()


def load(name: str) -> list[Login]:
    """Tell the story in one transaction, so that an interrupted start leaves nothing half told."""
    story = _story(name)
    if not database_is_empty():
        raise Fault(
            "This database is not empty, and a demo fills only an empty one.",
            way_out="Give the demo a folder of its own, for example LOOMLINE_DATA=demo-data.",
        )
    with transaction.atomic():
        story.load()
    with connection.cursor() as cursor:
        # Plans of the first pages need figures about tables that were empty a moment ago.
        cursor.execute("ANALYZE")
    return _logins(story)


def logins(name: str) -> list[Login]:
    """The log-ins of a demo that is in this database."""
    if name not in names():
        return []
    found = _logins(_story(name))
    here = set(get_user_model()._default_manager.values_list("email", flat=True))
    return [login for login in found if login.email in here]


def _logins(story: Story) -> list[Login]:
    return [Login(*login) for login in story.LOGINS]


def check(name: str) -> None:
    """Refuse a name that no demo has."""
    known = names()
    if name not in known:
        raise Fault(
            f"There is no demo called {name}.",
            way_out=f"There is: {', '.join(known)}." if known else "This installation carries no demos.",
            code=2,
        )


def _story(name: str) -> Story:
    check(name)
    return cast(Story, importlib.import_module(f"{PACKAGE}.{name}"))
