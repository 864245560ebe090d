import numpy as np
import pytest

from marketing.runs.kinds import RunHandle
from recsys.comparison import compare
from recsys.configuration import Configuration
from recsys.dataset import Interactions
from recsys.models import Evaluation
from tests.factories.marketing import ArtefactFactory, TrainingRunFactory

pytestmark = pytest.mark.django_db
Role = Evaluation.Role


@pytest.fixture(scope="module")
def two_tastes():
    """250 people of two tastes meet 12 of the 20 items of their own half, one a day; the newest rows are everybody's."""
    draw = np.random.default_rng(7)
    users = np.repeat(np.arange(250), 12)
    items = np.concatenate([draw.permutation(20)[:12] + 20 * (person % 2) for person in range(250)])
    times = np.tile(np.arange(12.0), 250) + users / 1000
    return Interactions(users=users, items=items, values=np.ones(3000), times=times, n_users=250, n_items=40)


@pytest.fixture
def run():
    row = TrainingRunFactory()
    lines = []
    handle = RunHandle(
        run_id=row.pk,
        slot="recommender",
        config={},
        forced=False,
        progress=lambda share, stage: None,
        log=lines.append,
    )
    return handle, lines


def artefact(algorithm, **params):
    return ArtefactFactory(kind="recommender", manifest={"algorithm": algorithm, "config": params})


def candidate(algorithm, **params):
    return Configuration.of_run({"algorithm": algorithm, "params": params})


def told(run):
    return {(row.role, row.label): row for row in Evaluation.objects.filter(run_id=run.run_id)}


def test_every_contender_leaves_a_judgement_on_the_same_rows(two_tastes, run):
    champions = [artefact("item_cosine"), artefact("ease", regularization=900.0), artefact("popularity")]

    compare(candidate("ease"), interactions=two_tastes, champions=champions, run=run[0])

    rows = told(run[0])
    assert set(rows) == {
        (Role.CANDIDATE, "ease"),
        (Role.CHAMPION, "item_cosine"),
        (Role.FORMER, "ease (regularization 900.0)"),
        (Role.FORMER, "popularity"),
        (Role.BASELINE, "popularity"),
    }
    assert len({row.judged_together for row in rows.values()}) == 1
    assert {row.judged for row in rows.values()} == {250}
    assert {row.holdout for row in rows.values()} == {"time"}
    assert rows[Role.CHAMPION, "item_cosine"].artefact == champions[0]
    assert rows[Role.FORMER, "popularity"].artefact == champions[2]
    assert rows[Role.CANDIDATE, "ease"].artefact is None
    assert rows[Role.FORMER, "ease (regularization 900.0)"].params["regularization"] == 900.0


def test_a_candidate_that_is_held_back_leaves_its_judgement_too(two_tastes, run):
    comparison = compare(candidate("popularity"), interactions=two_tastes, champions=[artefact("ease")], run=run[0])

    rows = told(run[0])
    assert not comparison.deploy
    assert comparison.metrics["ndcg@10"] == rows[Role.CANDIDATE, "popularity"].metrics["ndcg@10"]["mean"]
    gain = rows[Role.CHAMPION, "ease"].metrics["ndcg@10"]["candidate_gain"]
    assert gain["low"] <= gain["mean"] <= gain["high"] < 0


def test_a_champion_that_is_tried_again_stands_beside_itself(two_tastes, run):
    champions = [artefact("ease"), artefact("ease")]

    compare(candidate("ease"), interactions=two_tastes, champions=champions, run=run[0])

    rows = told(run[0])
    assert set(rows) == {(Role.CANDIDATE, "ease"), (Role.CHAMPION, "ease"), (Role.BASELINE, "popularity")}
    assert rows[Role.CHAMPION, "ease"].metrics == rows[Role.CANDIDATE, "ease"].metrics
    assert rows[Role.CHAMPION, "ease"].artefact == champions[0]


def test_judgements_tell_intervals_and_segments_and_no_nan(two_tastes, run):
    compare(candidate("ease"), interactions=two_tastes, champions=[], run=run[0])

    row = told(run[0])[Role.CANDIDATE, "ease"]
    spread = {name: figures for name, figures in row.metrics.items() if "low" in figures}
    assert len(spread) == 8
    assert all(figures["low"] <= figures["mean"] <= figures["high"] for figures in spread.values())
    assert set(row.metrics) - set(spread) == {"coverage@10", "gini@10"}
    # Everybody has 10 or 11 of the 12 items before the cut; a tenth of 250 is unlike the others.
    assert {name: told["judged"] for name, told in row.segments.items()} == {"casual": 250, "unlike": 25}
    assert (row.fit_s >= 0, row.rank_ms >= 0) == (True, True)


def test_a_run_that_begins_again_does_not_double_its_judgements(two_tastes, run):
    for _attempt in range(2):
        compare(candidate("popularity"), interactions=two_tastes, champions=[], run=run[0])

    assert sorted(row.role for row in Evaluation.objects.all()) == [Role.BASELINE, Role.CANDIDATE]


def test_rows_of_items_first_seen_after_the_cut_are_said_in_the_log_and_the_figures(two_tastes, run):
    newest = np.argsort(two_tastes.times)[-5:]
    items = two_tastes.items.copy()
    items[newest] = 40
    with_news = Interactions(
        users=two_tastes.users, items=items, values=two_tastes.values, times=two_tastes.times, n_users=250, n_items=41
    )

    comparison = compare(candidate("popularity"), interactions=with_news, champions=[], run=run[0])

    assert "5 held-out preferences for 1 items that nobody preferred before" in run[1][0]
    assert comparison.metrics["not asked: items unknown before"] == 5
    # The newest tenth are the last rows of all 250 and the last but one of 50, among them those five.
    assert comparison.metrics["judged"] == 250


def test_a_champion_whose_settings_are_known_no_more_is_named_and_leaves_nothing(two_tastes, run):
    compare(candidate("popularity"), interactions=two_tastes, champions=[artefact("magic")], run=run[0])

    assert any("is not compared with" in line for line in run[1])
    assert not Evaluation.objects.filter(role__in=[Role.CHAMPION, Role.FORMER]).exists()
