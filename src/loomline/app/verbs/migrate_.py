"""Bring the tables of the database up to date. `loomline up` does this by itself."""

from __future__ import annotations

import argparse
import sys

from loomline.app import upkeep
from loomline.app.environment import Environment


def arguments(parser: argparse.ArgumentParser) -> None:
    """One switch."""
    parser.add_argument(
        "--check", action="store_true", help="only say what is missing; exit code 1 if anything is"
    )


def run(options: argparse.Namespace, env: Environment) -> int:
    """Migrate, or say what would be done."""
    if options.check:
        missing = upkeep.pending()
        sys.stdout.write("".join(f"{name}\n" for name in missing) or "The tables are up to date.\n")
        return 1 if missing else 0
    steps = upkeep.prepare()
    sys.stdout.write(f"{steps} steps done.\n" if steps else "The tables were up to date.\n")
    return 0
