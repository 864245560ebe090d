"""What every algorithm of the registry promises; a new one is tested by standing there."""

import json
import subprocess
import sys
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from scipy import sparse

from marketing.errors import ArtefactCorrupt, InvalidInput
from recsys.algorithms import ALGORITHMS, config_class, load_fit, load_scorer
from recsys.dataset import Interactions, per_user_holdout
from recsys.evaluation import evaluate, judge_users
from recsys.item_features import ItemFeatures, Relations, as_labels, unit_rows

N_USERS, N_ITEMS, TASTES = 120, 60, 4


def from_pairs(users, items, *, values=None, n_users=None, n_items=None):
    users, items = np.asarray(users, np.int32), np.asarray(items, np.int32)
    n_items = n_items or int(items.max()) + 1
    return Interactions(
        users=users,
        items=items,
        values=np.ones(len(users), np.float32) if values is None else np.asarray(values, np.float32),
        times=np.zeros(len(users)),
        n_users=n_users or int(users.max()) + 1,
        n_items=n_items,
        features=planted_features(n_items),
    )


def planted_features(n_items):
    """Texts, labels and relations that tell an item's taste, and something besides that doesn't.

    A text points where its taste does, give or take; the last item of a larger set has none. Of the labels one is of the
    taste, one of five is not. “goes_with” leads to the next item of the same taste, “beside” to the next one of all.
    """
    items, tastes = np.arange(n_items), np.arange(n_items) % TASTES
    noise = np.random.default_rng(7).normal(scale=0.2, size=(n_items, 2 * TASTES))
    vectors = unit_rows(np.eye(TASTES, 2 * TASTES)[tastes] + noise)
    if n_items > TASTES:
        vectors[-1] = 0.0
    labels = as_labels(
        np.tile(items, 2).astype(np.int32),
        np.concatenate([tastes, TASTES + items % 5]).astype(np.int32),
        shape=(n_items, TASTES + 5),
    )
    goes_with, beside = items[: max(0, n_items - TASTES)], items[: max(0, n_items - 1)]
    heads = np.concatenate([goes_with, beside]).astype(np.int32)
    tails = np.concatenate([goes_with + TASTES, beside + 1]).astype(np.int32)
    kinds = np.repeat(np.arange(2, dtype=np.int32), [len(goes_with), len(beside)])
    weights = np.where(kinds == 0, 1.0, 0.5).astype(np.float32)
    return ItemFeatures(vectors, labels, Relations(heads, kinds, tails, weights, ("goes_with", "beside"), ("", "")))


