"""What `loomline doctor` looks at: each finding says what is wrong and how to mend it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.contrib.staticfiles import finders
from django.core import checks
from django.db import Error as DatabaseError
from django.db import connection

from loomline.app import binaries, database, environment, supervisor, upkeep
from loomline.app.environment import Environment
from loomline.app.fault import Fault

OK, NOTE, BAD = "ok", "note", "bad"
LOW_DISK_MB = 2048
SILENT = "30 seconds"


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    tone: str
    subject: str
    says: str
    way_out: str = ""


def examine(env: Environment) -> Iterator[Finding]:
    """All findings, from the ground up."""
    yield _python()
    yield from _settings(env)
    yield from _data(env)
    yield _disk(env)
    yield _port(env)
    yield _assets()
    yield from _checks()
    yield from _database(env)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(OK, "Python", version)


def _settings(env: Environment) -> Iterator[Finding]:
    for name in environment.unknown(os.environ):
        yield Finding(
            NOTE, "settings", f"{name} is set, and there is no such setting.", "loomline --help lists them."
        )
    if env.debug and env.host not in {"127.0.0.1", "localhost", "::1"}:
        says = "Error pages with details are on, and other machines can reach this one."
        yield Finding(BAD, "settings", says, "Leave LOOMLINE_DEBUG out.")
    if not env.mail_url:
        says = f"No mail server: mails are written to {env.data / 'mail'}."
        yield Finding(NOTE, "mail", says, "Set LOOMLINE_MAIL_URL to send them.")


def _data(env: Environment) -> Iterator[Finding]:
    if not env.data.exists():
        yield Finding(NOTE, "data folder", f"{env.data} is not there yet.", "The first loomline up makes it.")
        return
    if not os.access(env.data, os.W_OK):
        yield Finding(
            BAD, "data folder", f"{env.data} cannot be written to.", "Give your account the right to."
        )
        return
    yield Finding(OK, "data folder", str(env.data))
    key = env.data / "secret-key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding(BAD, "secret key", f"{key} can be read by others.", f"chmod 600 {key}")


def _disk(env: Environment) -> Finding:
    there = next(place for place in (env.data, *env.data.parents) if place.exists())
    free = shutil.disk_usage(there).free // 2**20
    says = f"{free / 1024:.1f} GB free"
    if free < supervisor.FREE_MB:
        return Finding(BAD, "disk", says, "Free some space, or choose another disk with LOOMLINE_DATA.")
    return Finding(
        NOTE if free < LOW_DISK_MB else OK, "disk", says, "Make room soon." if free < LOW_DISK_MB else ""
    )


def _port(env: Environment) -> Finding:
    if supervisor.answers(env):
        return Finding(OK, "web", f"Loomline answers on port {env.port}.")
    try:
        supervisor.check_port(env)
    except Fault as fault:
        return Finding(BAD, "web", fault.what, fault.way_out)
    return Finding(NOTE, "web", f"Nothing runs on port {env.port}.", "Start it with loomline up.")


def _assets() -> Finding:
    found = finders.find("dist/manifest.json")
    if not found:
        return Finding(
            BAD, "assets", "Scripts and styles have not been built.", "Run make setup in the source tree."
        )
    return Finding(OK, "assets", str(Path(str(found)).parent))


def _checks() -> Iterator[Finding]:
    for message in checks.run_checks():
        if message.level >= checks.WARNING:
            tone = BAD if message.level >= checks.ERROR else NOTE
            yield Finding(tone, "code", f"{message.id}: {message.msg}", message.hint or "")


def _database(env: Environment) -> Iterator[Finding]:
    try:
        if env.embedded:
            at = binaries.find(env.pg_bin)
            yield Finding(OK, "PostgreSQL", f"version {at.version} from {at.folder}")
            if not env.data.exists():
                return
        with database.in_use(env):
            yield from _inside(env)
    except Fault as fault:
        yield Finding(BAD, "database", fault.what, fault.way_out)
    except (psycopg.Error, DatabaseError) as error:
        way_out = "Check that the server runs and that LOOMLINE_DATABASE_URL names it rightly."
        yield Finding(BAD, "database", str(error).strip().splitlines()[0], way_out)


def _inside(env: Environment) -> Iterator[Finding]:
    database.check_server()
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        size = cursor.fetchone()[0]
    where = database.cluster_of(env)
    yield Finding(OK, "database", f"{name}, {size}, {where.folder if where else 'on your server'}")
    missing = upkeep.pending()
    if missing:
        yield Finding(BAD, "tables", f"{len(missing)} migrations are missing.", "Run loomline migrate.")
        return
    yield Finding(OK, "tables", "up to date")
    yield from _worker()


def _worker() -> Iterator[Finding]:
    with connection.cursor() as ask:
        ask.execute(
            f"SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '{SILENT}'"
        )
        alive = ask.fetchone()[0]
        ask.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL")
        waiting = ask.fetchone()[0]
        ask.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        failed = ask.fetchone()[0]
    if alive:
        yield Finding(OK, "worker", f"{alive} at work, {waiting} jobs waiting")
    else:
        tone = BAD if waiting else NOTE
        yield Finding(tone, "worker", f"None at work, {waiting} jobs waiting.", "loomline up starts one.")
    if failed:
        yield Finding(
            NOTE, "jobs", f"{failed} jobs have failed.", "The log says why: search it for the word failed."
        )
