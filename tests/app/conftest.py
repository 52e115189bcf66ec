"""Two ways to the command line: in this process on the test database, and as a process of its own."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from loomline.app import cli
from tests.installations import COMMAND, any_free_port, copied, environ_of, new_home, plain_environ


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str


Ask = Callable[..., Answer]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run one command in this process, on the database of the tests."""
    # A given address keeps the command from starting a server; Django's settings hold the real one.
    monkeypatch.setenv("LOOMLINE_DATABASE_URL", "postgresql://tests/tests")

    def run(*words: str, stdin: str = "") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = cli.main(words)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run


@pytest.fixture
def loomline(environ: dict[str, str]) -> Ask:
    """Run one command as a process of its own, with an installation of its own."""

    def run(*words: str, stdin: str = "", **settings: str) -> Answer:
        answer = subprocess.run(
            [*COMMAND, *words],
            env=environ | settings,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Answer(answer.returncode, answer.stdout, answer.stderr)

    return run


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder that an unprivileged account can enter, with a name that asks for trouble."""
    yield from new_home()


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """An installation with tables, made once; each test gets a copy."""
    base = Path(tempfile.mkdtemp(prefix="loomline-made-"))
    base.chmod(0o711)
    environ = plain_environ() | {"LOOMLINE_DATA": str(base / "data")}
    answer = subprocess.run([*COMMAND, "migrate"], env=environ, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    yield base / "data"
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def installed(made: Path, home: Path) -> Path:
    """A copy of the installation, in the folder that the commands of this test use."""
    return copied(made, home)


@pytest.fixture
def free_port() -> int:
    return any_free_port()


@pytest.fixture
def environ(home: Path, free_port: int) -> dict[str, str]:
    """The environment of an installation of its own."""
    return environ_of(home, free_port)