def planted_tastes(*, seed=42):
    """Users and items fall into four tastes; a user takes popular items of her own taste, seldom others."""
    generator = np.random.default_rng(seed)
    own = (np.arange(N_USERS)[:, None] % TASTES) == (np.arange(N_ITEMS) % TASTES)
    appeal = 1 / (1 + np.arange(N_ITEMS) // TASTES)
    likely = np.where(own, 0.2 + 0.7 * appeal, 0.05)
    users, items = np.nonzero(generator.random((N_USERS, N_ITEMS)) < likely)
    return from_pairs(users, items, n_users=N_USERS, n_items=N_ITEMS)


def history(*rows, n_items=N_ITEMS):
    dense = np.zeros((len(rows), n_items), np.float32)
    for row, items in enumerate(rows):
        dense[row, list(items)] = 1.0
    return sparse.csr_array(dense)


@cache  # by the set itself: networks take a second, and most tests ask the same one
def fitted(name, interactions, **settings):
    config = config_class(name).from_dict(settings)
    return load_scorer(name).from_arrays(load_fit(name)(interactions, config), config)


@pytest.fixture(params=sorted(ALGORITHMS))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def planted():
    return planted_tastes()


class TestFitting:
    def test_the_same_seed_gives_the_same_arrays(self, name, planted):
        config = config_class(name)(seed=7)

        first, second = load_fit(name)(planted, config), load_fit(name)(planted, config)

        assert first.keys() == second.keys()
        assert all(np.array_equal(first[key], second[key]) for key in first)

    def test_arrays_are_plain_contiguous_32_bit_numbers(self, name, planted):
        arrays = load_fit(name)(planted, config_class(name)())

        assert arrays
        for array in arrays.values():
            assert type(array) is np.ndarray
            assert array.dtype in (np.float32, np.int32)
            assert array.flags.c_contiguous
            assert np.isfinite(array).all()

    def test_the_interactions_are_left_as_they_were(self, name, planted):
        columns = ("users", "items", "values", "times")
        before = {column: getattr(planted, column).copy() for column in columns}
        vectors, labels = planted.features.vectors.copy(), planted.features.labels.copy()

        load_fit(name)(planted, config_class(name)())

        assert all(np.array_equal(before[column], getattr(planted, column)) for column in columns)
        assert np.array_equal(vectors, planted.features.vectors)
        assert np.array_equal(labels.data, planted.features.labels.data)

    def test_repeated_rows_count_as_their_sum(self, name):
        once = from_pairs([0, 0, 1, 2], [0, 1, 1, 2], values=[3, 1, 2, 1])
        repeated = from_pairs([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 2], values=[1, 2, 1, 1.5, 0.5, 1])

        person = history([0], n_items=3)

        assert np.allclose(fitted(name, once).score(person), fitted(name, repeated).score(person))

    def test_an_empty_set_is_refused_by_name(self, name):
        empty = from_pairs([], [], n_users=3, n_items=3)

        with pytest.raises(InvalidInput, match=r"^interactions: the set is empty") as refusal:
            load_fit(name)(empty, config_class(name)())
        assert not refusal.value.retryable

    def test_an_algorithm_that_needs_features_refuses_a_set_without_any_by_name(self, name, planted):
        bare, config = replace(planted, features=None), config_class(name)()

        if config.needs_features:
            with pytest.raises(InvalidInput, match=r"^features: nothing is known of the items"):
                load_fit(name)(bare, config)
        else:
            assert load_fit(name)(bare, config)

    def test_progress_rises_to_one(self, name, planted):
        reports = []

        load_fit(name)(
            planted, config_class(name)(), progress=lambda fraction, stage: reports.append((fraction, stage))
        )

        shares = [fraction for fraction, _ in reports]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        assert all(stage for _, stage in reports)


class TestScoring:
    def test_scores_are_finite_and_have_a_row_for_each_person(self, name, planted):
        scores = fitted(name, planted).score(planted.matrix())

        assert scores.shape == (N_USERS, N_ITEMS)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()

    def test_someone_never_seen_in_training_is_scored(self, name, planted):
        scores = fitted(name, planted).score(history([0, 4, 9, 33]))

        assert scores.shape == (1, N_ITEMS)
        assert np.isfinite(scores).all()
        assert (scores != 0).any()

    @pytest.mark.parametrize("items", [[], range(N_ITEMS)], ids=["nothing", "everything"])
    def test_someone_who_has_seen_nothing_or_everything_has_finite_scores(self, name, planted, items):
        scores = fitted(name, planted).score(history(items))

        assert scores.shape == (1, N_ITEMS)
        assert np.isfinite(scores).all()

    def test_nobody_at_all_is_scored_too(self, name, planted):
        assert fitted(name, planted).score(planted.matrix()[:0]).shape == (0, N_ITEMS)

    def test_a_person_has_the_same_scores_alone_and_among_others(self, name, planted):
        scorer, everyone = fitted(name, planted), planted.matrix()

        together = scorer.score(everyone)

        for person in (0, 57, N_USERS - 1):
            assert np.allclose(scorer.score(everyone[[person]])[0], together[person], atol=1e-6)

    @pytest.mark.parametrize(
        ("users", "items"),
        [([0, 0, 0], [0, 1, 2]), ([0, 1, 2], [0, 0, 0]), ([0], [0])],
        ids=["one customer", "one item", "one interaction"],
    )
    def test_the_smallest_sets_give_finite_scores(self, name, users, items):
        interactions = from_pairs(users, items)

        scores = fitted(name, interactions).score(interactions.matrix())

        assert scores.shape == (interactions.n_users, interactions.n_items)
        assert np.isfinite(scores).all()

    def test_items_and_users_without_any_interaction_do_no_harm(self, name):
        interactions = from_pairs([0, 0, 2], [0, 3, 3], n_users=5, n_items=6)

        assert np.isfinite(fitted(name, interactions).score(interactions.matrix())).all()

    def test_ten_people_with_one_history_get_one_ranking(self, name):
        items = [0, 4, 8, 12]
        planted = planted_tastes()
        rows = from_pairs(
            np.concatenate([planted.users, np.repeat(np.arange(N_USERS, N_USERS + 10), len(items))]),
            np.concatenate([planted.items, np.tile(items, 10)]),
            n_users=N_USERS + 10,
            n_items=N_ITEMS,
        )

        scores = fitted(name, rows).score(history(*[items] * 10))

        assert np.isfinite(scores).all()
        assert np.allclose(scores, scores[0], atol=1e-6)

    def test_an_entry_of_weight_zero_is_no_preference(self, name, planted):
        person, with_zero = history([0, 4, 9]), history([0, 4, 9, 33])
        with_zero.data[-1] = 0.0

        scores = fitted(name, planted).score(with_zero)

        assert np.isfinite(scores).all()
        assert np.allclose(scores, fitted(name, planted).score(person), atol=1e-5)

    @pytest.mark.parametrize("extreme", [1e6, 1e-6])
    def test_very_strong_and_very_weak_preferences_give_finite_scores(self, name, extreme):
        interactions = from_pairs([0, 0, 1, 1, 2], [0, 1, 1, 2, 0], values=[extreme, 1, extreme, 1, extreme])

        assert np.isfinite(fitted(name, interactions).score(interactions.matrix())).all()

    def test_entries_of_a_history_that_name_one_item_twice_are_summed(self, name, planted):
        scorer = fitted(name, planted)
        twice = sparse.csr_array(
            (np.array([1, 1, 2], np.float32), np.array([4, 4, 0], np.int32), np.array([0, 3], np.int32)),
            shape=(1, N_ITEMS),
        )
        once = sparse.csr_array(np.array([[2, 0, 0, 0, 2] + [0] * (N_ITEMS - 5)], np.float32))

        assert np.allclose(scorer.score(twice), scorer.score(once))

    def test_a_history_over_another_catalogue_is_refused_by_name(self, name, planted):
        with pytest.raises(InvalidInput, match=rf"^history: has shape \(1, 7\); expected \(users, {N_ITEMS}\)"):
            fitted(name, planted).score(history([1], n_items=7))

    @pytest.mark.parametrize("wrong", [np.nan, np.inf])
    def test_a_history_with_weights_that_are_not_finite_is_refused_by_name(self, name, planted, wrong):
        person = history([1, 2])
        person.data[0] = wrong

        with pytest.raises(InvalidInput, match=r"^history: holds NaN or infinite weights"):
            fitted(name, planted).score(person)

    def test_planted_tastes_are_found_better_than_by_chance(self, name, planted):
        held_out = per_user_holdout(planted.users)
        train, test = planted.subset(~held_out), planted.subset(held_out)
        generator = np.random.default_rng(42)

        ours = evaluate(name, config_class(name)(), train=train, test=test).judgement
        chance = judge_users(lambda users: generator.random((len(users), N_ITEMS), np.float32), train=train, test=test)

        assert ours.ndcg.mean() > 1.3 * chance.ndcg.mean()


class TestArtefacts:
    def test_read_only_memory_maps_score_as_the_arrays_they_were_written_from(self, name, planted, tmp_path):
        config = config_class(name)()
        arrays = load_fit(name)(planted, config)
        save_file(arrays, tmp_path / "arrays.safetensors")
        with safe_open(tmp_path / "arrays.safetensors", framework="numpy") as stored:
            loaded = {key: stored.get_tensor(key) for key in stored.keys()}  # noqa: SIM118
        for array in loaded.values():
            array.flags.writeable = False
        fresh, mapped = (load_scorer(name).from_arrays(source, config) for source in (arrays, loaded))
        people = planted.matrix()

        assert np.array_equal(fresh.score(people), mapped.score(people))
        assert fresh.n_items == mapped.n_items == N_ITEMS
        assert mapped.explain(np.array([0, 4]), np.ones(2, np.float32), 8) == fresh.explain(
            np.array([0, 4]), np.ones(2, np.float32), 8
        )

    def test_a_missing_array_is_reported_by_name(self, name):
        with pytest.raises(ArtefactCorrupt, match=r"the array '.*' is missing"):
            load_scorer(name).from_arrays({}, config_class(name)())

    def test_an_array_of_another_shape_is_reported_by_name(self, name, planted):
        config = config_class(name)()
        arrays = load_fit(name)(planted, config)

        for key, array in arrays.items():
            with pytest.raises(ArtefactCorrupt, match=f"the array '{key}' has"):
                load_scorer(name).from_arrays({**arrays, key: array[None]}, config)


class TestExplaining:
    def test_the_reason_is_a_place_in_the_history_or_nothing(self, name, planted):
        scorer = fitted(name, planted)
        items = np.array([0, 5, 8], np.int32)

        reasons = [scorer.explain(items, np.ones(3, np.float32), target) for target in range(N_ITEMS)]

        assert all(reason is None or reason in (0, 1, 2) for reason in reasons)

    def test_an_empty_history_gives_no_reason(self, name, planted):
        assert fitted(name, planted).explain(np.array([], np.int32), np.array([], np.float32), 3) is None

    def test_an_algorithm_that_gives_reasons_names_an_item_of_the_same_taste(self, name, planted):
        scorer = fitted(name, planted)
        # Item 0 shares its taste with 4 and 8; item 1 has another.
        reasons = {scorer.explain(np.array([1, 0]), np.ones(2, np.float32), target) for target in (4, 8)}

        assert reasons in ({1}, {None})

    def test_similarities_cover_the_catalogue_and_leave_out_the_item_itself(self, name, planted):
        similarities = fitted(name, planted).similar(4)

        if similarities is not None:
            assert similarities.shape == (N_ITEMS,)
            assert np.isfinite(similarities).all()
            assert similarities[4] == 0
            assert int(np.argmax(similarities)) % TASTES == 0

    @pytest.mark.parametrize("item", [-1, N_ITEMS])
    def test_an_item_outside_the_catalogue_is_refused_by_name(self, name, planted, item):
        scorer = fitted(name, planted)

        with pytest.raises(InvalidInput, match=f"^item: is {item}; expected a place from 0 to {N_ITEMS - 1}"):
            scorer.similar(item)
        with pytest.raises(InvalidInput, match=f"^target: is {item}"):
            scorer.explain(np.array([0]), np.ones(1, np.float32), item)


class TestSettings:
    def test_settings_survive_json(self, name):
        config = config_class(name)(seed=7)

        assert config_class(name).from_dict(json.loads(json.dumps(config.as_dict()))) == config

    def test_an_unknown_setting_is_refused_by_name(self, name):
        with pytest.raises(
            InvalidInput, match=r"^no_such_setting: is not a setting of this algorithm; expected one of"
        ):
            config_class(name).from_dict({"no_such_setting": 1})

    @pytest.mark.parametrize("wrong", ["no such value", float("nan"), float("inf"), -1, True, [], {}])
    def test_a_wrong_value_is_refused_by_the_settings_name(self, name, wrong):
        for setting in fields(config_class(name)):
            with pytest.raises(InvalidInput, match=f"^{setting.name}: is .*; expected"):
                config_class(name).from_dict({setting.name: wrong})


class TestRegistry:
    def test_an_unknown_algorithm_is_refused_with_those_there_are(self):
        for lookup in (config_class, load_fit, load_scorer):
            with pytest.raises(
                InvalidInput, match=r"^algorithm: 'deep_thought' is not known; expected one of .*ease, "
            ):
                lookup("deep_thought")

    def test_scoring_never_loads_torch(self):
        program = (
            "import sys; from recsys.algorithms import ALGORITHMS, config_class, load_scorer\n"
            "for name in ALGORITHMS: config_class(name)(); load_scorer(name)\n"
            "print([name for name in sys.modules if name.split('.')[0] in ('torch', 'lightning')])"
        )

        loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

        assert loaded.stdout.strip() == "[]"
