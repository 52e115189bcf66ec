"""Put the database, all files and the secret key into one archive, while people go on working.

The archive holds everything, password hashes and the secret key too: keep it as safe as the data.
Example: loomline backup /mnt/backups/monday.tar
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from loomline.app import archive
from loomline.app.environment import Environment


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument(
        "file", nargs="?", type=Path, help="where to; loomline-DATE-TIME.tar here when left out"
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def run(options: argparse.Namespace, env: Environment) -> int:
    """Write it and say how big it is."""
    now = datetime.now().astimezone()
    target = (options.file or Path(f"loomline-{now:%Y-%m-%d-%H%M%S}.tar")).absolute()
    made = archive.write(env, target, force=options.force)
    sys.stdout.write(f"{target}: {made['bytes'] / 2**20:.1f} MB.\n")
    return 0
