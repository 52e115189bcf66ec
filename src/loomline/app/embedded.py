"""The embedded PostgreSQL: started when it is first needed, stopped by whoever used it last."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg

from loomline.app import binaries, processes
from loomline.app.fault import Fault

ROLE = NAME = "loomline"
PORT = 5432
START_SECONDS = 300
STOP_SECONDS = 60
ROOTS_PLACE = Path("/var/lib/loomline")
LOG_LIMIT = 8 * 1024 * 1024


def socket_folder(cluster: Path) -> Path:
    """A short folder for the socket: the system allows 107 bytes, and data folders are longer."""
    base = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())  # noqa: S108
    return base / f"loomline-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"


def connection(cluster: Path, *, tcp_port: int = 0) -> dict[str, Any]:
    """The parts of the address of the embedded database as Django names them."""
    host = str(socket_folder(cluster))
    return {"NAME": NAME, "USER": ROLE, "PASSWORD": "", "HOST": host, "PORT": str(tcp_port or PORT)}


def place(data: Path, *, pg_user: str = "") -> Path:
    """Where the cluster of a data folder lies: inside it, unless root chose one that only root can enter."""
    inside = data / "postgres"
    if inside.exists() or binaries.account(wanted=pg_user, cluster=inside).enters(data):
        return inside
    return ROOTS_PLACE / hashlib.sha256(os.fsencode(data)).hexdigest()[:12] / "postgres"


@dataclass
class Cluster:
    """One database folder and the server that runs on it, shared by any number of our processes."""

    folder: Path
    durable: bool = True
    pg_bin: Path | None = None
    pg_user: str = ""
    tcp_port: int = 0
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _users: IO[str] | None = field(default=None, repr=False)
    _programs: binaries.Binaries | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        """The folder of the socket."""
        return socket_folder(self.folder)

    @property
    def port(self) -> int:
        """The port, which names the socket too."""
        return self.tcp_port or PORT

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder.with_name(f"{self.folder.name}.log")

    @property
    def programs(self) -> binaries.Binaries:
        """The programs that run this cluster, found once."""
        if self._programs is None:
            self._programs = binaries.find(self.pg_bin)
        return self._programs

    def start(self) -> None:
        """Attach to the running server, or start it, after making its folder if there is none."""
        _make(self.folder.parent)
        with self._alone():
            if self._users is None:
                self._users = self._file("users").open("a")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if not self.answers():
                self._launch()

    def stop(self) -> None:
        """Stop the server unless another of our processes still uses it."""
        if self._users is None:
            return
        with self._alone():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._halt()
            except BlockingIOError:
                pass
            self._users.close()
            self._users = None

    def recover(self) -> bool:
        """Start the server again if it has died; true if that was needed."""
        if self._child is not None:
            self._child.poll()
        if processes.alive(self._pid(), named="postgres"):
            return False
        with self._alone():
            if self.answers():
                return False
            self._launch()
        return True

    def answers(self) -> bool:
        """Whether a session can be opened now."""
        return self._refusal() == ""

    def connect(self, *, name: str = "postgres") -> psycopg.Connection[Any]:
        """A session of the cluster's owner, outside Django."""
        return psycopg.connect(
            host=str(self.socket), port=self.port, user=ROLE, dbname=name, autocommit=True, connect_timeout=5
        )

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Use the server for a while."""
        self.start()
        try:
            yield
        finally:
            self.stop()

    # Making and starting

    def _launch(self) -> None:
        who = binaries.account(wanted=self.pg_user, cluster=self.folder)
        if not who.enters(self.folder.parent):
            raise _unreachable(self.folder.parent)
        self._programs = binaries.reachable(self.programs, who=who, home=self.folder.parent)
        self._clear_leftovers()
        if not self.folder.exists():
            self._initialise(who)
        self._check_folder()
        self._prepare_socket(who)
        self._configure(who)
        self._run(who)
        self._create_database()

    def _initialise(self, who: binaries.Account) -> None:
        draft = self.folder.with_name(f"{self.folder.name}.new")
        # A folder of this name is what an interrupted first start left; nothing has ever run on it.
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        who.own(draft)
        command = [self.programs.program("initdb"), "-D", str(draft), "-U", ROLE, "-E", "UTF8", "--no-sync"]
        command += ["--auth-local=trust", "--auth-host=scram-sha-256", *_locale(self.programs.version)]
        answer = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, cwd=draft, env=_clean(), **who.popen()
        )  # type: ignore[call-overload]
        if answer.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise _start_fault(answer.stderr + answer.stdout, self.log)
        with (draft / "postgresql.conf").open("a") as conf:
            conf.write("\n# Ours, rewritten at each start; then yours, never touched.\n")
            conf.write("include_if_exists = 'app.conf'\ninclude_if_exists = 'custom.conf'\n")
        draft.rename(self.folder)

    def _check_folder(self) -> None:
        version = self.folder / "PG_VERSION"
        if not version.is_file() or not (self.folder / "global" / "pg_control").is_file():
            raise Fault(
                f"The database folder {self.folder} is half-initialised: its control files are missing.",
                way_out=f"Move it away (mv {self.folder} {self.folder}.broken) and start again; "
                "then bring a backup back with loomline restore.",
            )
        made_by = version.read_text().strip()
        if made_by != str(self.programs.version):
            raise Fault(
                f"The database folder {self.folder} was made by PostgreSQL {made_by}, "
                f"and the programs at hand are version {self.programs.version}.",
                way_out=f"Point LOOMLINE_PG_BIN at PostgreSQL {made_by}, make a backup, move the folder away "
                "and restore the backup with the new version.",
            )

    def _prepare_socket(self, who: binaries.Account) -> None:
        with contextlib.suppress(FileExistsError):
            self.socket.mkdir(mode=0o700)
        if self.socket.is_symlink() or self.socket.stat().st_uid not in {os.geteuid(), who.uid}:
            raise Fault(
                f"The socket folder {self.socket} belongs to somebody else.",
                way_out="Remove it, or put the data folder elsewhere with LOOMLINE_DATA.",
            )
        self.socket.chmod(0o700)
        who.own(self.socket)

    def _configure(self, who: binaries.Account) -> None:
        conf = self.folder / "app.conf"
        conf.write_text(_settings(socket=self.socket, tcp_port=self.tcp_port, durable=self.durable))
        who.own(conf)

    def _run(self, who: binaries.Account) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            begin = log.tell()
            self._child = subprocess.Popen(  # noqa: S603
                [self.programs.program("postgres"), "-D", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=_clean(),
                # Ctrl-C is for us: the server must outlive the processes that still write to it.
                start_new_session=True,
                **who.popen(),
            )  # type: ignore[call-overload]
        self._wait(begin)

    def _wait(self, begin: int) -> None:
        assert self._child is not None
        until = time.monotonic() + START_SECONDS
        while refusal := self._refusal():
            if self._child.poll() is not None:
                raise _start_fault(self._log_since(begin), self.log)
            if time.monotonic() > until:
                raise Fault(
                    f"The database did not answer within {START_SECONDS} s: {refusal}.",
                    way_out=f"Its log is {self.log}; a long recovery goes on when you start again.",
                )
            time.sleep(0.02)

    def _create_database(self) -> None:
        with self.connect() as session:
            if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                session.execute(f"CREATE DATABASE {NAME}")

    # Stopping and cleaning

    def _halt(self) -> None:
        pid = self._pid()
        if not processes.alive(pid, named="postgres"):
            return
        for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10)):
            processes.send(pid, sign)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                if self._child is not None:
                    self._child.poll()
                if not processes.alive(pid, named="postgres"):
                    shutil.rmtree(self.socket, ignore_errors=True)
                    return
                time.sleep(0.02)
        raise Fault(f"The database (process {pid}) does not stop.", way_out=f"Look at its log {self.log}.")

    def _clear_leftovers(self) -> None:
        """Remove the lock of a server that died: its number may belong to a zombie or to a stranger."""
        pid = self._pid()
        if not pid or processes.alive(pid, named="postgres"):
            return
        until = time.monotonic() + 10
        while processes.inside(self.folder, named="postgres") and time.monotonic() < until:
            time.sleep(0.05)
        for orphan in processes.inside(self.folder, named="postgres"):
            processes.send(orphan, signal.SIGKILL)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for lock in self.socket.glob(".s.PGSQL.*"):
            lock.unlink(missing_ok=True)

    # Small helps

    def _pid(self) -> int:
        try:
            return int((self.folder / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return 0

    def _refusal(self) -> str:
        if not (self.socket / f".s.PGSQL.{self.port}").exists():
            return "there is no socket"
        try:
            self.connect().close()
        except psycopg.OperationalError as error:
            return str(error)
        return ""

    def _log_since(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")

    def _file(self, kind: str) -> Path:
        return self.folder.with_name(f"{self.folder.name}.{kind}")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._file("lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(
            f"The data folder {folder} cannot be made: {error.strerror}.",
            way_out="Choose another with LOOMLINE_DATA.",
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Fault(
            f"The data folder {folder} cannot be written to.",
            way_out="Give your account the right to write there, or choose another with LOOMLINE_DATA.",
        )


def _clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))} | {"LC_ALL": "C", "TZ": "UTC"}


def _locale(version: int) -> list[str]:
    if version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _memory_mb() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError):
        return 4096


def _settings(*, socket: Path, tcp_port: int, durable: bool) -> str:
    memory = _memory_mb()
    lines = {
        "listen_addresses": "'127.0.0.1'" if tcp_port else "''",
        "port": tcp_port or PORT,
        "unix_socket_directories": f"'{socket}'",
        "unix_socket_permissions": "0700",
        "max_connections": 100,
        "shared_buffers": f"{min(1024, max(128, memory // 8))}MB",
        "effective_cache_size": f"{max(512, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": 1.1,
        "jit": "off",
        "wal_compression": "pglz",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "10min",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "log_line_prefix": "'%m [%p] '",
        "password_encryption": "'scram-sha-256'",
    }
    if not durable:
        lines |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
    return "".join(f"{name} = {value}\n" for name, value in lines.items())


def _unreachable(folder: Path) -> Fault:
    return Fault(
        f"You started as root, and the account that must run the database cannot enter {folder}.",
        way_out="Put the data elsewhere, for example LOOMLINE_DATA=/var/lib/loomline, or start as an ordinary user.",
    )


def _start_fault(text: str, log: Path) -> Fault:
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return Fault("The disk is full, so the database cannot start.", way_out="Free some space and start again.")
    if "could not bind" in text or "Address already in use" in text:
        return Fault(
            "The database's port on 127.0.0.1 is taken.",
            way_out="Choose another with LOOMLINE_PG_PORT, or leave it out.",
        )
    if "could not create shared memory" in text or "could not map anonymous shared memory" in text:
        return Fault("There is too little memory for the database.", way_out="Close other programs and start again.")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "PANIC" in line]
    reason = (telling or lines or ["it gave no reason"])[-1]
    return Fault(f"The database did not start: {reason}.", way_out=f"Its log is {log}.")
