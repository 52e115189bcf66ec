"""The worker's process: `python -m loomline.app.worker`."""

from __future__ import annotations

import asyncio
import os

import django
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from loomline.app import environment, processes
from loomline.surface import registry

GRACE_SECONDS = 20
# Without polling, jobs that share a lock wait five seconds for each other.
POLL_SECONDS = 0.5


async def work(env: environment.Environment) -> None:
    """Carry out jobs until told to stop; a job in hand gets time to finish."""
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as queue:
        async with queue.open_async():
            await queue.run_worker_async(
                concurrency=env.worker_threads,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=GRACE_SECONDS,
            )


def main() -> None:
    """Work until told to stop."""
    env = environment.read()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loomline.app.settings")
    processes.tether()
    django.setup()
    processes.settle()
    # Who may see which rows is said beside the declarations: jobs ask as pages do.
    registry.load()
    asyncio.run(work(env))


if __name__ == "__main__":
    main()
