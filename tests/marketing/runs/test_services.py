import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from marketing.errors import Conflict, InvalidInput, NotFound
from marketing.models import TrainingRun
from marketing.runs import leases, services
from tests.factories.marketing import TrainingRunFactory

Status, Trigger = TrainingRun.Status, TrainingRun.Trigger


@pytest.fixture
def broker():
    """Empty queues; gives what stands in the training queue, in order."""
    current_app.control.purge()

    def waiting():
        found = []
        with current_app.connection_for_read() as link:
            while message := link.default_channel.basic_get("training", no_ack=True):
                found.append(message.decode()[0][0])
        return found

    yield waiting
    current_app.control.purge()


@pytest.mark.django_db
def test_a_request_is_queued_with_its_whole_configuration_and_sent_on_commit(
    broker, django_capture_on_commit_callbacks, kim
):
    with django_capture_on_commit_callbacks(execute=True):
        run = services.request_run(slot="recommender", trigger=Trigger.ADMIN, user=kim)
        sent_before_commit = broker()

    assert sent_before_commit == []
    assert broker() == [str(run.id)]
    run.refresh_from_db()
    assert (run.status, run.requested_by) == (Status.QUEUED, kim)
    assert run.config["algorithm"] == "ease"
    assert run.config["params"]["regularization"] == 400.0


@pytest.mark.django_db(transaction=True)
def test_triggers_at_the_same_moment_give_one_run(broker):
    together, given = threading.Barrier(6), []

    def trigger():
        together.wait()
        given.append(services.request_run(slot="recommender", trigger=Trigger.SCHEDULE).id)
        connection.close()

    threads = [threading.Thread(target=trigger) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(given) == 6
    assert set(given) == {TrainingRun.objects.get().id}
    assert broker() == [str(given[0])]


@pytest.mark.django_db
def test_a_run_that_has_ended_makes_room_for_the_next():
    ended = TrainingRunFactory(status=Status.HELD)

    run = services.request_run(slot="recommender", trigger=Trigger.COMMAND)

    assert run.id != ended.id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slot", "config", "field"),
    [
        ("weather", {}, "slot"),
        ("recommender", {"algorithm": "oracle"}, "algorithm"),
        ("recommender", {"algorithm": 7}, "algorithm"),
        ("recommender", {"params": {"lambda": 1}}, "lambda"),
        ("recommender", {"params": {"regularization": float("nan")}}, "regularization"),
        ("recommender", {"params": [1]}, "params"),
        ("recommender", {"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_request_is_refused_and_names_the_field(slot, config, field):
    with pytest.raises(InvalidInput) as refused:
        services.request_run(slot=slot, trigger=Trigger.COMMAND, config=config)

    assert refused.value.field == field
    assert not TrainingRun.objects.exists()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_request_while_the_broker_is_down_is_kept_and_sent_by_the_sweep(broker, process_environment):
    command = [sys.executable, "-m", "django", "train", "--queue"]
    no_broker = {**process_environment, "BROKER_URL": "redis+socket:///nowhere/valkey.sock"}

    asked = subprocess.run(
        command, env=no_broker, cwd=django_settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
    )
    run = TrainingRun.objects.get()
    swept = services.sweep()

    assert (asked.returncode, asked.stdout) == (0, f"Queued: run {run.id}.\n")
    assert "did not take run" in asked.stderr
    assert swept == {"released": 0, "sent": 1}
    assert broker() == [str(run.id)]


@pytest.mark.django_db
def test_a_message_under_way_is_not_sent_again_until_it_must_have_been_lost(broker):
    run = TrainingRunFactory()
    services.sweep()
    soon = services.sweep()
    TrainingRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    late = services.sweep()

    assert (soon["sent"], late["sent"]) == (0, 1)
    assert broker() == [str(run.id)] * 2


@pytest.mark.django_db
def test_the_sweep_takes_back_runs_that_no_longer_report_and_leaves_the_living(broker):
    dead = TrainingRunFactory()
    leases.claim(dead.id)
    TrainingRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    alive = TrainingRunFactory(slot="other")
    leases.claim(alive.id)

    swept = services.sweep()

    dead.refresh_from_db()
    alive.refresh_from_db()
    assert swept == {"released": 1, "sent": 0}  # it rests before it is sent
    assert (dead.status, alive.status) == (Status.QUEUED, Status.RUNNING)
    assert "has not reported since" in dead.log


@pytest.mark.django_db
def test_a_cancelled_run_can_no_longer_be_written_to(broker):
    run = TrainingRunFactory()
    lease = leases.claim(run.id)

    cancelled = services.cancel_run(run_id=run.id)

    assert cancelled.status == Status.CANCELLED
    with pytest.raises(services.leases.LeaseLost):
        leases.finish(lease, status=Status.DEPLOYED, verdict="too late")


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.DEPLOYED, Status.HELD, Status.FAILED, Status.PARKED, Status.CANCELLED])
def test_a_run_that_has_ended_is_not_cancelled(status):
    run = TrainingRunFactory(status=status)

    with pytest.raises(Conflict, match="ended already"):
        services.cancel_run(run_id=run.id)


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.FAILED, Status.PARKED, Status.CANCELLED])
def test_a_run_that_ended_badly_is_replayed_with_all_its_attempts(status, broker, django_capture_on_commit_callbacks):
    run = TrainingRunFactory(status=status, attempts=4, token=4, verdict="out of memory")

    with django_capture_on_commit_callbacks(execute=True):
        replayed = services.replay_run(run_id=run.id)

    assert (replayed.status, replayed.attempts, replayed.verdict) == (Status.QUEUED, 0, "")
    assert broker() == [str(run.id)]
    assert leases.claim(run.id) == leases.Lease(run.id, 5)


@pytest.mark.django_db
def test_a_run_is_not_replayed_beside_an_active_one_nor_after_a_good_end():
    parked = TrainingRunFactory(status=Status.PARKED)
    deployed = TrainingRunFactory(status=Status.DEPLOYED)
    TrainingRunFactory(status=Status.QUEUED)

    with pytest.raises(Conflict, match="Another run"):
        services.replay_run(run_id=parked.id)
    with pytest.raises(Conflict, match="Only parked"):
        services.replay_run(run_id=deployed.id)


@pytest.mark.django_db
@pytest.mark.parametrize("act", [services.cancel_run, services.replay_run])
def test_a_run_that_does_not_exist_is_not_found(act):
    with pytest.raises(NotFound):
        act(run_id="01900000-0000-7000-8000-000000000000")
