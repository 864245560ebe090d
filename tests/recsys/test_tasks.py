import importlib

import pytest
from django.apps import apps
from django_celery_beat.models import PeriodicTask

from marketing.errors import InvalidInput
from marketing.models import TrainingRun
from recsys.tasks import train
from tests.factories.marketing import TrainingRunFactory

pytestmark = pytest.mark.django_db


def test_the_schedule_asks_for_a_run_of_the_default():
    run_id = train()

    run = TrainingRun.objects.get()
    assert (str(run.id), run.slot, run.trigger) == (run_id, "recommender", "schedule")
    assert run.config["algorithm"] == "ease"


def test_the_schedules_arguments_choose_algorithm_and_settings():
    train(algorithm="item_cosine", params={"neighbours": 7})

    config = TrainingRun.objects.get().config
    assert (config["algorithm"], config["params"]["neighbours"]) == ("item_cosine", 7)


def test_a_run_under_way_is_not_doubled():
    active = TrainingRunFactory()

    assert train() == str(active.id)


def test_a_wrong_argument_of_the_schedule_is_refused_by_name():
    with pytest.raises(InvalidInput, match="neighbours"):
        train(algorithm="item_cosine", params={"neighbours": -1})


def test_what_staff_changed_in_the_schedule_stays_when_the_seeding_comes_again():
    PeriodicTask.objects.all().delete()
    seeds = [
        importlib.import_module(name).make_schedule
        for name in (
            "marketing.migrations.0004_schedule",
            "recsys.migrations.0002_schedule",
            "recsys.migrations.0004_rollout_schedule",
        )
    ]
    for seed in seeds:
        seed(apps, None)
    nightly = PeriodicTask.objects.get(name="Train the recommender nightly")
    PeriodicTask.objects.filter(pk=nightly.pk).update(enabled=False, kwargs='{"algorithm": "popularity"}')

    for seed in seeds:
        seed(apps, None)

    nightly.refresh_from_db()
    assert (nightly.enabled, nightly.kwargs) == (False, '{"algorithm": "popularity"}')
    assert PeriodicTask.objects.filter(task="recsys.train").count() == 2
    sweep = PeriodicTask.objects.get(task="marketing.sweep_runs")
    assert (sweep.interval.every, sweep.interval.period) == (15, "seconds")
    assert PeriodicTask.objects.get(task="marketing.make_partitions").crontab is not None
    watch = PeriodicTask.objects.get(task="recsys.check_canaries")
    assert (watch.interval.every, watch.interval.period) == (15, "minutes")
