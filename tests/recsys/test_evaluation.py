from dataclasses import replace

import numpy as np
import pytest

from marketing.errors import InvalidInput
from recsys import evaluation
from recsys.algorithms import config_class
from recsys.dataset import Interactions, encode, per_user_holdout
from recsys.evaluation import (
    NonFiniteScores,
    bootstrap,
    bootstrap_all,
    by_train_rows,
    evaluate,
    judge_users,
    paired_bootstrap,
    paired_bootstrap_all,
)


def rows(pairs, *, n_users=3, n_items=5):
    users, items = np.array(pairs).reshape(-1, 2).T
    return Interactions(
        users=users,
        items=items,
        values=np.ones(len(users)),
        times=np.zeros(len(users)),
        n_users=n_users,
        n_items=n_items,
    )


def fixed(scores):
    return lambda users: np.tile(np.array(scores, np.float32), (len(users), 1))


class FollowsTheLast:
    """Scores 1 for the item after the newest one, where the order is known; else 0 for all."""

    n_items = 5
    sequence_length = 1

    def score(self, history):
        return np.zeros(history.shape, np.float32)

    def score_sequences(self, history, sequences):
        return np.eye(self.n_items, dtype=np.float32)[(sequences[:, -1] + 1) % self.n_items]

    def explain(self, items, weights, target):
        return None

    def similar(self, item):
        return None


class TestOrder:
    def test_who_minds_the_order_is_told_of_it(self):
        train = encode(users=[0, 0, 1, 1], items=[0, 1, 2, 4], times=[5, 1, 1, 2]).interactions

        scores = by_train_rows(FollowsTheLast(), train=replace(train, n_items=5))(np.array([1, 0]))

        # Of items 0, 1, 2 and 4 the codes are 0 to 3: user 1's newest is 3, user 0's is 0.
        assert scores.argmax(axis=1).tolist() == [4, 1]

    def test_without_times_there_is_no_order(self):
        train = encode(users=[0, 0], items=[0, 1]).interactions

        assert not by_train_rows(FollowsTheLast(), train=replace(train, n_items=5))(np.array([0])).any()


