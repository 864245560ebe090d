"""Runs in processes of their own; each test starts one or two."""

import os
import signal
import threading
import time

import pytest
from django.db import connection

from marketing.models import Artefact, Deployment, TrainingRun
from marketing.runs import deployments, leases, process, services
from tests.factories.marketing import TrainingRunFactory
from tests.waiting import is_alive, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
Status = TrainingRun.Status


@pytest.fixture
def execute(scripted_processes):
    """Claims a run of the given end and executes it; gives its row afterwards."""

    def claim_and_execute(run=None, **config):
        run = run or TrainingRunFactory(slot=scripted_processes, config=config)
        process.execute(leases.claim(run.id))
        run.refresh_from_db()
        return run

    return claim_and_execute


@pytest.fixture
def started(scripted_processes, tmp_path):
    """A run that waits in its process until `let_go`; gives (run, process id, thread that watches over it)."""
    run = TrainingRunFactory(slot=scripted_processes, config={"until": str(tmp_path / "go")})
    lease = leases.claim(run.id)

    def watch_over():
        process.execute(lease)
        connection.close()

    thread = threading.Thread(target=watch_over)
    thread.start()
    wait_until(lambda: TrainingRun.objects.get(id=run.id).log)
    run.refresh_from_db()
    yield run, int(run.log.split()[1]), thread
    (tmp_path / "go").touch()
    thread.join()


def test_a_good_run_is_deployed_with_artefact_metrics_and_log(execute):
    run = execute(end="deploy")

    assert (run.status, run.verdict, run.metrics, run.attempts) == (Status.DEPLOYED, "Good.", {"ndcg@10": 0.5}, 1)
    assert run.log.startswith("process ")
    artefact = Artefact.objects.get()
    assert (artefact.run, artefact.version, artefact.metrics) == (run, 1, {"ndcg@10": 0.5})
    assert deployments.current("scripted").champion == artefact
    assert deployments.current("scripted").reason == Deployment.Reason.GATE


@pytest.fixture
def canaries_first(monkeypatch):
    monkeypatch.setenv("SCRIPTED_CANARY_SHARE", "0.1")


@pytest.mark.usefixtures("canaries_first")
def test_with_a_canary_share_the_first_serves_all_and_later_ones_are_tried_beside_it(execute):
    first, second, third = execute(), execute(), execute()

    rows = list(Deployment.objects.order_by("id"))
    made = {run: run.artefacts.get() for run in (first, second, third)}
    assert [row.reason for row in rows] == ["gate", "canary", "canary"]
    assert [row.champion for row in rows] == [made[first]] * 3
    assert [row.canary for row in rows] == [None, made[second], made[third]]
    assert (first.verdict, second.verdict) == (
        "Good.",
        "Good. scripted v2 is tried with 10% of the people as a canary beside scripted v1.",
    )
    assert third.verdict.endswith("beside scripted v1, in the place of scripted v2, whose trial ends.")


@pytest.mark.usefixtures("canaries_first")
def test_a_forced_run_serves_all_at_once_and_ends_the_trial(execute, scripted_processes):
    for _ in range(2):
        execute()

    execute(TrainingRunFactory(slot=scripted_processes, forced=True))

    now = deployments.current("scripted")
    assert (str(now.champion), now.canary) == ("scripted v3", None)


@pytest.mark.usefixtures("canaries_first")
def test_while_a_canary_is_on_trial_the_schedule_waits(execute, scripted_processes):
    for _ in range(2):
        execute()

    waiting = execute(TrainingRunFactory(slot=scripted_processes, trigger=TrainingRun.Trigger.SCHEDULE))

    assert waiting.status == Status.HELD
    assert waiting.verdict.startswith("Held back: scripted v2 is on trial with 10% of the people since ")
    assert Artefact.objects.count() == 2


def test_a_run_that_is_held_back_leaves_no_artefact(execute):
    run = execute(end="hold")

    assert (run.status, run.verdict, run.metrics) == (Status.HELD, "Held back: worse.", {"ndcg@10": 0.1})
    assert not Artefact.objects.exists()


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("refuse", "events: there are none; expected some"),
        ("not_a_number", "weights: 1 of 2 numbers are not finite"),
        ("negative", "the known question is answered with a negative weight"),
    ],
)
def test_what_trying_again_would_not_mend_fails_at_once_and_leaves_nothing(end, message, execute, tmp_path):
    run = execute(end=end)

    assert (run.status, run.verdict) == (Status.FAILED, message)
    assert not Artefact.objects.exists()
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("stumble", "The feature store did not answer."),
        ("crash", "ZeroDivisionError: a bug"),
        ("kill", "its process was ended by SIGKILL, as happens when memory runs out"),
    ],
)
def test_what_may_go_well_next_time_is_queued_again_with_its_reason(end, message, execute):
    run = execute(end=end)

    assert (run.status, run.verdict, run.attempts) == (Status.QUEUED, message, 1)
    assert f"Attempt 1 of 4: {message}" in run.log


def test_a_run_that_is_killed_every_time_is_parked_and_can_be_replayed(execute, settings):
    settings.RUN_MAX_ATTEMPTS = 2
    run = execute(end="kill")
    TrainingRun.objects.update(not_before=None)

    run = execute(run)

    assert (run.status, run.attempts) == (Status.PARKED, 2)
    replayed = services.replay_run(run_id=run.id)
    assert replayed.status == Status.QUEUED


def test_the_traceback_of_a_bug_is_in_the_log(execute):
    run = execute(end="crash")

    assert "Traceback" in run.log
    assert "in crash" in run.log


def test_a_process_that_can_not_even_start_says_why(execute, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.nowhere")

    run = execute(end="deploy")

    assert run.status == Status.QUEUED
    assert "No module named 'tests.nowhere'" in run.log


def test_progress_shows_while_the_run_goes_on(started):
    run, _pid, _thread = started

    wait_until(lambda: TrainingRun.objects.get(id=run.id).stage == "waiting")

    # The last tenth is for writing and deploying: 0.9 · 0.5.
    assert TrainingRun.objects.get(id=run.id).progress == pytest.approx(0.45)


def test_a_cancelled_run_ends_its_process_and_stays_cancelled(started):
    run, pid, thread = started

    services.cancel_run(run_id=run.id)

    thread.join(timeout=20)
    assert not is_alive(pid)
    run.refresh_from_db()
    assert (run.status, run.verdict) == (Status.CANCELLED, "Cancelled by staff.")


def test_a_run_whose_process_is_killed_from_outside_is_queued_again(started):
    run, pid, thread = started

    os.kill(pid, signal.SIGKILL)

    thread.join(timeout=20)
    run.refresh_from_db()
    assert run.status == Status.QUEUED


def test_the_lease_is_kept_for_as_long_as_the_run_goes_on(started):
    run, _pid, _thread = started
    TrainingRun.objects.filter(id=run.id).update(lease_expires_at=run.heartbeat_at)
    before = time.monotonic()

    wait_until(lambda: TrainingRun.objects.get(id=run.id).lease_expires_at > run.heartbeat_at, timeout=15)

    assert time.monotonic() - before < 15
