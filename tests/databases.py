"""Test databases: migrated once for each state of the tables, then copied in a tenth of a second."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from loomline.app import embedded, environment, fresh
from loomline.app.embedded import Cluster

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".artifacts" / "tests"
# What decides how a migrated database looks: edit a command or a page, and the copy stays good.
DECIDES = ("*/migrations/*.py", "kernel/**/*.py", "surface/find_index.py", "**/models.py", "**/models/*.py")
DECIDES += ("**/apps.py", "**/resources.py", "**/resources/*.py", "**/reference.py", "app/settings.py")
KEPT = 3


@dataclass(frozen=True)
class Databases:
    """Makes the databases of one test process on our embedded server or on the given one."""

    settings: dict[str, Any]
    worker: str

    @contextlib.contextmanager
    def ready(self) -> Iterator[str]:
        """A fresh migrated database, dropped at the end."""
        with self._server(), self.another(self.worker) as name:
            try:
                yield name
            finally:
                connections.close_all()

    @contextlib.contextmanager
    def another(self, called: str) -> Iterator[str]:
        """One more of them on the running server."""
        name = f"test_{os.getpid()}_{called}"
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / "template.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            template = self._template()
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield name
        finally:
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    @contextlib.contextmanager
    def _server(self) -> Iterator[None]:
        if environment.read().database_url:
            yield
            return
        folder = embedded.place(FOLDER)
        self.settings.update(embedded.connection(folder))
        with Cluster(folder, durable=False).running():
            yield

    def _template(self) -> str:
        name = f"template_{fingerprint()}"
        existing = self._names()
        if name not in existing:
            draft = f"draft_{os.getpid()}"
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", draft)
            self._run("CREATE DATABASE {}", draft)
            self._migrate(draft)
            self._run("ALTER DATABASE {} RENAME TO {}", draft, name)
        self._tidy(existing, current=name)
        return name

    def _migrate(self, name: str) -> None:
        wrapper = connections["default"]
        before = wrapper.settings_dict["NAME"]
        wrapper.settings_dict["NAME"] = name
        try:
            if not fresh.create_tables():
                call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        finally:
            wrapper.close()
            wrapper.settings_dict["NAME"] = before

    def _tidy(self, names: list[str], *, current: str) -> None:
        for name in names:
            kind, _, number = name.partition("_")
            pid = number.split("_")[0]
            if kind in {"test", "draft"} and pid.isdigit() and not Path(f"/proc/{pid}").exists():
                self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        templates = [name for name in names if name.startswith("template_") and name != current]
        # The number of a database grows with time, and so does the order of the list.
        for name in templates[: max(0, len(templates) + 1 - KEPT)]:
            with contextlib.suppress(psycopg.errors.ObjectInUse):
                self._run("DROP DATABASE IF EXISTS {}", name)

    def _names(self) -> list[str]:
        with self._session() as session:
            rows = session.execute(
                "SELECT datname FROM pg_database WHERE datname ~ '^(test|draft|template)_' ORDER BY oid"
            )
            return [row[0] for row in rows]

    def _run(self, statement: str, *names: str) -> None:
        with self._session() as session:
            session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _session(self) -> psycopg.Connection[Any]:
        at = self.settings
        return psycopg.connect(
            host=at["HOST"],
            port=at["PORT"],
            user=at["USER"],
            password=at["PASSWORD"] or None,
            dbname="postgres",
            autocommit=True,
        )


def fingerprint() -> str:
    """A short name for the state of everything that decides how the tables look."""
    package = ROOT / "src" / "loomline"
    files = sorted({file for pattern in DECIDES for file in package.glob(pattern)})
    sum_ = hashlib.sha256()
    for file in files:
        sum_.update(str(file.relative_to(package)).encode() + file.read_bytes())
    return sum_.hexdigest()[:12]


def wait_until(question: Any, *, seconds: float = 20.0) -> bool:
    """Ask again until the answer is yes or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if question():
            return True
        time.sleep(0.05)
    return bool(question())
