"""The worker's process: `python -m loomline.app.worker`."""

from __future__ import annotations

import asyncio
import os

import django
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from loomline.app import environment, processes
from loomline.surface import registry

GRACE_SECONDS = 20
# Without polling, jobs that share a lock wait five seconds for each other.
POLL_SECONDS = 0.5


class WorkerConnector(PsycopgConnector):
    """Fetches jobs over connections of its own; what a job defers goes into the job's own transaction.

    Otherwise the next job could begin before this one commits, and would stay when this one is taken back.
    """

    def __init__(self, deferring: BaseConnector) -> None:
        super().__init__(kwargs=connector_params("default"))
        self._deferring = deferring

    def get_sync_connector(self) -> BaseConnector:
        """Django's connection of the thread that asks."""
        return self._deferring


async def work(env: environment.Environment) -> None:
    """Carry out jobs until told to stop; a job in hand gets time to finish."""
    with app.replace_connector(WorkerConnector(app.connector)) as queue:
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
