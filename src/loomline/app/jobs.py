"""What the worker does for the installation itself, by the clock."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.core.management import call_command
from procrastinate import JobContext
from procrastinate.contrib.django import app

SILENT_SECONDS = 30
KEEP_HOURS = 24 * 14


@app.periodic(cron="* * * * * */20")
@app.task(name="app.rescue_jobs", queueing_lock="app.rescue_jobs", pass_context=True)
async def rescue_jobs(context: JobContext, timestamp: int) -> None:
    """Give the jobs of a worker that was killed to a living one."""
    jobs = context.app.job_manager
    for stalled in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await jobs.retry_job(stalled)


@app.periodic(cron="17 3 * * *")
@app.task(name="app.tidy", queueing_lock="app.tidy", pass_context=True)
async def tidy(context: JobContext, timestamp: int) -> None:
    """Forget jobs that ended long ago and sessions that have run out."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS, include_failed=True)
    await sync_to_async(call_command)("clearsessions")
