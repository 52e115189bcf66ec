"""From a bare Python to a ready environment: what every target of the Makefile runs first.

Only the standard library, because nothing else is there yet. Does nothing when nothing changed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = VENV / "loomline-prepared.json"
GROUPS = ("build", "core", "planning", "spark", "dev")
LAZY = {"planning", "spark", "dev"}
NEEDED_MB = 3000


def main() -> int:
    """Make the virtual environment, install the locked packages and build the assets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "groups", nargs="*", choices=[*GROUPS, []], help="which locks of requirements/ to install"
    )
    groups = ["build", "core", "planning", *parser.parse_args().groups]

    if sys.version_info < (3, 11):  # noqa: UP036 - nothing has checked it before
        return _fail("Loomline needs Python 3.11 or newer, and this is " + sys.version.split()[0] + ".")
    _make_environment()
    with (VENV / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = json.loads(STATE.read_text()) if STATE.is_file() else {}
        wanted = {group: _digest(ROOT / "requirements" / f"{group}.txt") for group in dict.fromkeys(groups)}
        missing = [group for group in wanted if done.get(group) != wanted[group]]
        if missing and not _install(missing):
            return _fail("Installing the packages failed; the reason stands above. " + _hint())
        project = _digest(ROOT / "pyproject.toml")
        if missing or done.get("project") != project:
            if not _install_project():
                return _fail("Installing Loomline itself failed; the reason stands above.")
            STATE.write_text(json.dumps(done | wanted | {"project": project}))
    return subprocess.run(
        [
            PYTHON,
            ROOT / "tools" / "build_assets.py",
        ],
        check=False,
    ).returncode


def _make_environment() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0:
        return
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MB:
        sys.exit(_fail(f"The disk is full: {free} MB are free, and the packages need {NEEDED_MB} MB."))
    _say("Making the virtual environment .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    if importlib.util.find_spec("ensurepip") is not None:
        made = subprocess.run([sys.executable, "-m", "venv", VENV], check=False).returncode == 0
    else:
        # Debian without python3-venv: the pip at hand puts a pip into the environment.
        made = (
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", VENV], check=False).returncode == 0
            and _pip_of(sys.executable, "--python", str(PYTHON), "install", "--quiet", "pip") == 0
        )
    if not made:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            _fail(
                "The virtual environment could not be made. On Debian and Ubuntu: apt install python3-venv."
            )
        )


def _install(groups: list[str]) -> bool:
    _say(f"Installing the packages of {', '.join(f'requirements/{g}.txt' for g in groups)} ...")
    return all(_install_lock(group) for group in groups)


def _install_lock(group: str) -> bool:
    words = [
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "-r",
        str(ROOT / "requirements" / f"{group}.txt"),
    ]
    # Compiling thousands of files that one forecast in a while imports takes longer than fetching them.
    return _pip_of(str(PYTHON), *words, *(["--no-compile"] if group in LAZY else [])) == 0


def _install_project() -> bool:
    words = ("install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))
    return _pip_of(str(PYTHON), *words) == 0


def _pip_of(python: str, *words: str) -> int:
    environ = os.environ | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run([python, "-m", "pip", *words], env=environ, cwd=ROOT, check=False).returncode


def _digest(path: Path) -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    return hashlib.sha256(version.encode() + path.read_bytes()).hexdigest()


def _hint() -> str:
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MB:
        return f"The disk has only {free} MB free; make room and run the same command again."
    return "Is the network there? Run the same command again: what is done stays done."


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _fail(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
