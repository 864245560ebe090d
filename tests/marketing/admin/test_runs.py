from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketing.models import TrainingRun
from tests.callers import caller
from tests.factories.marketing import TrainingRunFactory

TRAIN = "/admin/marketing/trainingrun/train_now/"
STATUS = TrainingRun.Status


@pytest.fixture
def running(db):
    now = timezone.now()
    return TrainingRunFactory(
        status=STATUS.RUNNING,
        progress=0.42,
        stage="fitting ease",
        log="read 10 events\n",
        attempts=1,
        started_at=now - timedelta(seconds=75),
        lease_expires_at=now + timedelta(minutes=1),
    )


def url_of(run, what):
    return reverse(f"admin:marketing_trainingrun_{what}", args=[run.pk])


def test_the_form_offers_the_registered_algorithms_and_asking_for_it_starts_nothing(enter, kim):
    page = enter(kim).get(TRAIN).content.decode()

    assert all(f'value="{name}"' in page for name in ("popularity", "item_cosine", "user_cosine", "ease"))
    assert not TrainingRun.objects.exists()


def test_train_now_queues_a_run_with_the_chosen_algorithm_and_leads_to_its_page(press, kim):
    page = press(kim, TRAIN, slot="recommender", **{"recommender.algorithm": "popularity"})

    run = TrainingRun.objects.get()
    assert (run.status, run.trigger, run.requested_by) == (STATUS.QUEUED, "admin", kim)
    assert run.config["algorithm"] == "popularity"
    assert not run.forced
    assert page.redirect_chain[-1][0] == url_of(run, "change")


def test_pressing_train_now_twice_gives_one_run(press, kim):
    for _ in range(2):
        press(kim, TRAIN, slot="recommender")

    assert TrainingRun.objects.count() == 1


def test_an_algorithm_that_is_not_registered_is_refused_at_the_form(press, kim):
    page = press(kim, TRAIN, slot="recommender", **{"recommender.algorithm": "magic"})

    assert "magic is not one of the available choices" in page.content.decode()
    assert not TrainingRun.objects.exists()


def test_a_slot_that_is_not_there_trains_nothing(press, kim):
    press(kim, TRAIN, slot="nothing")

    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize("name", ["mia", "bo", "dee"])
def test_who_may_not_train_is_refused(name, request, press):
    answer = press(request.getfixturevalue(name), TRAIN, slot="recommender")

    assert answer.status_code == 403
    assert not TrainingRun.objects.exists()


def test_a_forged_form_of_another_site_trains_nothing(kim):
    answer = caller(kim).client.post(TRAIN, {"_form_submitted": "True", "slot": "recommender"})

    assert answer.status_code == 403
    assert not TrainingRun.objects.exists()


def test_the_live_page_is_told_progress_stage_log_and_that_it_goes_on(running, enter, kim):
    standing = enter(kim).get(url_of(running, "progress")).json()

    assert standing["duration"] in {"1:15 min", "1:16 min"}
    del standing["duration"]
    assert standing == {
        "status": "running",
        "colour": "primary",
        "active": True,
        "percent": 42,
        "stage": "fitting ease",
        "attempts": 1,
        "verdict": "",
        "log": "read 10 events\n",
        "metrics": [],
    }


def test_an_ended_run_says_that_there_is_nothing_to_wait_for(enter, kim):
    run = TrainingRunFactory(status=STATUS.HELD, verdict="Below the champion.", metrics={"ndcg@10": 0.25})

    standing = enter(kim).get(url_of(run, "progress")).json()

    assert (standing["active"], standing["verdict"], standing["metrics"]) == (
        False,
        "Below the champion.",
        [["ndcg@10", "0.25"]],
    )


def test_a_very_long_log_is_told_by_its_end(running, enter, kim):
    running.log = "".join(f"line {number}\n" for number in range(10_000))
    running.save()

    log = enter(kim).get(url_of(running, "progress")).json()["log"]

    assert len(log) == 20_000
    assert log.endswith("line 9999\n")


@pytest.mark.parametrize(("name", "status"), [("bo", 403), ("mia", 403), ("dee", 200), ("kim", 200)])
def test_progress_is_told_to_those_who_may_see_runs(name, status, request, running, enter):
    assert enter(request.getfixturevalue(name)).get(url_of(running, "progress")).status_code == status


def test_progress_of_a_run_that_is_not_there_is_not_found(enter, kim):
    assert (
        enter(kim).get("/admin/marketing/trainingrun/01900000-0000-7000-8000-000000000000/progress/").status_code == 404
    )


def test_cancelling_ends_an_active_run(running, press, kim):
    page = press(kim, url_of(running, "cancel"))

    running.refresh_from_db()
    assert running.status == STATUS.CANCELLED
    assert "The run is cancelled." in page.content.decode()


def test_cancelling_a_run_that_has_ended_says_so(press, kim):
    run = TrainingRunFactory(status=STATUS.FAILED)

    page = press(kim, url_of(run, "cancel"))

    assert "This run has ended already: failed." in page.content.decode()


def test_a_parked_run_is_queued_again_with_fresh_attempts(press, kim):
    run = TrainingRunFactory(status=STATUS.PARKED, attempts=4)

    press(kim, url_of(run, "replay"))

    run.refresh_from_db()
    assert (run.status, run.attempts) == (STATUS.QUEUED, 0)


@pytest.mark.parametrize(
    ("status", "offered"),
    [("queued", {"Cancel"}), ("parked", {"Run again"}), ("failed", {"Run again"}), ("deployed", set())],
)
def test_a_runs_page_offers_what_makes_sense_for_it(status, offered, enter, kim):
    run = TrainingRunFactory(status=status)

    page = enter(kim).get(url_of(run, "change"))

    assert {action["title"] for action in page.context["actions_detail"]} == offered


def test_who_only_looks_at_runs_is_offered_nothing(running, enter, dee):
    page = enter(dee).get(url_of(running, "change"))

    assert page.status_code == 200
    assert page.context["actions_detail"] == []
