"""Backups: one archive with the database, the files and the key that signs sessions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from loomline import __version__
from loomline.app import binaries, database, upkeep
from loomline.app.environment import Environment
from loomline.app.fault import Fault

MANIFEST = "loomline-backup.json"
DUMP = "database.dump"
FILES = "files"
KEY = "secret-key"

# All or nothing: everything that was there goes, in the transaction that brings the archive in.
EMPTY = "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"


def write(env: Environment, target: Path, *, force: bool = False) -> dict[str, Any]:
    """Write the archive beside its place and move it there only when it is whole."""
    if target.exists() and not force:
        raise Fault(f"{target} exists already.", way_out="Choose another name, or add --force.", code=2)
    if not target.parent.is_dir():
        raise Fault(
            f"The folder {target.parent} does not exist.", way_out="Make it, or choose another.", code=2
        )
    manifest = _manifest()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".loomline-backup-") as folder:
        draft = Path(folder)
        dump = draft / DUMP
        _run(
            env,
            "pg_dump",
            "--format=custom",
            "--compress=gzip:1",
            "--no-owner",
            "--no-privileges",
            f"--file={dump}",
        )
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1))
        archive = draft / "archive.tar"
        _pack(archive, {MANIFEST: draft / MANIFEST, DUMP: dump, FILES: env.files, KEY: env.data / KEY})
        # It holds passwords' hashes and the key.
        archive.chmod(0o600)
        archive.replace(target)
    return manifest | {"bytes": target.stat().st_size}


def read(env: Environment, source: Path) -> dict[str, Any]:
    """Bring an archive back: database and files as they were, then up to date with this version."""
    with _open(source) as tar, tempfile.TemporaryDirectory(dir=env.data, prefix=".restore-") as folder:
        draft = Path(folder)
        manifest = _check(tar, source)
        tar.extractall(draft, filter="data")
        _load(env, draft / DUMP)
        _swap(draft / FILES, env.files)
        if (draft / KEY).is_file() and not env.secret_key:
            (draft / KEY).chmod(0o600)
            (draft / KEY).replace(env.data / KEY)
    database.let_go()
    upkeep.prepare()
    return manifest


def tables_with_rows() -> bool:
    """Whether a restore would throw something away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('accounts_user') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_user WHERE NOT is_system)")
        return bool(cursor.fetchone()[0])


def _pack(archive: Path, places: dict[str, Path]) -> None:
    with tarfile.open(archive, "w") as tar:
        for name, place in places.items():
            if place.exists():
                tar.add(place, name)


def _manifest() -> dict[str, Any]:
    applied = MigrationLoader(connection).applied_migrations
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    return {
        "loomline": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "postgresql": server,
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
    }


def _open(source: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(source)
    except FileNotFoundError as error:
        raise Fault(f"There is no file {source}.", code=2) from error
    except (tarfile.TarError, OSError) as error:
        raise _not_ours(source) from error


def _check(tar: tarfile.TarFile, source: Path) -> dict[str, Any]:
    try:
        entry: IO[bytes] | None = tar.extractfile(MANIFEST)
        manifest: dict[str, Any] = json.loads(entry.read()) if entry else {}
        tar.getmember(DUMP)
    except (KeyError, ValueError, tarfile.TarError) as error:
        raise _not_ours(source) from error
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    known = {f"{app}.{name}" for app, name in on_disk} | _replaced(on_disk)
    newer = [name for name in manifest.get("migrations", []) if name not in known]
    if newer:
        raise Fault(
            f"{source} was made by a newer Loomline ({manifest.get('loomline')}): "
            f"this one does not know {newer[0]}.",
            way_out="Install that version and restore again.",
        )
    return manifest


def _replaced(on_disk: Mapping[tuple[str, str], Migration]) -> set[str]:
    return {f"{app}.{name}" for migration in on_disk.values() for app, name in migration.replaces}


def _load(env: Environment, dump: Path) -> None:
    script = dump.with_suffix(".sql")
    _run(
        env,
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        f"--file={script}",
        str(dump),
        bare=True,
    )
    database.let_go()
    _run(
        env,
        "psql",
        "-X",
        "-q",
        "-1",
        "-v",
        "ON_ERROR_STOP=1",
        "-o",
        os.devnull,
        "-c",
        EMPTY,
        "-f",
        str(script),
    )


def _swap(new: Path, place: Path) -> None:
    old = place.with_name(f"{place.name}.before-restore")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    if new.exists():
        shutil.move(new, place)
    else:
        place.mkdir(parents=True)
    shutil.rmtree(old, ignore_errors=True)


def _run(env: Environment, program: str, *arguments: str, bare: bool = False) -> None:
    at = database.address()
    # Through the environment, because a command line can be read by everybody on the machine.
    names = {
        "dbname": "PGDATABASE",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "host": "PGHOST",
        "port": "PGPORT",
    }
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    place = {} if bare else {variable: str(at[name]) for name, variable in names.items() if name in at}
    command = [binaries.find(env.pg_bin).program(program), *arguments]
    answer = subprocess.run(command, env=os.environ | place, capture_output=True, text=True, check=False)
    if answer.returncode:
        lines = [line for line in answer.stderr.splitlines() if "error" in line.lower()] or [
            answer.stderr.strip()
        ]
        way_out = "Nothing was changed."
        if "out of shared memory" in lines[0]:
            way_out += (
                " Set max_locks_per_transaction = 512 in the server's configuration, and start it again."
            )
        raise Fault(f"{program} refused: {lines[0]}", way_out=way_out)


def _not_ours(source: Path) -> Fault:
    return Fault(
        f"{source} is not a Loomline backup.", way_out="Give a file that loomline backup made.", code=2
    )