class TestJudging:
    def test_all_items_are_ranked_and_train_items_left_out(self):
        train = rows([(0, 4), (1, 3)])
        test = rows([(0, 2), (0, 0), (1, 1)])

        judgement = judge_users(fixed([1, 2, 3, 4, 5]), train=train, test=test, k=2, recall_k=3)

        # User 0 sees 3, 2, 1: the hit at rank 2 of two wanted: (1/log2 3) / (1 + 1/log2 3) = .38685.
        # User 1 sees 4, 2, 1: nothing in the first two, and its one test item within three.
        assert judgement.users.tolist() == [0, 1]
        assert judgement.ndcg == pytest.approx([0.38685, 0.0], abs=1e-5)
        assert judgement.recall.tolist() == [0.5, 1.0]
        assert judgement.precision.tolist() == [0.5, 0.0]
        assert judgement.coverage == 0.6  # items 2, 3, 4 of five
        assert judgement.means() == {
            "ndcg@2": pytest.approx(0.19343, abs=1e-5),
            "recall@3": 0.75,
            "precision@2": 0.25,
            "map@2": 0.125,  # (1/2 / 2 + 0) / 2
            "mrr@2": 0.25,
            "hit_rate@2": 0.5,
            # Items 4 and 3 have one owner of three each, and what nobody has counts as much: log2 3 for all.
            "novelty@2": pytest.approx(1.58496, abs=1e-5),
            # Item 3 is the head, half of the interactions, and item 4 the middle; user 0 has 4 and is shown 3 and
            # one of the tail, user 1 has 3 and is shown 4 and one of the tail: nothing in common.
            "popularity_divergence@2": 1.0,
            "coverage@2": 0.6,
            # Four places over 0, 0, 1, 1, 2: (0 + 0 + 0·1 + 2·1 + 4·2) / (4 · 4)
            "gini@2": 0.625,
        }
        assert judgement.history_length.tolist() == [1, 1]
        assert judgement.history_surprise == pytest.approx([1.58496] * 2, abs=1e-5)

    def test_a_test_item_that_is_known_from_training_is_not_asked_for(self):
        train = rows([(0, 4), (1, 4)])
        test = rows([(0, 4), (0, 3), (1, 4)])

        judgement = judge_users(fixed([1, 2, 3, 4, 5]), train=train, test=test, k=1, recall_k=1)

        assert judgement.users.tolist() == [0]
        assert judgement.recall.tolist() == [1.0]

    def test_lists_longer_than_the_catalogue_are_judged(self):
        judgement = judge_users(fixed([1, 2]), train=rows([(0, 0)], n_items=2), test=rows([(0, 1)], n_items=2))

        assert judgement.ndcg.tolist() == [1.0]

    def test_small_blocks_give_the_same_as_one(self, monkeypatch):
        train, test = rows([(0, 4), (1, 3), (2, 0)]), rows([(0, 2), (1, 1), (2, 4)])
        asked = []

        def scores(users):
            asked.append(users.tolist())
            return np.array([[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [2, 4, 1, 3, 5]], np.float32)[users]

        whole = judge_users(scores, train=train, test=test)
        monkeypatch.setattr(evaluation, "BLOCK_ENTRIES", 10)
        in_blocks = judge_users(scores, train=train, test=test)

        assert asked == [[0, 1, 2], [0, 1], [2]]
        assert in_blocks.means() == whole.means()
        assert all(np.array_equal(whole.per_user()[name], own) for name, own in in_blocks.per_user().items())
        assert in_blocks.history_length.tolist() == [1, 1, 1]

    @pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
    def test_scores_that_are_not_finite_are_refused(self, wrong):
        with pytest.raises(NonFiniteScores, match=r"NaN or infinity"):
            judge_users(fixed([1, 2, wrong, 4, 5]), train=rows([(0, 0)]), test=rows([(0, 1)]))

    def test_nothing_is_nan_for_who_has_no_history_and_for_items_that_nobody_has(self):
        train, test = rows([(0, 4)]), rows([(0, 1), (1, 2)])

        judgement = judge_users(fixed([1, 2, 3, 4, 5]), train=train, test=test, k=2)

        values = [*judgement.per_user().values(), judgement.history_surprise]
        assert all(np.isfinite(own).all() for own in values)
        # Whoever has no history is held against everybody's, which is item 4, the head: user 1 is shown it and item 3
        # of the tail. p = (1, 0, 0), q = (.5, 0, .5) differ by half of log2(4/3) + .5 log2 (2/3) + .5; user 0 is shown the tail alone.
        assert judgement.popularity_divergence == pytest.approx([1.0, 0.31128], abs=1e-5)

    def test_the_scorers_own_array_is_left_as_it_was(self):
        own = np.ones((1, 5), np.float32)

        judge_users(lambda users: own, train=rows([(0, 0)]), test=rows([(0, 1)]))

        assert own.tolist() == [[1.0] * 5]

    @pytest.mark.parametrize("test", [[], [(0, 0)]])
    def test_a_test_with_nothing_to_find_is_refused(self, test):
        with pytest.raises(InvalidInput, match=r"^test: nobody has a test item"):
            judge_users(fixed([1, 2, 3, 4, 5]), train=rows([(0, 0)]), test=rows(np.array(test, int)))

    def test_parts_of_different_catalogues_are_refused(self):
        with pytest.raises(InvalidInput, match=r"^test: has another vocabulary"):
            judge_users(fixed([1, 2]), train=rows([(0, 0)]), test=rows([(0, 1)], n_items=2))


class TestEvaluating:
    def test_an_algorithm_is_fitted_on_train_and_judged_on_test(self):
        train, test = rows([(0, 0), (1, 0), (1, 1), (2, 2)]), rows([(2, 0), (0, 1)])
        stages = []

        result = evaluate(
            "popularity",
            config_class("popularity")(),
            train=train,
            test=test,
            k=1,
            progress=lambda fraction, stage: stages.append(fraction),
        )

        # Item 0 has two users; user 2 hasn't got it and wants it. User 0 has it, and of the rest item 1 comes first.
        assert result.judgement.ndcg.tolist() == [1.0, 1.0]
        assert result.arrays["users"].tolist() == [2.0, 1.0, 1.0, 0.0, 0.0]
        assert result.fit_s >= 0
        assert stages == sorted(stages)
        assert stages[-1] == 1.0

    @pytest.mark.parametrize(
        ("algorithm", "configured", "ndcg10"),
        [
            ("popularity", {}, 0.155),
            ("item_cosine", {"neighbours_of": "history"}, 0.244),
            ("item_cosine", {"neighbours": None}, 0.260),
            ("item_cosine", {}, 0.281),
            ("user_cosine", {}, 0.233),
            ("ease", {}, 0.312),
        ],
    )
    def test_the_published_figures_of_movielens_come_out(self, data_folder, algorithm, configured, ndcg10):
        ratings = np.loadtxt(data_folder("ml-100k") / "ml-100k.inter", skiprows=1)
        liked = ratings[ratings[:, 2] >= 4]
        interactions = encode(users=liked[:, 0].astype(int), items=liked[:, 1].astype(int)).interactions
        test = per_user_holdout(interactions.users)

        result = evaluate(
            algorithm,
            config_class(algorithm).from_dict(configured),
            train=interactions.subset(~test),
            test=interactions.subset(test),
        )

        assert result.judgement.means()["ndcg@10"] == pytest.approx(ndcg10, abs=5e-4)


class TestBootstrap:
    def test_the_interval_is_that_of_the_mean(self):
        values = np.random.default_rng(7).normal(0.3, 0.2, size=2000)

        interval = bootstrap(values)

        # The mean's standard error is .2 / sqrt(2000) = .00447; a 95% interval is 1.96 of them to each side.
        assert interval.mean == pytest.approx(values.mean())
        assert interval.high - interval.mean == pytest.approx(0.00877, rel=0.1)
        assert interval.mean - interval.low == pytest.approx(0.00877, rel=0.1)

    def test_the_same_seed_gives_the_same_interval(self):
        values = np.random.default_rng(7).random(50)

        assert bootstrap(values, seed=1) == bootstrap(values, seed=1)
        assert bootstrap(values, seed=1) != bootstrap(values, seed=2)

    def test_pairing_finds_a_small_steady_gain_in_noisy_users(self):
        train, test = rows([(0, 0), (1, 0), (2, 0)]), rows([(0, 1), (1, 2), (2, 3)])
        ours = judge_users(fixed([0, 4, 3, 2, 1]), train=train, test=test)
        theirs = judge_users(fixed([4, 0, 1, 2, 3]), train=train, test=test)

        interval = paired_bootstrap(ours, theirs, metric="ndcg")

        # Ranks 1, 2, 3 against 4, 3, 2: mean of 1 - .43068, .63093 - .5, .5 - .63093
        assert interval.mean == pytest.approx(0.18977, abs=1e-5)
        assert interval.low <= interval.mean <= interval.high
        assert paired_bootstrap(ours, ours) == evaluation.Interval(mean=0.0, low=0.0, high=0.0)

    def test_judgements_of_different_users_are_not_paired(self):
        train = rows([(0, 0)])
        ours = judge_users(fixed([1, 2, 3, 4, 5]), train=train, test=rows([(0, 1)]))
        theirs = judge_users(fixed([1, 2, 3, 4, 5]), train=train, test=rows([(1, 1)]))

        with pytest.raises(InvalidInput, match=r"^users: differ"):
            paired_bootstrap(ours, theirs)
        with pytest.raises(InvalidInput, match=r"^metric: is 'coverage'"):
            paired_bootstrap(ours, ours, metric="coverage")

    def test_several_metrics_of_the_same_users_have_the_intervals_that_they_have_alone(self):
        draw = np.random.default_rng(7)
        first, second = draw.random(300), draw.random(300)

        both = bootstrap_all({"first": first, "second": second})

        for told, alone in zip(both.values(), (bootstrap(first), bootstrap(second)), strict=True):
            assert (told.mean, told.low, told.high) == pytest.approx((alone.mean, alone.low, alone.high))

    def test_gains_are_paired_for_every_metric_and_for_some_of_the_users(self):
        train, test = rows([(0, 0), (1, 0), (2, 0)]), rows([(0, 1), (1, 2), (2, 3)])
        ours = judge_users(fixed([0, 4, 3, 2, 1]), train=train, test=test)
        theirs = judge_users(fixed([4, 0, 1, 2, 3]), train=train, test=test)

        gains = paired_bootstrap_all(ours, theirs, among=np.array([True, False, False]))

        # Of user 0 alone: rank 1 against rank 4, and both find it among the first ten.
        assert list(gains) == list(ours.per_user())
        assert gains["mrr@10"].mean == 0.75
        assert gains["hit_rate@10"].mean == 0.0

    @pytest.mark.parametrize("values", [[], [1.0, np.nan]])
    def test_values_that_have_no_mean_are_refused(self, values):
        with pytest.raises(InvalidInput, match=r"^per_user: "):
            bootstrap(np.array(values))
