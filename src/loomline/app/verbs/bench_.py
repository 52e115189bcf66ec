"""Run benchmarks. Each prints its figures and their ratio to a peer or to the limit, from one run.

They belong to the source tree: get it with git and run them there, or use make bench.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from pathlib import Path

from loomline.app import environment
from loomline.app.environment import Environment
from loomline.app.fault import Fault

FOLDER = environment.ROOT / "benchmarks"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Names, or all."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones; all when none is named")
    parser.add_argument("--list", action="store_true", help="only list the names")


def run(options: argparse.Namespace, env: Environment) -> int:
    """Run each in a process of its own, so that one cannot warm another up."""
    known = {p.stem: p for p in sorted(FOLDER.glob("*.py")) if not p.stem.startswith("_")}
    if not known:
        raise Fault(
            "There are no benchmarks here.", way_out="They come with the source tree, not with the wheel."
        )
    if options.list:
        sys.stdout.write("".join(f"{name}\n" for name in known))
        return 0
    for name in options.names or known:
        if name not in known:
            raise Fault(f"There is no benchmark {name}.", way_out=f"There is: {', '.join(known)}.", code=2)
    # Ctrl-C reaches the benchmark too, which needs a moment to stop its database: we wait for it.
    before = signal.signal(signal.SIGINT, lambda _sign, _frame: None)
    try:
        return _all([known[name] for name in options.names or known])
    finally:
        signal.signal(signal.SIGINT, before)


def _all(files: list[Path]) -> int:
    worst = 0
    for file in files:
        code = _one(file)
        if code in {-signal.SIGINT, 128 + signal.SIGINT}:
            raise KeyboardInterrupt
        worst = max(worst, abs(code))
    return worst


def _one(file: Path) -> int:
    sys.stdout.write(f"\n{file.stem}\n{'-' * len(file.stem)}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", f"{FOLDER.name}.{file.stem}"]
    return subprocess.run(command, cwd=environment.ROOT, check=False).returncode
