"""The worker: what a job puts into the queue is part of the job's own transaction."""

from __future__ import annotations

import pytest
from django.db import transaction
from procrastinate.contrib.django import app as queue
from procrastinate.contrib.django.models import ProcrastinateJob

from loomline.app.worker import WorkerConnector

pytestmark = pytest.mark.django_db(transaction=True)


def _carry_out() -> None:
    with queue.replace_connector(WorkerConnector(queue.connector)) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def _waiting(name: str) -> int:
    found: int = ProcrastinateJob.objects.filter(task_name=name).count()
    return found


@queue.task(name="tests.breaks_off")
def breaks_off() -> None:
    """Put a job into the queue and fail before the transaction commits."""
    with transaction.atomic():
        queue.configure_task("tests.follows").defer()
        raise ArithmeticError


@queue.task(name="tests.looks_ahead")
def looks_ahead() -> None:
    """Put two jobs into the queue and look from outside before the transaction commits."""
    with transaction.atomic():
        queue.configure_task("tests.follows").batch_defer({}, {})
        seen.append(_seen_from_outside())


seen: list[int] = []


def _seen_from_outside() -> int:
    outside = transaction.get_connection().copy()
    try:
        with outside.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tests.follows'")
            [count] = cursor.fetchone()
            return int(count)
    finally:
        outside.close()


@queue.task(name="tests.follows")
def follows() -> None:
    """What comes after."""


def test_what_a_job_deferred_goes_with_its_transaction() -> None:
    breaks_off.defer()
    _carry_out()
    assert ProcrastinateJob.objects.get(task_name="tests.breaks_off").status == "failed"
    assert _waiting("tests.follows") == 0


def test_nobody_begins_what_is_not_committed() -> None:
    seen.clear()
    looks_ahead.defer()
    _carry_out()
    assert seen == [0]
    assert list(
        ProcrastinateJob.objects.filter(task_name="tests.follows").values_list("status", flat=True)
    ) == ["succeeded", "succeeded"]
