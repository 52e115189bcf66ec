"""`loomline up`: database, web and worker as one thing that starts, stays up and stops together."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from loomline.app.embedded import Cluster
from loomline.app.environment import Environment
from loomline.app.fault import Fault

FREE_MB = 256
READY_SECONDS = 90
STOP_SECONDS = 25
LOOK_SECONDS = 0.3
LONGEST_PAUSE = 30.0
FAILURES = 3
ASK = "If it says nothing to you, ask loomline doctor."

Say = Callable[[str], None]


@dataclass
class Child:
    """One process that is started again when it ends by itself."""

    name: str
    command: list[str]
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = 0.0
    failures: int = 0

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches only the supervisor, which knows the order."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, env=self.environ, start_new_session=True)

    def look(self, say: Say) -> None:
        """Start it again if it has ended, each time after a longer pause while it keeps failing."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.kill()
            self.pause = 0.0 if now - self.started > 60 else min(max(1.0, self.pause * 2), LONGEST_PAUSE)
            self.due = now + self.pause
            self.failures += 1
            self.process = None
            why = f"signal {-code}" if code < 0 else f"code {code}"
            say(f"The {self.name} process ended by itself ({why}); it is started again.")
        if now >= self.due:
            self.start()

    def ask_to_stop(self) -> None:
        """Let it finish what it has in hand."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End it and whatever it has started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def wait(self, seconds: float) -> None:
        """Wait for its end, and end it when that takes too long."""
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=max(0.0, seconds))
            self.kill()


@dataclass
class Supervisor:
    """Keeps the children and the embedded database alive until somebody says stop."""

    env: Environment
    cluster: Cluster | None
    say: Say
    children: list[Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def listen_to_signals(self) -> None:
        """Ctrl-C once stops in order; twice stops at once."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._stop_asked)

    def start(self) -> None:
        """Start web and worker, and wait for the first page."""
        environ = os.environ | {"DJANGO_SETTINGS_MODULE": "loomline.app.settings"}
        environ |= {"LOOMLINE_ALLOWED_HOSTS": ",".join(hosts(self.env))}
        for name in ("web", "worker"):
            child = Child(name, [sys.executable, "-m", f"loomline.app.{name}"], environ)
            self.children.append(child)
            child.start()
        until = time.monotonic() + READY_SECONDS
        while not self.stopping.is_set() and not answers(self.env):
            self._look()
            if time.monotonic() > until or any(child.failures >= FAILURES for child in self.children):
                raise Fault("Web server and worker do not start; the reason stands above.", way_out=ASK)
            self.stopping.wait(0.05)

    def stay(self) -> None:
        """Look after the children until somebody says stop."""
        while not self.stopping.wait(LOOK_SECONDS):
            self._look()

    def stop(self) -> None:
        """Stop the children; the database is stopped by whoever started it."""
        for child in self.children:
            child.ask_to_stop()
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.wait(until - time.monotonic())

    def _look(self) -> None:
        if self.cluster is not None and self.cluster.recover():
            self.say("The database ended by itself; it has recovered and runs again.")
        for child in self.children:
            child.look(self.say)

    def _stop_asked(self, _sign: int, _frame: object) -> None:
        if self.stopping.is_set():
            for child in self.children:
                child.kill()
        self.stopping.set()


def end_like_ctrl_c() -> None:
    """Before there is anything to stop in order, every wish to stop ends the work in hand and cleans up."""

    def stop(_sign: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, stop)


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Two supervisors on one folder would each start the other's processes again."""
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (data / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            who = lock.read().strip() or "unknown"
            raise Fault(
                f"Loomline already runs on the data folder {data} (process {who}).",
                way_out="Use that one, stop it with Ctrl-C, or choose another folder with LOOMLINE_DATA.",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_port(env: Environment) -> None:
    """Say that the port is taken before anything is started."""
    if _free(env.host, env.port):
        return
    other = next((p for p in range(env.port + 1, min(env.port + 50, 65535)) if _free(env.host, p)), 0)
    raise Fault(
        f"Port {env.port} is taken by another program.",
        way_out=f"Choose another, for example LOOMLINE_PORT={other or 'a free port'}.",
    )


def check_disk(folder: Path) -> None:
    """Say that the disk is full before the database finds out."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free // 2**20
    if free < FREE_MB:
        raise Fault(
            f"The disk of {folder} is full: {free} MB are free, and Loomline needs {FREE_MB} MB to start.",
            way_out="Free some space, or put the data elsewhere with LOOMLINE_DATA.",
        )


def hosts(env: Environment) -> list[str]:
    """The names under which browsers may ask: the given ones, else those of this machine."""
    if env.allowed_hosts or env.host in {"127.0.0.1", "localhost", "::1"}:
        return list(env.allowed_hosts)
    if env.host not in {"0.0.0.0", "::"}:
        return [env.host]
    return sorted({socket.gethostname(), *_own_addresses()})


def answers(env: Environment) -> bool:
    """Whether the web server is up."""
    host = "127.0.0.1" if env.host in {"0.0.0.0", "::"} else env.host
    ask = http.client.HTTPConnection(host, env.port, timeout=2)
    try:
        ask.request("GET", "/health/")
        return ask.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        ask.close()


def _own_addresses() -> set[str]:
    with contextlib.suppress(OSError):
        return {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    return set()


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
