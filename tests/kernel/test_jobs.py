"""Work within one transaction can be watched and stopped all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from loomline.domains.accounts.models import User
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobStopped, reporting_apart


@pytest.fixture
def run(transactional_db: None) -> JobRun:
    ada = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    now = Ctx.new(actor=ada, via="job").now
    return JobRun.objects.create(name="kernel.none", title="Long", actor=ada, created_at=now)


def elsewhere(work: Any) -> Any:
    """What another connection sees."""
    with ThreadPoolExecutor(1) as other:
        try:
            return other.submit(work).result()
        finally:
            other.submit(connections.close_all).result()


def test_progress_is_seen_outside_of_a_transaction_that_is_still_open(run: JobRun) -> None:
    with transaction.atomic(), reporting_apart(run) as report:
        User.objects.create(email="mei@example.org", name="Mei Lin")
        report(3, 10, "Orders")
        assert elsewhere(lambda: JobRun.objects.values_list("done", "total", "message").get()) == (
            3,
            10,
            "Orders",
        )
        assert elsewhere(User.objects.count) == 1


def test_a_stop_is_heard_within_a_transaction(run: JobRun) -> None:
    with transaction.atomic(), reporting_apart(run) as report:
        report(3, 10, "Orders")
        elsewhere(lambda: JobRun.objects.update(stop_requested=True))
        with pytest.raises(JobStopped):
            report(4, 10, "Orders")
