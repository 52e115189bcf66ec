"""Starting the real command in processes of its own, as a person does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Loomline = Callable[..., "subprocess.CompletedProcess[str]"]
COMMAND = [sys.executable, "-m", "loomline"]


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder that an unprivileged account can enter, with a name that asks for trouble."""
    base = Path(tempfile.mkdtemp(prefix="loomline-app-"))
    base.chmod(0o711)
    yield base / "dätä with spaces"
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """An installation with tables and reference rows, made once; each test gets a copy."""
    base = Path(tempfile.mkdtemp(prefix="loomline-made-"))
    base.chmod(0o711)
    words = [*COMMAND, "migrate"]
    answer = subprocess.run(
        words, env=plain_environ() | {"LOOMLINE_DATA": str(base / "data")}, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    yield base / "data"
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def installed(made: Path, home: Path) -> Path:
    """A copy of the installation, in the folder that the commands of this test use."""
    subprocess.run(["cp", "-a", str(made), str(home)], check=True)
    return home


def plain_environ() -> dict[str, str]:
    """The environment without any setting of ours."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LOOMLINE_")}
    plain.pop("DJANGO_SETTINGS_MODULE", None)
    return plain


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environ(home: Path, free_port: int) -> dict[str, str]:
    """The environment of an installation of its own, with no settings of ours left in it."""
    return plain_environ() | {
        "LOOMLINE_DATA": str(home),
        "LOOMLINE_PORT": str(free_port),
        "LOOMLINE_DEMO": "none",
    }


@pytest.fixture
def loomline(environ: dict[str, str]) -> Loomline:
    """Run one command to its end."""

    def run(*words: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words],
            env=environ | settings,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    return run
