"""Print the versions in use, for a bug report."""

from __future__ import annotations

import argparse
import platform
import sys

import django

from loomline import __version__
from loomline.app import binaries
from loomline.app.environment import Environment


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(options: argparse.Namespace, env: Environment) -> int:
    """Print one line."""
    server = (
        "PostgreSQL of your server" if not env.embedded else f"PostgreSQL {binaries.find(env.pg_bin).version}"
    )
    sys.stdout.write(
        f"Loomline {__version__} (Python {platform.python_version()}, Django {django.__version__}, {server}, "
        f"{platform.system()} {platform.machine()})\n"
    )
    return 0
