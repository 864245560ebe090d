"""Real workers on the test's database and broker: what only separate processes can show."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.core.cache import cache

from config.celery import HEARTBEAT_KEY, queues
from marketing.models import Deployment, TrainingRun
from marketing.runs import deployments, services, store
from tests.waiting import is_alive, wait_until


@pytest.fixture
def worker(process_environment, tmp_path):
    """Starts a worker of a queue, as production does, with a short lease and one more kind of run; ends it afterwards."""
    current_app.control.purge()
    environment = {
        **process_environment,
        "DJANGO_SETTINGS_MODULE": "tests.marketing.runs.scripted_settings",
        "RUN_LEASE_SECONDS": "3",
    }
    environment.pop("OMP_NUM_THREADS", None)
    started = []

    def start(queue, *options):
        name = f"{queue}{len(started)}"
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "-Q",
            queue,
            "-n",
            f"{name}@test",
            *options,
        ]
        with (tmp_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "-l", "INFO", "-c", "1"],
                cwd=django_settings.BASE_DIR,
                env=environment,
                stdout=log,
                stderr=log,
            )
        started.append(process)
        wait_until(lambda: b" ready." in (tmp_path / f"{name}.log").read_bytes())
        return process

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=20)
    current_app.control.purge()


@pytest.fixture
def scripted(settings):
    settings.RUN_KINDS = {**settings.RUN_KINDS, "scripted": "tests.marketing.runs.scripted_kind.Scripted"}


def run_now():
    return TrainingRun.objects.get()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_champion_serves_on_when_the_trainer_is_killed_and_the_run_is_retried(worker, scripted, tmp_path):
    old = store.write_artefact(kind="scripted", arrays={"weights": np.zeros(1, np.float32)}, manifest={})
    deployments.deploy(slot="scripted", artefact=old, reason=Deployment.Reason.STAFF)
    trainer = worker("training", "--pool", "solo")
    worker("light")
    services.request_run(slot="scripted", trigger="schedule", config={"until": str(tmp_path / "go")})
    wait_until(lambda: run_now().stage == "waiting")
    child = int(run_now().log.split()[1])

    trainer.kill()
    trainer.wait()

    wait_until(lambda: not is_alive(child))
    assert run_now().status == TrainingRun.Status.RUNNING
    assert deployments.current("scripted").champion == old

    (tmp_path / "go").touch()
    worker("training", "--pool", "solo")

    def retried():
        current_app.send_task("marketing.sweep_runs")  # beat's part
        return run_now().status == TrainingRun.Status.DEPLOYED

    wait_until(retried)
    run = run_now()
    assert run.attempts == 2
    assert "its process has not reported since" in run.log
    assert deployments.current("scripted").champion.run == run


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_light_worker_pins_its_threads_knows_no_torch_and_shows_that_it_works(worker):
    worker("light", "-I", "tests.config.worker_probe")
    before = time.time()

    current_app.send_task("tests.probe", args=["light"])

    assert wait_until(lambda: cache.get("light")) == {"torch": False, "threads": "1"}
    assert wait_until(lambda: cache.get(HEARTBEAT_KEY)) > before - 60


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_trainer_shows_no_heartbeat_of_the_light_queue_and_ends_when_told(worker):
    trainer = worker("training", "--pool", "solo", "-I", "tests.config.worker_probe")
    cache.delete(HEARTBEAT_KEY)
    current_app.send_task("tests.probe", args=["trainer"], queue="training")
    threads = wait_until(lambda: cache.get("trainer"))["threads"]

    os.kill(trainer.pid, signal.SIGTERM)

    assert trainer.wait(timeout=20) == 0
    assert threads is None  # its runs may use all cores
    assert cache.get(HEARTBEAT_KEY) is None


def test_on_rabbitmq_queues_are_replicated_and_end_in_a_dead_letter_queue():
    declared = {queue.name: queue.queue_arguments for queue in queues("amqp://user@rabbit//")}

    assert declared.keys() == {"light", "training"}
    for arguments in declared.values():
        assert arguments["x-queue-type"] == "quorum"
        assert arguments["x-dead-letter-routing-key"] == "dead"


def test_messages_are_json_and_nothing_else():
    conf = current_app.conf

    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])
    assert conf.task_default_queue == "light"


def test_runs_go_to_the_training_queue_and_all_else_to_the_light_one():
    route = current_app.amqp.router.route

    assert route({}, "marketing.execute_run")["queue"].name == "training"
    assert route({}, "marketing.sweep_runs")["queue"].name == "light"


def test_every_scheduled_task_is_one_that_a_worker_knows(db):
    from django_celery_beat.models import PeriodicTask

    scheduled = set(PeriodicTask.objects.values_list("task", flat=True))
    current_app.loader.import_default_modules()

    assert {"recsys.train", "marketing.sweep_runs", "marketing.make_partitions"} <= scheduled
    assert scheduled <= set(current_app.tasks) | {"celery.backend_cleanup"}
