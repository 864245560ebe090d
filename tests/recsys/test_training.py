import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.conf import settings as django_settings

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.models import Deployment, Event
from marketing.runs import deployments, store
from marketing.runs.kinds import RunHandle
from recsys.training import RecommenderTraining, golden_history, with_unit_strengths
from tests.factories.marketing import CustomerIdentityFactory, EventFactory, ItemFactory, VisitorFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 5, tzinfo=UTC)


class Watched:
    """A run's handle that remembers what it was told."""

    def __init__(self, *, forced=False, **config):
        self.lines, self.stages = [], []
        self.handle = RunHandle(
            run_id=None,
            slot="recommender",
            config=RecommenderTraining().validate_config(config),
            forced=forced,
            progress=lambda share, stage: self.stages.append((share, stage)),
            log=self.lines.append,
        )

    def train(self):
        return RecommenderTraining().train(self.handle)


@pytest.fixture
def two_tastes():
    """250 people of two tastes and 40 items; for 20 days each buys one random item a day of the taste's own half."""
    draw = np.random.default_rng(7)
    items = [ItemFactory() for _ in range(40)]
    people = [VisitorFactory() for _ in range(250)]
    Event.objects.bulk_create(
        EventFactory.build(
            identity=person,
            source=person.source,
            item=items[int(draw.integers(20)) + 20 * (number % 2)],
            kind="purchase",
            occurred_at=START + timedelta(days=day, seconds=number),
        )
        for number, person in enumerate(people)
        for day in range(20)
    )
    return people, items


def write_and_deploy(verdict):
    artefact = store.write_artefact(kind="recommender", arrays=verdict.arrays, manifest=verdict.manifest)
    RecommenderTraining().check(store.open_artefact(artefact).path)
    deployments.deploy(slot="recommender", artefact=artefact, reason=Deployment.Reason.GATE)
    return artefact


def test_the_first_run_beats_popularity_and_leaves_a_whole_artefact(two_tastes):
    _people, items = two_tastes
    run = Watched()

    verdict = run.train()

    assert verdict.deploy
    assert verdict.passed
    assert verdict.reason.startswith("NDCG@10 ")
    assert " of ease against " in verdict.reason
    assert verdict.metrics["ndcg@10"] > verdict.metrics["ndcg@10 of popularity"]
    assert verdict.metrics["judged"] >= 200
    assert verdict.metrics["holdout"] == "time"
    assert verdict.manifest["algorithm"] == "ease"
    assert (verdict.manifest["n_items"], verdict.manifest["n_users"]) == (40, 250)
    assert verdict.manifest["trained_until"].startswith("2026-01-24T")
    assert [bytes(row) for row in verdict.arrays["item_ids"]] == sorted(item.id.bytes for item in items)
    shares = [share for share, _stage in run.stages]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_without_new_events_the_answer_is_nothing_new_unless_forced(two_tastes):
    artefact = write_and_deploy(Watched().train())

    again, other, forced = Watched().train(), Watched(algorithm="item_cosine").train(), Watched(forced=True).train()

    assert (again.deploy, other.deploy, forced.deploy) == (False, False, True)
    assert again.reason.startswith(f"Nothing new: {artefact}, which serves, was trained on the same 5,000 events.")
    assert forced.passed


def test_new_events_of_the_same_configuration_are_deployed(two_tastes):
    people, items = two_tastes
    write_and_deploy(Watched().train())
    EventFactory(identity=people[0], item=items[0], occurred_at=START + timedelta(days=21))

    verdict = Watched().train()

    assert verdict.deploy
    assert verdict.manifest["n_events"] == 5001


def test_a_weaker_algorithm_is_held_back_by_the_champion_and_deployed_only_by_force(two_tastes):
    people, items = two_tastes
    write_and_deploy(Watched().train())
    EventFactory(identity=people[0], item=items[0], occurred_at=START + timedelta(days=21))

    held, forced = Watched(algorithm="popularity").train(), Watched(algorithm="popularity", forced=True).train()

    assert not held.deploy
    assert held.arrays is None
    assert "of ease, the best of the last champions; 1% is allowed" in held.reason
    assert (forced.deploy, forced.passed) == (True, False)
    assert forced.reason.startswith("Deployed by force. Held back: ")


def test_popularity_may_be_the_first_champion(two_tastes):
    verdict = Watched(algorithm="popularity").train()

    assert verdict.deploy


def test_a_former_champion_that_can_not_be_fitted_any_more_is_passed_over_and_named(two_tastes):
    verdict = Watched().train()
    verdict.manifest["config"]["max_items"] = 5
    verdict.manifest["n_events"] = 1
    artefact = store.write_artefact(kind="recommender", arrays=verdict.arrays, manifest=verdict.manifest)
    deployments.deploy(slot="recommender", artefact=artefact, reason=Deployment.Reason.STAFF)
    run = Watched()

    assert run.train().deploy
    assert any(line.startswith("ease (max_items 5) could not be compared with: max_items:") for line in run.lines)


