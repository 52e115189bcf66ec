"""What the system knows about other processes."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

PROC = Path("/proc")
# New objects after which the youngest are looked through; a page makes some ten thousand, and keeps few.
YOUNG = 10_000


def alive(pid: int, *, named: str) -> bool:
    """Whether this process runs the program of that name; a zombie does not run."""
    if pid <= 0:
        return False
    if not PROC.is_dir():
        return named in _ps(pid)
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return False
    name, _, rest = text.partition("(")[2].rpartition(")")
    return named.startswith(name) and rest.split()[0] not in {"Z", "X"}


def inside(folder: Path, *, named: str) -> list[int]:
    """The living processes of that name that work in this folder."""
    found: list[int] = []
    for entry in PROC.glob("[0-9]*") if PROC.is_dir() else []:
        try:
            if Path(os.readlink(entry / "cwd")) == folder.resolve() and alive(int(entry.name), named=named):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def send(pid: int, sign: int) -> None:
    """Send a signal; a process that has just gone needs none."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def settle() -> None:
    """Leave what is loaded out of garbage collection: to look through it takes longer than to make a page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)


def tether() -> None:
    """Stop this process when its parent has gone, so that a killed supervisor leaves no orphans."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="tether", daemon=True).start()


def _ps(pid: int) -> str:
    answer = subprocess.run(
        ["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout
