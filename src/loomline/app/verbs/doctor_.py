"""Check the installation from the ground up and say how to mend what is wrong.

Looks at Python, settings, data folder, disk, port, assets, database, tables and worker.
"""

from __future__ import annotations

import argparse
import sys

from loomline.app import health
from loomline.app.environment import Environment

MARK = {health.OK: "ok  ", health.NOTE: "note", health.BAD: "BAD "}


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(options: argparse.Namespace, env: Environment) -> int:
    """Print each finding as it is found; 1 if something must be mended."""
    bad = 0
    for finding in health.examine(env):
        bad += finding.tone == health.BAD
        sys.stdout.write(f"{MARK[finding.tone]}  {finding.subject:<12} {finding.says}\n")
        if finding.way_out:
            sys.stdout.write(f"{'':19}{finding.way_out}\n")
    sys.stdout.write("All is well.\n" if not bad else f"{bad} to mend.\n")
    return 1 if bad else 0
