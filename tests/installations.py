"""Installations of their own: a data folder, a port, and `loomline up` as a process that is watched."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.databases import FOLDER, ROOT, wait_until

SEASON = FOLDER / "season"
COMMAND = [sys.executable, "-m", "loomline"]


def new_home() -> Iterator[Path]:
    """A folder that is removed at the end; the data folder in it is not there yet."""
    base = Path(tempfile.mkdtemp(prefix="loomline-app-"))
    base.chmod(0o711)
    yield base / "dätä with spaces"
    shutil.rmtree(base, ignore_errors=True)


def copied(made: Path, home: Path) -> Path:
    """Copy an installation with its owners."""
    subprocess.run(["cp", "-a", str(made), str(home)], check=True)
    return home


@contextlib.contextmanager
def season() -> Iterator[Running]:
    """The knitwear company as `make run` starts it. The season is told once, then its data are copied."""
    with tempfile.TemporaryDirectory(prefix="loomline-season-") as folder:
        Path(folder).chmod(0o711)
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / "season.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            mark = SEASON / "told"
            if not mark.is_file() or mark.read_text() != _telling():
                shutil.rmtree(SEASON, ignore_errors=True)
                SEASON.mkdir(mode=0o711)
                with up(_knitwear(SEASON / "data"), seconds=400):
                    pass
                mark.write_text(_telling())
            copied(SEASON / "data", Path(folder) / "data")
        with up(_knitwear(Path(folder) / "data"), seconds=120) as running:
            yield running


def _knitwear(home: Path) -> dict[str, str]:
    return environ_of(home, any_free_port()) | {"LOOMLINE_DEMO": "knitwear"}


def _telling() -> str:
    """What decides how the season is told: the day, and every file of the system and of the demo."""
    sum_ = hashlib.sha256(str(datetime.now(UTC).date()).encode())
    for file in sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "demo").rglob("*.py")]):
        sum_.update(file.read_bytes())
    return sum_.hexdigest()


def any_free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environ_of(home: Path, port: int) -> dict[str, str]:
    """The settings of an installation, and none of the tests' own."""
    return plain_environ() | {
        "LOOMLINE_DATA": str(home),
        "LOOMLINE_PORT": str(port),
        "LOOMLINE_DEMO": "none",
    }


def plain_environ() -> dict[str, str]:
    """The environment without any setting of ours."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LOOMLINE_")}
    plain.pop("DJANGO_SETTINGS_MODULE", None)
    return plain


@dataclass
class Running:
    """One `loomline up` and what it has printed."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    lines: list[str] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """The status and body of one request."""
        ask = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            ask.request("GET", path, headers=headers)
            answer = ask.getresponse()
            return answer.status, answer.read()
        finally:
            ask.close()

    def healthy(self) -> bool:
        """True while the web process answers."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/health/")[0] == 200
        return False

    def says(self, text: str, *, seconds: float = 60) -> bool:
        """True as soon as it has printed a line with this text."""
        return wait_until(lambda: any(text in line for line in self.lines), seconds=seconds)

    def children(self, named: str) -> list[int]:
        """Its processes of this name."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and any(named.encode() in word for word in words):
                    found.append(int(entry.name))
        return found

    def everybody(self) -> list[int]:
        """Every process of this installation: they carry its data folder in their environment."""
        mark = f"LOOMLINE_DATA={self.data}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0") and int(entry.name) != os.getpid():
                    found.append(int(entry.name))
        return found


@contextlib.contextmanager
def up(environ: dict[str, str], *, seconds: float = 60) -> Iterator[Running]:
    """Start an installation, wait until it is ready, and stop it at the end."""
    process = subprocess.Popen(
        [*COMMAND, "up"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    running = Running(process, int(environ["LOOMLINE_PORT"]), Path(environ["LOOMLINE_DATA"]))

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            running.lines.append(line)

    threading.Thread(target=read, daemon=True).start()
    try:
        assert running.says("Ready in", seconds=seconds), running.lines
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)
        process.kill()
