"""Long work: a row that people can watch and stop, carried out by a worker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connections,
    models,
    transaction,
)
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as queue

from loomline.kernel.command import inside
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent, later_handler, revive
from loomline.kernel.refusal import Refused
from loomline.kernel.state import StateField, States

log = logging.getLogger("loomline.job")
Work = Callable[..., Any]
Report = Callable[[int, int, str], None]
registry: dict[str, Job] = {}
# A lost connection, a deadlock or a row that others hold; what is refused stays refused.
AGAIN = RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=[OperationalError, InterfaceError])


class JobStopped(Refused):
    """Somebody asked the job to stop."""

    says = _("Stopped on request. What was done before stays.")


class JobInterrupted(JobStopped):
    """The worker ended in the middle of work that must not be done twice."""

    says = _("Its worker ended in the middle. What was done before stays; start the rest again.")


class JobState(States):
    WAITING = "waiting", _("Waiting"), "muted"
    RUNNING = "running", _("Running"), "info"
    DONE = "done", _("Done"), "ok"
    FAILED = "failed", _("Failed"), "bad"
    STOPPED = "stopped", _("Stopped"), "warn"


class JobRun(models.Model):
    """One piece of long work: what, for whom, how far, with what result."""

    name = models.CharField(_("name"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    parameters = models.JSONField(_("parameters"), default=dict, encoder=DjangoJSONEncoder)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    state = StateField(JobState, default=JobState.WAITING, verbose_name=_("state"))
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("total"), default=0)
    message = models.TextField(_("message"), blank=True)
    result = models.JSONField(_("result"), default=dict, encoder=DjangoJSONEncoder)
    stop_requested = models.BooleanField(_("asked to stop"), default=False)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [models.Index(fields=["state", "-id"], name="kernel_job_state")]

    def __str__(self) -> str:
        return self.title

    def report(self, done: int, total: int, message: str = "") -> None:
        """Say how far the work is; raises JobStopped when somebody asked for that."""
        self.done, self.total, self.message = done, total, message or self.message
        JobRun.objects.filter(pk=self.pk).update(done=done, total=total, message=self.message)
        if JobRun.objects.filter(pk=self.pk, stop_requested=True).exists():
            raise JobStopped


class Job:
    """A registered kind of long work."""

    def __init__(self, function: Work, title: str | Promise) -> None:
        self.function = function
        self.title = title
        self.name = f"{function.__module__.split('.')[-2]}.{function.__name__}"
        self.interrupted: Work | None = None

    def when_interrupted(self, work: Work) -> Work:
        """Register what is done instead of beginning anew when a worker has ended in the middle."""
        self.interrupted = work
        return work

    def start(self, ctx: Ctx, *, title: str = "", **parameters: Any) -> JobRun:
        """Write the job down; a worker begins when this transaction commits."""
        with transaction.atomic():
            run = JobRun.objects.create(
                name=self.name,
                title=title or str(self.title),
                parameters=parameters,
                actor=ctx.actor,
                created_at=ctx.now,
            )
            queue.configure_task("kernel.run_job", allow_unknown=True).defer(run_id=run.pk)
        return run


def job(*, title: str | Promise) -> Callable[[Work], Job]:
    """Register long work: a function (ctx, run, **parameters) that calls commands and reports."""

    def register(function: Work) -> Job:
        made = Job(function, title)
        registry[made.name] = made
        return made

    return register


@contextmanager
def reporting_apart(run: JobRun) -> Iterator[Report]:
    """Report over a connection of its own.

    For work within one transaction: reported inside it, nobody would see how far it is, and asking it to
    stop would wait for its end.
    """
    with ThreadPoolExecutor(max_workers=1) as apart:

        def report(done: int, total: int, message: str = "") -> None:
            apart.submit(run.report, done, total, message).result()

        try:
            yield report
        finally:
            apart.submit(connections.close_all).result()


def perform(run: JobRun, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> JobRun:
    """Carry a job out here and now; every end is written into its row."""
    kind = registry[run.name]
    work = kind.interrupted if run.state == JobState.RUNNING and kind.interrupted else kind.function
    run.state, run.started_at = JobState.RUNNING, now()
    run.save(update_fields=["state", "started_at"])
    ctx = Ctx.new(actor=run.actor, via="job", now=run.started_at, request_id=f"job-{run.pk}")
    try:
        result = work(ctx, run, **run.parameters)
    except JobStopped as stop:
        run.state, run.message = JobState.STOPPED, str(stop)
    except Refused as refusal:
        run.state, run.message = JobState.FAILED, str(refusal)
    except Exception as fault:
        log.exception("Job %s failed", run.pk)
        run.state = JobState.FAILED
        run.message = str(_("An unexpected fault ended this job: {fault}. The log has the details.")).format(
            fault=fault
        )
    else:
        run.state, run.result = JobState.DONE, result or {}
    run.ended_at = now()
    run.save(update_fields=["state", "message", "result", "ended_at"])
    return run


@queue.task(name="kernel.run_job")
def run_job(run_id: int) -> None:
    """What the worker does with a waiting job. A job that already ended is left alone."""
    close_old_connections()
    run = (
        JobRun.objects.filter(pk=run_id, state__in=(JobState.WAITING, JobState.RUNNING))
        .select_related("actor")
        .first()
    )
    if run is not None:
        perform(run)


@queue.task(name="kernel.hear", retry=AGAIN)
def hear(handler: str, event_id: int, actor_id: int) -> None:
    """Let one handler hear one stored event, in a transaction of its own."""
    close_old_connections()
    stored = StoredEvent.objects.get(pk=event_id)
    actor = get_user_model().objects.get(pk=actor_id)
    ctx = Ctx.new(actor=actor, via="job", request_id=f"event-{event_id}")
    event = revive(stored.name, stored.payload)
    inside(ctx, name=handler.split(".")[-1], work=lambda inner: later_handler(handler)(inner, event))
