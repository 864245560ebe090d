from datetime import timedelta

import pytest
from django.utils import timezone

from marketing.errors import LeaseLost
from marketing.models import TrainingRun
from marketing.runs import leases
from tests.factories.marketing import TrainingRunFactory

pytestmark = pytest.mark.django_db
Status = TrainingRun.Status


def test_a_queued_run_is_claimed_once():
    run = TrainingRunFactory()

    first, second = leases.claim(run.id), leases.claim(run.id)

    assert first == leases.Lease(run.id, 1)
    assert second is None
    run.refresh_from_db()
    assert (run.status, run.attempts) == (Status.RUNNING, 1)
    assert run.lease_expires_at > timezone.now()


def test_a_run_is_not_claimed_before_its_pause_is_over():
    run = TrainingRunFactory(not_before=timezone.now() + timedelta(minutes=1))

    assert leases.claim(run.id) is None


def test_a_heartbeat_extends_the_lease_and_appends_to_the_log(settings):
    settings.RUN_LEASE = timedelta(hours=1)
    lease = leases.claim(TrainingRunFactory(log="first\n").id)

    leases.heartbeat(lease, progress=0.25, stage="fitting", log="second\x00\n")

    run = TrainingRun.objects.get()
    assert (run.progress, run.stage, run.log) == (0.25, "fitting", "first\nsecond\n")
    assert run.lease_expires_at > timezone.now() + timedelta(minutes=59)


def test_of_a_log_that_grows_too_long_the_end_is_kept():
    lease = leases.claim(TrainingRunFactory(log="a" * leases.LOG_LIMIT).id)

    leases.heartbeat(lease, progress=0.5, stage="", log="the end")

    log = TrainingRun.objects.get().log
    assert len(log) == leases.LOG_LIMIT
    assert log.endswith("aathe end")


@pytest.mark.parametrize(
    "write",
    [
        lambda lease: leases.heartbeat(lease, progress=0.9, stage="late"),
        lambda lease: leases.finish(lease, status=Status.DEPLOYED, verdict="late"),
        lambda lease: leases.release(lease, reason="late"),
    ],
)
def test_nothing_is_written_with_a_token_that_another_process_has_outdone(write):
    run = TrainingRunFactory()
    old = leases.claim(run.id)
    leases.release(old, reason="gone")
    TrainingRun.objects.update(not_before=None)
    leases.claim(run.id)
    before = TrainingRun.objects.values().get()

    with pytest.raises(LeaseLost):
        write(old)

    assert TrainingRun.objects.values().get() == before


def test_a_released_run_rests_longer_after_each_attempt(settings):
    settings.RUN_LEASE = timedelta(seconds=60)
    run = TrainingRunFactory(attempts=1)
    lease = leases.claim(run.id)

    status = leases.release(lease, reason="out of memory")

    run.refresh_from_db()
    assert status == run.status == Status.QUEUED
    # A sixth of the lease, doubled for the second attempt: 20 seconds.
    assert timedelta(seconds=15) < run.not_before - timezone.now() <= timedelta(seconds=20)
    assert run.log == "Attempt 2 of 4: out of memory\n"


def test_a_run_is_parked_after_its_last_attempt(settings):
    settings.RUN_MAX_ATTEMPTS = 4
    run = TrainingRunFactory(attempts=3)

    status = leases.release(leases.claim(run.id), reason="out of memory")

    run.refresh_from_db()
    assert status == run.status == Status.PARKED
    assert run.verdict == "out of memory"
    assert run.finished_at is not None


def test_a_finished_run_keeps_its_verdict_and_metrics():
    lease = leases.claim(TrainingRunFactory().id)

    leases.finish(lease, status=Status.HELD, verdict="worse", metrics={"ndcg@10": 0.1})

    run = TrainingRun.objects.get()
    assert (run.status, run.verdict, run.metrics, run.progress) == (Status.HELD, "worse", {"ndcg@10": 0.1}, 1.0)
    assert run.lease_expires_at is None
