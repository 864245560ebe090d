"""`manage.py train`, as people type it."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from marketing.management.commands.train import named_value
from marketing.models import TrainingRun
from marketing.runs import deployments
from tests.factories.marketing import TrainingRunFactory
from tests.waiting import wait_until

Status = TrainingRun.Status


def train(*arguments, out=None):
    out = out or io.StringIO()
    call_command("train", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_run_is_trained_here_and_its_verdict_told(scripted_processes):
    said = train(scripted_processes)

    assert "Deployed: Good." in said
    assert "ndcg@10" in said
    assert "scripted v1 serves scripted." in said
    run = TrainingRun.objects.get()
    assert (run.trigger, run.status) == ("command", Status.DEPLOYED)
    assert deployments.current("scripted").champion.run == run


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_an_empty_shop_is_told_what_is_missing(scripted_processes):
    out = io.StringIO()

    with pytest.raises(CommandError, match="did not come to a verdict"):
        train(out=out)

    assert "Failed: events: none tells a preference yet" in out.getvalue()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_run_that_another_process_has_is_followed_to_its_end(scripted_processes, tmp_path):
    run = TrainingRunFactory(slot=scripted_processes, config={"until": str(tmp_path / "go")})

    follower = io.StringIO()

    def train_and_close(out=None):
        try:
            return train(scripted_processes, out=out)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(train_and_close)
        wait_until(lambda: TrainingRun.objects.get().stage == "waiting")
        second = pool.submit(train_and_close, follower)
        wait_until(lambda: "following it" in follower.getvalue())
        (tmp_path / "go").touch()
        said = [first.result(timeout=30), second.result(timeout=30)]

    assert said[1] == f"Run {run.id} is under way in another process; following it.\n{said[0]}"
    assert said[0].startswith("Deployed: Good.")
    assert TrainingRun.objects.count() == 1
    run.refresh_from_db()
    assert run.attempts == 1


@pytest.mark.django_db
def test_a_queued_request_is_left_to_a_worker():
    said = train("--queue")

    run = TrainingRun.objects.get()
    assert said == f"Queued: run {run.id}.\n"
    assert run.status == Status.QUEUED


@pytest.mark.django_db
def test_algorithm_settings_and_force_reach_the_run():
    train("--queue", "--force", "--algorithm", "item_cosine", "--set", "neighbours=20", "--set", "seed=1")

    run = TrainingRun.objects.get()
    assert run.forced
    assert run.config["algorithm"] == "item_cosine"
    assert (run.config["params"]["neighbours"], run.config["params"]["seed"]) == (20, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["weather"], "slot: 'weather' is not known"),
        (["--algorithm", "oracle"], "algorithm: 'oracle' is not known"),
        (["--set", "neighbours"], "set: is 'neighbours'; expected name=value"),
        (["--set", "colour=red"], "colour: is not a setting of this algorithm"),
        (["--set", "regularization=NaN"], "regularization: is nan"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(arguments, message):
    with pytest.raises(CommandError, match=message):
        train("--queue", *arguments)

    assert not TrainingRun.objects.exists()


@pytest.mark.django_db
def test_another_configuration_than_that_of_the_run_under_way_is_told():
    TrainingRunFactory(config={"algorithm": "ease"})

    with pytest.raises(CommandError, match="under way with another configuration"):
        train("--queue", "--algorithm", "popularity")


@pytest.mark.parametrize(
    ("text", "value"),
    [("a=1", ("a", 1)), ("a=1.5", ("a", 1.5)), ("a=null", ("a", None)), ("a=cpu", ("a", "cpu")), ("a=", ("a", ""))],
)
def test_a_value_is_json_or_else_a_text(text, value):
    assert named_value(text) == value