def test_a_large_catalogue_gets_factors(two_tastes):
    run = Watched(params={"max_items": 39})

    verdict = run.train()

    assert verdict.manifest["algorithm"] == "ials"
    assert any("more than the 39 that ease is allowed" in line for line in run.lines)


def test_an_artefact_answers_a_known_history_as_before_it_was_written(two_tastes):
    verdict = Watched().train()
    good = store.write_artefact(kind="recommender", arrays=verdict.arrays, manifest=verdict.manifest)
    swapped = {**verdict.arrays, "scorer.weights": np.ascontiguousarray(verdict.arrays["scorer.weights"][::-1])}
    bad = store.write_artefact(kind="recommender", arrays=swapped, manifest=verdict.manifest)
    short = {**verdict.arrays, "item_ids": verdict.arrays["item_ids"][:-1]}
    mismatched = store.write_artefact(kind="recommender", arrays=short, manifest=verdict.manifest)

    RecommenderTraining().check(store.open_artefact(good).path)
    with pytest.raises(ArtefactCorrupt, match="answered otherwise"):
        RecommenderTraining().check(store.open_artefact(bad).path)
    with pytest.raises(ArtefactCorrupt, match=r"item_ids: have shape \(39, 16\)"):
        RecommenderTraining().check(store.open_artefact(mismatched).path)


@pytest.mark.parametrize("algorithm", ["popularity", "item_cosine", "user_cosine", "ease"])
def test_every_algorithms_artefact_passes_its_check_from_the_store(algorithm, two_tastes):
    verdict = Watched(algorithm=algorithm, forced=True).train()

    artefact = store.write_artefact(kind="recommender", arrays=verdict.arrays, manifest=verdict.manifest)

    RecommenderTraining().check(store.open_artefact(artefact).path)


def test_an_empty_shop_is_told_what_is_missing():
    with pytest.raises(InvalidInput, match="none tells a preference yet") as refused:
        Watched().train()

    assert refused.value.field == "events"


def test_one_customer_is_too_few(ada):
    for _ in range(3):
        EventFactory(identity=ada)

    with pytest.raises(InvalidInput, match="one person's") as refused:
        Watched().train()

    assert refused.value.field == "customers"


def test_one_item_is_too_few(ada, cy):
    item = ItemFactory()
    EventFactory(identity=ada, item=item)
    EventFactory(identity=cy, item=item)

    with pytest.raises(InvalidInput, match="one item") as refused:
        Watched().train()

    assert refused.value.field == "items"


def test_with_nobody_to_judge_by_the_run_is_held_back_unless_forced(ada, cy):
    EventFactory(identity=ada)
    EventFactory(identity=cy)

    held, forced = Watched().train(), Watched(forced=True).train()

    assert not held.deploy
    assert "nobody to judge by" in held.reason
    assert forced.deploy


def test_a_handful_of_people_is_judged_by_the_interval():
    people, items = [CustomerIdentityFactory() for _ in range(6)], [ItemFactory() for _ in range(4)]
    for number, person in enumerate(people):
        for day in range(3):
            EventFactory(
                identity=person,
                item=items[(number + day) % 4],
                occurred_at=START + timedelta(days=day, minutes=number),
            )

    verdict = Watched().train()

    assert verdict.metrics["judged"] <= 6
    assert verdict.deploy or "is not shown to beat popularity: the difference lies between" in verdict.reason


def test_strengths_are_scaled_to_a_mean_square_of_one(two_tastes):
    from recsys.interactions import read_preferences

    interactions = read_preferences().interactions

    scaled = with_unit_strengths(interactions)

    # All are purchases of strength 5.
    assert set(scaled.values.tolist()) == {1.0}


@pytest.mark.parametrize(("n_items", "met"), [(1, [0]), (2, [0, 1]), (5, [0, 1, 2, 3, 4]), (101, [0, 25, 50, 75, 100])])
def test_the_known_history_spreads_over_the_catalogue(n_items, met):
    history = golden_history(n_items)

    assert history.shape == (1, n_items)
    assert history.indices.tolist() == met


@pytest.mark.processes
def test_torch_is_not_loaded_where_runs_are_asked_for_and_artefacts_checked():
    code = (
        "import django, sys; django.setup();"
        "import recsys.tasks, marketing.tasks, recsys.training;"
        "recsys.training.RecommenderTraining().validate_config({});"
        "print('torch' in sys.modules)"
    )

    asked = subprocess.run(
        [sys.executable, "-c", code], cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=True
    )

    assert asked.stdout == "False\n"
