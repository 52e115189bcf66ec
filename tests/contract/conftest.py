"""What the contract tests share: a person who may do everything, one who may do nothing, a row of
every kind.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from loomline.domains.accounts.models import User
from loomline.domains.accounts.pages import seen
from loomline.domains.tasks.queries import notices
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.surface import registry
from tests.contract.filler import NOW, Filler, Unfillable
from tests.contract.samples import SAMPLES

CEILINGS = Path(__file__).with_name("ceilings")
RECORDING = os.environ.get("LOOMLINE_RECORD") == "1"


@pytest.fixture(autouse=True, scope="session")
def _addresses() -> None:
    """The registries are full once the addresses are loaded."""
    get_resolver().url_patterns  # noqa: B018


@pytest.fixture(autouse=True)
def _one_day(standing_clock: None) -> None:
    """What is in force today is in force whenever the tests run: a page asks as much on each day."""


@pytest.fixture(autouse=True)
def _seen_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that takes over a minute would note its browser again and count its notices again, one statement
    more than counted.
    """
    monkeypatch.setattr(seen, "EVERY", 86_400.0)
    monkeypatch.setattr(notices, "KEPT", 86_400)


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create(email="sam@example.org", name="Sam Stranger")


@pytest.fixture
def ctx(admin: User) -> Ctx:
    return Ctx.new(actor=admin, via="page", now=NOW, company=Company.current())


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    made = Client()
    made.force_login(stranger)
    return made


@pytest.fixture
def filler(admin: User) -> Filler:
    return Filler(**SAMPLES)


@pytest.fixture
def rows(filler: Filler) -> dict[str, Any]:
    """One row of every Resource, by the Resource's name."""
    Company.current()
    found: dict[str, Any] = {}
    faults: list[str] = []
    for resource in registry.resources.values():
        try:
            found[resource.name] = filler.one(resource.model)
        except Unfillable as fault:
            faults.append(str(fault))
    assert not faults, "Say in tests/domains/<name>/samples.py how to make these:\n" + "\n".join(
        sorted(set(faults))
    )
    return found


class Statements:
    """Counts what a page asks of the database, against the number kept in a file for each domain."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}
        for file in sorted(CEILINGS.glob("*.json")):
            self.kept |= json.loads(file.read_text())
        self.seen: dict[str, int] = {}

    def counted(self, name: str, work: Any) -> Any:
        """Do the work and hold its statements to the ceiling."""
        work()  # Once to fill the caches, so that the count does not hang on what ran before.
        with CaptureQueriesContext(connection) as caught:
            answer = work()
        self.seen[name] = len(caught)
        if not RECORDING:
            ceiling = self.kept.get(name)
            said = "\n".join(q["sql"][:160] for q in caught.captured_queries)
            assert ceiling is not None, f"{name} has no ceiling yet: run with LOOMLINE_RECORD=1"
            assert len(caught) <= ceiling, (
                f"{name}: {len(caught)} statements, the ceiling is {ceiling}\n{said}"
            )
        return answer

    def keep(self) -> None:
        """Write the numbers down."""
        domains: dict[str, dict[str, int]] = defaultdict(dict)
        for name, count in sorted({**self.kept, **self.seen}.items()):
            domains[name.split()[1].split(".")[0]][name] = count
        for domain, counts in domains.items():
            (CEILINGS / f"{domain}.json").write_text(json.dumps(counts, indent=1) + "\n")


@pytest.fixture
def statements() -> Iterator[Statements]:
    made = Statements()
    yield made
    if RECORDING:
        made.keep()
