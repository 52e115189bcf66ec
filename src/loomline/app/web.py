"""The web server's process: `python -m loomline.app.web`."""

from __future__ import annotations

import os

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from loomline.app import environment, processes

KILL_SECONDS = 10


def main() -> None:
    """Serve until told to stop."""
    env = environment.read()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loomline.app.settings")
    processes.tether()
    Server(
        "loomline.app.asgi:application",
        address=env.host,
        port=env.port,
        interface=Interfaces.ASGI,
        workers=env.web_processes,
        websockets=False,
        # Streams that stay open must not use up the requests a process may take.
        backpressure=4096,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
