"""What the worker does for notes."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app as queue

from loomline.domains.timeline import commands


@queue.periodic(cron="50 3 * * *")
@queue.task(name="timeline.sweep_files", queueing_lock="timeline.sweep_files")
def sweep_files(timestamp: int) -> None:
    """Each night, remove the files of notes that are gone."""
    commands.sweep_files(now=datetime.now(UTC))
