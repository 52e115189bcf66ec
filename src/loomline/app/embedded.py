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

from loomline.app import binaries, conf, processes
from loomline.app.fault import Fault

ROLE = NAME = "loomline"
PORT = 5432
START_SECONDS = 300
STOP_SECONDS = 60
ROOTS_PLACE = Path("/var/lib/loomline")
LOG_LIMIT = 8 * 1024 * 1024


def socket_folder(cluster: Path) -> Path:
    """A short folder for the socket: the system allows 107 bytes, and data folders are longer."""
    base = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())
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
        conf.make_folder(self.folder.parent)
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
            raise conf.unreachable(self.folder.parent)
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
        command += [
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            *conf.locale_words(self.programs.version),
        ]
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=draft,
            env=conf.clean_environ(),
            **who.popen(),
        )  # type: ignore[call-overload]
        if answer.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise conf.start_fault(answer.stderr + answer.stdout, self.log)
        with (draft / "postgresql.conf").open("a") as text:
            text.write("\n# Ours, rewritten at each start; then yours, never touched.\n")
            text.write("include_if_exists = 'app.conf'\ninclude_if_exists = 'custom.conf'\n")
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
        file = self.folder / "app.conf"
        file.write_text(
            conf.settings_text(
                socket=self.socket, port=self.port, tcp=bool(self.tcp_port), durable=self.durable
            )
        )
        who.own(file)

    def _run(self, who: binaries.Account) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            begin = log.tell()
            self._child = subprocess.Popen(
                [self.programs.program("postgres"), "-D", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=conf.clean_environ(),
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
                raise conf.start_fault(self._log_since(begin), self.log)
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
