from datetime import timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketing.errors import InvalidInput
from marketing.models import Artefact, TrainingRun
from marketing.runs.kinds import RunHandle
from recsys.configuration import Configuration
from recsys.dataset import Interactions
from recsys.evaluation import evaluate
from recsys.holdout import hold_out
from recsys.models import TuningTrial
from recsys.training import RecommenderTraining
from recsys.tuning import Budget, tune
from tests.factories.marketing import EventFactory, ItemFactory, VisitorFactory

pytestmark = pytest.mark.django_db
N_USERS, N_ITEMS, TASTES = 300, 40, 4


@pytest.fixture(scope="module")
def planted():
    """People of four tastes, who mostly take popular items of their own; one a minute, in random order."""
    draw = np.random.default_rng(5)
    own = (np.arange(N_USERS)[:, None] % TASTES) == (np.arange(N_ITEMS) % TASTES)
    likely = np.where(own, 0.2 + 0.6 / (1 + np.arange(N_ITEMS) // TASTES), 0.05)
    users, items = np.nonzero(draw.random((N_USERS, N_ITEMS)) < likely)
    return Interactions(
        users=users.astype(np.int32),
        items=items.astype(np.int32),
        values=np.ones(len(users), np.float32),
        times=60.0 * draw.permutation(len(users)),
        n_users=N_USERS,
        n_items=N_ITEMS,
    )


class Watched:
    def __init__(self, run=None):
        self.run = run or TrainingRun.objects.create(slot="recommender", trigger=TrainingRun.Trigger.COMMAND)
        self.lines, self.shares = [], []
        self.handle = RunHandle(
            run_id=self.run.pk,
            slot="recommender",
            config={},
            forced=False,
            progress=lambda share, stage: self.shares.append(share),
            log=self.lines.append,
        )


def ease(**params):
    return Configuration.of_run({"algorithm": "ease", "params": params})


def tuned(planted, watched, *, trials, seconds=600.0, configuration=None):
    budget = Budget(trials=trials, seconds=seconds)
    return tune(configuration or ease(), interactions=planted, budget=budget, run=watched.handle)


def test_the_best_trial_on_validation_rows_wins_and_the_given_settings_are_tried_first(planted):
    watched = Watched()

    result = tuned(planted, watched, trials=6, configuration=ease(regularization=5000.0))

    trials = list(TuningTrial.objects.filter(run=watched.run))
    assert [trial.number for trial in trials] == list(range(6))
    assert trials[0].params["regularization"] == 5000.0
    best = max(trials, key=lambda trial: trial.value)
    assert result.configuration.params.regularization == best.params["regularization"]
    assert (result.value, result.value_before) == (best.value, trials[0].value)
    assert result.value >= result.value_before


def test_a_trials_value_is_what_its_settings_reach_on_rows_held_out_of_those_given(planted):
    watched = Watched()
    tuned(planted, watched, trials=2)
    validation = hold_out(planted)

    trial = TuningTrial.objects.get(run=watched.run, number=1)

    config = ease(**trial.params).params
    again = evaluate("ease", config, train=validation.train, test=validation.test).judgement
    assert trial.value == pytest.approx(float(again.ndcg.mean()))


def test_settings_that_are_tried_have_four_digits_as_they_are_read_by_people(planted):
    watched = Watched()

    result = tuned(planted, watched, trials=5)

    tried = [value for trial in TuningTrial.objects.all() for value in trial.params.values()]
    assert all(value == float(f"{value:.4g}") for value in tried)
    assert len(result.configuration.label) < 150


def test_a_run_that_starts_again_goes_on_after_the_trials_it_has(planted):
    watched = Watched()
    tuned(planted, watched, trials=3)
    before = list(TuningTrial.objects.filter(run=watched.run).values_list("params", "value"))

    tuned(planted, Watched(watched.run), trials=5)

    after = list(TuningTrial.objects.filter(run=watched.run).values_list("params", "value"))
    assert after[:3] == before
    assert len(after) == 5
    assert len({tuple(params.values()) for params, _ in after}) == 5


def test_a_budget_that_was_spent_before_gives_the_best_of_what_there_is(planted):
    watched = Watched()
    first = tuned(planted, watched, trials=3)

    again = tuned(planted, Watched(watched.run), trials=3)

    assert again == first
    assert TuningTrial.objects.count() == 3


def test_seconds_end_it_too_after_one_trial_at_least(planted):
    watched = Watched()
    TuningTrial.objects.create(run=watched.run, number=0, params={"regularization": 100.0}, value=0.2, seconds=50.0)

    result = tuned(planted, watched, trials=100, seconds=50.0)

    assert (result.trials, result.value) == (1, 0.2)


def test_a_trial_that_fails_is_told_and_costs_no_other(planted):
    watched = Watched()
    TuningTrial.objects.create(
        run=watched.run, number=0, params={"regularization": 100.0}, value=None, failure="max_items: …", seconds=1.0
    )

    result = tuned(planted, watched, trials=3)

    assert (result.trials, result.failed, result.value_before) == (3, 1, None)


def test_when_no_trial_could_be_judged_the_last_failure_is_told(planted):
    # Fewer items allowed than there are: every trial is refused.
    with pytest.raises(InvalidInput, match=r"^tune: none of 2 trials could be judged; the last said: max_items: "):
        tuned(planted, Watched(), trials=2, configuration=ease(max_items=3))


def test_progress_rises(planted):
    watched = Watched()

    tuned(planted, watched, trials=4)

    assert watched.shares == [0.0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize(
    ("budget", "field"),
    [
        ({"trials": 0}, "tune.trials"),
        ({"trials": 2.5}, "tune.trials"),
        ({"seconds": 0}, "tune.seconds"),
        ({"seconds": float("nan")}, "tune.seconds"),
        ({"minutes": 3}, "tune.minutes"),
        ([], "tune"),
        (True, "tune"),
        ("a century", "tune"),
    ],
)
def test_a_wrong_budget_is_refused_by_name(budget, field):
    with pytest.raises(InvalidInput, match=f"^{field}: "):
        RecommenderTraining().validate_config({"algorithm": "ease", "tune": budget})


def test_a_budget_can_be_named_as_staff_choose_it():
    config = RecommenderTraining().validate_config({"algorithm": "ease", "tune": "ten minutes"})

    assert config["tune"] == {"trials": 1000, "seconds": 600}
    assert set(RecommenderTraining.choices["tune"]) == {"two minutes", "ten minutes", "an hour"}


def test_an_algorithm_without_settings_to_vary_is_refused_by_name():
    with pytest.raises(InvalidInput, match=r"^tune: popularity has no setting that tuning varies"):
        RecommenderTraining().validate_config({"algorithm": "popularity", "tune": {}})


@pytest.fixture
def shop():
    """120 people of two tastes, who buy one of the 20 items of their taste a day for ten days."""
    draw = np.random.default_rng(7)
    items = [ItemFactory() for _ in range(40)]
    start = timezone.now() - timedelta(days=20)
    for number in range(120):
        person = VisitorFactory()
        for day in range(10):
            EventFactory(
                identity=person,
                item=items[2 * int(draw.integers(20)) + number % 2],
                kind="purchase",
                occurred_at=start + timedelta(days=day, seconds=number),
            )


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_command_tunes_judges_deploys_and_keeps_what_it_found_with_the_artefact(
    shop, process_environment, monkeypatch
):
    for name, value in process_environment.items():
        monkeypatch.setenv(name, value)
    output = StringIO()

    call_command("tune", "ease", "--trials", "2", stdout=output)

    run, artefact = TrainingRun.objects.get(), Artefact.objects.get()
    assert "Deployed" in output.getvalue()
    assert run.tuning_trials.count() == 2
    tuning = artefact.manifest["tuning"]
    assert (tuning["trials"], tuning["failed"], tuning["metric"]) == (2, 0, "ndcg@10")
    best = max(run.tuning_trials.all(), key=lambda trial: trial.value)
    assert artefact.manifest["config"]["regularization"] == best.params["regularization"]


def test_the_command_refuses_a_wrong_budget_by_name():
    with pytest.raises(CommandError, match=r"^tune\.trials: is 0; expected a whole number"):
        call_command("tune", "ease", "--trials", "0")
