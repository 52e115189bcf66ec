"""Start the database, the web server and the worker, and print the address. Ctrl-C stops everything.

The first start makes the data folder, the tables and, unless LOOMLINE_DEMO=none, a demo company.
Starting again keeps the data and takes seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from dataclasses import replace

from loomline import __version__
from loomline.app import database, demo, environment, supervisor, upkeep
from loomline.app.environment import Environment
from loomline.app.fault import Fault
from loomline.kernel.refusal import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    """The settings have names in the environment; two of them are asked for most."""
    parser.add_argument("--no-demo", action="store_true", help="start with an empty company")


def run(options: argparse.Namespace, env: Environment) -> int:
    """Start, stay, stop."""
    begin = time.monotonic()
    supervisor.check_port(env)
    supervisor.check_disk(env.data)
    with supervisor.only_one(env.data):
        env.files.mkdir(exist_ok=True)
        environment.secret_key(env)
        with database.in_use(env) as cluster:
            watch = supervisor.Supervisor(env, cluster, _say)
            supervisor.end_like_ctrl_c()
            _say(f"Loomline {__version__}")
            _say(
                f"  data      {env.data}"
                if cluster is not None
                else "  database  the server of LOOMLINE_DATABASE_URL"
            )
            logins = _prepare(replace(env, demo="none") if options.no_demo else env)
            # The supervisor itself asks the database nothing more.
            database.let_go()
            watch.listen_to_signals()
            try:
                watch.start()
                if not watch.stopping.is_set():
                    _welcome(env, logins, time.monotonic() - begin)
                watch.stay()
            finally:
                _say("Stopping ...")
                watch.stop()
        _say("Stopped. The data is kept.")
    return 0


def _prepare(env: Environment) -> list[demo.Login]:
    steps = upkeep.prepare()
    if steps:
        _say(f"  tables    {steps} migrations done")
    if env.demo == "none":
        return []
    if env.demo in demo.names() and demo.database_is_empty():
        _say(f"  demo      loading {env.demo}, once; this takes a minute or two ...")
        try:
            return demo.load(env.demo)
        except (Refused, Fault) as refusal:
            _say(f"  demo      not loaded: {refusal}")
            _say("            Loomline starts empty; the next start tries again, unless LOOMLINE_DEMO=none.")
            return []
    return demo.logins(env.demo)


def _welcome(env: Environment, logins: list[demo.Login], seconds: float) -> None:
    names = ["localhost"] if env.host == "127.0.0.1" else supervisor.hosts(env) or [env.host]
    scheme = "https" if env.https else "http"
    _say("")
    for name in names:
        _say(f"  Open {scheme}://{name}:{env.port}/")
    for login in logins:
        _say(f"    sign in as {login.email} with {login.password} ({login.role})")
    if not logins and demo_free():
        _say("    nobody has an account yet: loomline user create you@example.com --admin")
    _say("")
    _say(f"Ready in {seconds:.1f} s. Ctrl-C stops everything.")


def demo_free() -> bool:
    """Whether a first user is still to be made."""
    try:
        return demo.database_is_empty()
    finally:
        database.let_go()


def _say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
