"""Run a command of Django, with the embedded database running meanwhile. For developers.

Example: loomline manage shell
"""

from __future__ import annotations

import argparse

from django.core.management import execute_from_command_line

from loomline.app import database
from loomline.app.environment import Environment


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything is handed on."""
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND ...", help="for example: shell")


def run(options: argparse.Namespace, env: Environment) -> int:
    """Hand the words on to Django."""
    with database.in_use(env):
        execute_from_command_line(["loomline manage", *options.words])
    return 0
