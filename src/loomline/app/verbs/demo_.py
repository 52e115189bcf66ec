"""Fill an empty database with a demo company, told in the same commands that people use.

Example: loomline demo knitwear
"""

from __future__ import annotations

import argparse
import sys
import time

from loomline.app import demo, upkeep
from loomline.app.environment import Environment


def arguments(parser: argparse.ArgumentParser) -> None:
    """The name."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="which one; without it they are listed")


def run(options: argparse.Namespace, env: Environment) -> int:
    """Load it and say how to sign in."""
    if options.name is None:
        sys.stdout.write(
            "".join(f"{name}\n" for name in demo.names()) or "This installation carries no demos.\n"
        )
        return 0
    demo.check(options.name)
    upkeep.prepare()
    begin = time.monotonic()
    logins = demo.load(options.name)
    sys.stdout.write(f"The demo {options.name} is loaded, in {time.monotonic() - begin:.0f} s.\n")
    sys.stdout.write("".join(f"  {login.email:<28} {login.password:<16} {login.role}\n" for login in logins))
    return 0
