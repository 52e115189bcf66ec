"""What inventory does by itself."""

from __future__ import annotations

from datetime import timedelta

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import jobs
from loomline.domains.inventory.models import Balance, Reservation
from loomline.kernel.job import JobRun, JobState, perform
from tests.domains.inventory.mill import NOW, Mill


def test_books_that_are_right_are_proved(mill: Mill) -> None:
    mill.receive("10")
    run = perform(jobs.compare_balances.start(mill.ctx))
    assert (run.state, run.result) == (JobState.DONE, {"differences": 0})


def test_books_that_are_wrong_fail_the_job_with_the_place_and_are_mended_by_another(mill: Mill) -> None:
    mill.receive("10")
    Balance.objects.filter(location=mill.shelf).update(on_hand=99)

    failed = perform(jobs.compare_balances.start(mill.ctx))
    assert failed.state == JobState.FAILED
    assert (
        f"1 stock balances differ from the ledger: item {mill.button.pk} at location {mill.shelf.pk}"
        in failed.message
    )

    mended = perform(jobs.rebuild_balances.start(mill.ctx))
    assert mended.result == {"corrected": 1}
    assert mill.balance().on_hand == 10


def test_each_night_the_proof_is_put_on_the_list_of_jobs(mill: Mill) -> None:
    jobs.prove_books(timestamp=0)
    assert JobRun.objects.get().name == "inventory.compare_balances"


def test_what_was_kept_for_a_while_is_freed_by_itself(mill: Mill) -> None:
    mill.receive("10")
    # The job reads the clock itself: a time long past is over on any day.
    inventory.reserve(mill.ctx, demands=[mill.demand("4")], expires_at=NOW - timedelta(days=3650))
    jobs.lapse_reservations(timestamp=0)
    assert not Reservation.objects.exists()
    assert mill.balance().reserved == 0
