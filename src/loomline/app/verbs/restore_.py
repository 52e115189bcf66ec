"""Bring an archive of `loomline backup` back. What is in the database now is lost.

Stop Loomline first. An archive of an older version is brought up to date on the way.
Example: loomline restore /mnt/backups/monday.tar
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from loomline.app import archive, supervisor
from loomline.app.environment import Environment
from loomline.app.fault import Fault


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where from."""
    parser.add_argument("file", type=Path, help="the archive")
    parser.add_argument("--replace", action="store_true", help="throw away what is in the database now")


def run(options: argparse.Namespace, env: Environment) -> int:
    """Refuse to throw data away unless asked to; then restore in one transaction."""
    with supervisor.only_one(env.data):
        if archive.tables_with_rows() and not options.replace:
            raise Fault(
                "The database is not empty, and restoring would throw its contents away.",
                way_out="Make a backup of it first, then add --replace.",
            )
        manifest = archive.read(env, options.file)
    sys.stdout.write(f"Restored: made {manifest['made_at']} by Loomline {manifest['loomline']}.\n")
    return 0
