import numpy as np
import pytest
import torch
from scipy import sparse

from marketing.errors import ArtefactCorrupt, InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.contract import FitDiverged
from recsys.algorithms.ials.penalties import penalties, powers
from recsys.dataset import encode

# Items y_0 = (1, 0) and y_1 = (1, 1), so YᵀY = (2 1; 1 1); α = 1, λ = 1 for everybody.
ITEMS = np.array([[1, 0], [1, 1]], np.float32)
BY_HAND = {"factors": 2, "alpha": 1, "regularization": 1, "regularization_exponent": 0}


def scorer(items=ITEMS, **settings):
    arrays = {"items": items, "gram": items.T @ items, "mean_power": np.ones(1, np.float32)}
    return load_scorer("ials").from_arrays(arrays, config_class("ials").from_dict({**BY_HAND, **settings}))


def fit(rows, **settings):
    return load_fit("ials")(rows, config_class("ials").from_dict({"device": "cpu", **settings}))


def random_rows(*, users=50, items=30, rows=400):
    generator = np.random.default_rng(42)
    return encode(
        users=generator.integers(0, users, rows),
        items=generator.integers(0, items, rows),
        values=generator.random(rows) + 0.5,
    ).interactions


class TestFoldingIn:
    def test_a_person_is_solved_for_as_on_paper(self):
        history = sparse.csr_array(np.array([[0, 1]], np.float32))

        # A = (2 1; 1 1) + y_1 y_1ᵀ + I = (4 2; 2 3), right side (1 + 1) y_1 = (2, 2): x = (3·2 - 2·2, 4·2 - 2·2) / 8.
        assert scorer().vectors(history) == pytest.approx(np.array([[1 / 4, 1 / 2]]))
        assert scorer().score(history) == pytest.approx(np.array([[1 / 4, 3 / 4]]))

    @pytest.mark.parametrize("exponent", [0.0, 0.7])
    def test_it_equals_the_dense_normal_equations(self, exponent):
        rows = random_rows()
        settings = {"factors": 6, "alpha": 3.0, "regularization": 2.0, "regularization_exponent": exponent}
        config = config_class("ials").from_dict({"device": "cpu", **settings})
        arrays = fit(rows, **settings)
        known, history = arrays["items"].astype(np.float64), rows.matrix()
        held_back = penalties(
            powers(history.sum(axis=1), n_columns=rows.n_items, config=config),
            mean_power=float(arrays["mean_power"][0]),
            config=config,
        )
        expected = [
            np.linalg.solve(
                known.T @ known + known.T @ (known * 3 * row[:, None]) + penalty * np.eye(6),
                known.T @ np.where(row > 0, 1 + 3 * row, 0),
            )
            for row, penalty in zip(history.toarray(), held_back[:, 0], strict=True)
        ]

        vectors = load_scorer("ials").from_arrays(arrays, config).vectors(history)

        assert vectors == pytest.approx(np.array(expected), abs=1e-4)

    def test_people_with_histories_of_all_lengths_get_what_each_gets_alone(self):
        generator = np.random.default_rng(42)
        known = scorer(generator.standard_normal((500, 8)).astype(np.float32), factors=8)
        lengths = [0, 500, 1, 3, 0, 170, *range(40), 260]
        history = sparse.csr_array(
            np.array([generator.permutation(np.arange(500) < length) for length in lengths], np.float32)
        )

        together = known.vectors(history)

        alone = np.concatenate([known.vectors(history[[row]]) for row in range(len(lengths))])
        assert together == pytest.approx(alone, rel=1e-4, abs=1e-6)

    def test_a_matrix_that_is_not_positive_definite_is_solved_for_too(self):
        # As rounding leaves one now and then: a Gram matrix of -4 I, so that A = -4 I + y_0 y_0ᵀ + I = (-2 0; 0 -3).
        arrays = {"items": ITEMS, "gram": -4 * np.eye(2, dtype=np.float32), "mean_power": np.ones(1, np.float32)}
        known = load_scorer("ials").from_arrays(arrays, config_class("ials").from_dict(BY_HAND))

        # Right side 2 y_0 = (2, 0).
        assert known.vectors(sparse.csr_array(np.array([[1, 0]], np.float32))) == pytest.approx(np.array([[-1.0, 0.0]]))

    def test_someone_without_a_history_has_no_preference(self):
        assert scorer().score(sparse.csr_array((2, 2), dtype=np.float32)).tolist() == [[0, 0], [0, 0]]

    def test_an_entry_below_zero_is_no_preference(self):
        disliked = sparse.csr_array(np.array([[-2, 1]], np.float32))

        assert scorer().score(disliked) == pytest.approx(np.array([[1 / 4, 3 / 4]]))

    def test_a_history_of_10000_items_is_solved_for(self):
        generator = np.random.default_rng(42)
        items = generator.standard_normal((10_000, 16)).astype(np.float32)
        everything = sparse.csr_array(np.ones((1, 10_000), np.float32))

        vector = scorer(items, factors=16).vectors(everything)[0]

        wide = items.astype(np.float64)
        assert vector == pytest.approx(
            np.linalg.solve(2 * wide.T @ wide + np.eye(16), 2 * wide.sum(axis=0)), rel=1e-3, abs=1e-5
        )

    def test_a_gram_matrix_of_another_size_is_reported_by_name(self):
        arrays = {"items": ITEMS, "gram": np.eye(3, dtype=np.float32), "mean_power": np.ones(1, np.float32)}

        with pytest.raises(ArtefactCorrupt, match=r"the array 'gram' has shape \(3, 3\); expected \(2, 2\)"):
            load_scorer("ials").from_arrays(arrays, config_class("ials")())


class TestReasons:
    # With both items A = 2 · (2 1; 1 1) + I = (5 2; 2 3), its inverse (3 -2; -2 5) / 11.
    def test_they_are_the_largest_parts_of_the_score(self):
        both, weights = np.array([0, 1]), np.ones(2, np.float32)

        # For item 0: y_0ᵀA⁻¹ = (3, -2) / 11 gives 3/11 for y_0 and 1/11 for y_1. For item 1: (1, 3) / 11, 1/11 and 4/11.
        assert scorer().explain(both, weights, 0) == 0
        assert scorer().explain(both, weights, 1) == 1

    def test_something_of_weight_zero_is_none(self):
        assert scorer().explain(np.array([1, 0]), np.array([0, 1], np.float32), 1) == 1
        assert scorer().explain(np.array([1]), np.zeros(1, np.float32), 1) is None

    def test_what_is_asked_about_is_left_as_it_was(self):
        items, weights = np.array([1, 0], np.int32), np.array([0, 1], np.float32)

        scorer().explain(items, weights, 1)

        assert (items.tolist(), weights.tolist()) == ([1, 0], [0, 1])

    def test_similar_items_are_those_in_the_same_direction(self):
        assert scorer().similar(0) == pytest.approx([0, 0.5**0.5])


class TestFitting:
    def test_conjugate_gradient_ends_where_exact_solutions_do(self):
        rows, settings = random_rows(), {"factors": 6, "alpha": 3.0, "regularization": 2.0, "iterations": 30}
        config = config_class("ials").from_dict(settings)

        by_steps, exactly = (
            load_scorer("ials").from_arrays(fit(rows, solver=solver, **settings), config).score(rows.matrix())
            for solver in ("conjugate_gradient", "cholesky")
        )

        assert by_steps == pytest.approx(exactly, abs=0.02)

    def test_the_items_fit_the_people_who_were_folded_in(self):
        rows, settings = random_rows(), {"factors": 4, "alpha": 3.0, "regularization": 2.0, "iterations": 300}
        settings["regularization_exponent"] = 0.0
        arrays = fit(rows, solver="cholesky", **settings)
        people = (
            load_scorer("ials").from_arrays(arrays, config_class("ials").from_dict(settings)).vectors(rows.matrix())
        )
        dense, wide = rows.matrix().toarray(), people.astype(np.float64)

        # At the end neither side moves any more: the items' own half-step gives the items.
        again = [
            np.linalg.solve(
                wide.T @ wide + wide.T @ (wide * 3 * column[:, None]) + 2 * np.eye(4),
                wide.T @ np.where(column > 0, 1 + 3 * column, 0),
            )
            for column in dense.T
        ]

        assert arrays["items"] == pytest.approx(np.array(again), abs=1e-3)

    def test_more_factors_than_the_data_has_do_no_harm(self):
        alone = encode(users=range(10), items=range(10)).interactions

        scores = load_scorer("ials").from_arrays(
            fit(alone, factors=15, regularization=0.1), config_class("ials")(factors=15, regularization=0.1)
        )
        given = scores.score(alone.matrix())

        assert np.isfinite(given).all()
        assert given.argmax(axis=1).tolist() == list(range(10))

    @pytest.mark.parametrize("solver", ["conjugate_gradient", "cholesky"])
    def test_numbers_too_large_for_32_bits_are_reported_by_name(self, solver):
        rows = encode(users=[0, 0, 1, 1, 2], items=[0, 1, 1, 2, 0], values=[1e6, 1, 1e6, 1, 1e6]).interactions

        with pytest.raises(FitDiverged, match=r"^factors: .*expected finite"):
            fit(rows, alpha=1e9, regularization=1e-6, solver=solver, factors=8)

    def test_items_nobody_met_have_no_factors(self):
        rows = encode(users=[0, 0, 1], items=[0, 2, 2]).interactions
        with_more = type(rows)(rows.users, rows.items * 2, rows.values, rows.times, n_users=2, n_items=5)

        factors = fit(with_more, factors=3, regularization=0.1)["items"]

        assert factors.any(axis=1).tolist() == [True, False, True, False, False]

    def test_a_device_that_is_not_there_is_refused_by_name(self):
        if torch.cuda.is_available():
            pytest.skip("this machine has a CUDA device")

        with pytest.raises(InvalidInput, match=r"^device: is 'cuda', but this machine has no CUDA device"):
            fit(random_rows(), device="cuda")

    @pytest.mark.gpu
    @pytest.mark.parametrize("solver", ["conjugate_gradient", "cholesky"])
    def test_a_cuda_device_gives_the_factors_of_the_processor(self, solver):
        if not torch.cuda.is_available():
            pytest.skip("this machine has no CUDA device")
        rows = random_rows()

        there, here = (fit(rows, device=device, solver=solver, factors=8)["items"] for device in ("cuda", "cpu"))

        assert there == pytest.approx(here, abs=1e-3)


class TestPenalties:
    def test_those_with_more_observations_are_held_back_more_and_the_mean_is_the_setting(self):
        config = config_class("ials")(alpha=2.0, regularization=3.0, regularization_exponent=1.0)

        # 1 and 3 observed, and 2 columns that weigh 1/2 each beside them: 2 and 4, on average 3.
        own = powers(np.array([1.0, 3.0]), n_columns=2, config=config)

        assert own == pytest.approx([2, 4])
        assert penalties(own, mean_power=own.mean(), config=config) == pytest.approx(np.array([[2], [4]]))

    def test_without_an_exponent_all_are_held_back_alike(self):
        config = config_class("ials")(regularization=3.0, regularization_exponent=0.0)
        own = powers(np.array([1.0, 3.0]), n_columns=2, config=config)

        assert penalties(own, mean_power=own.mean(), config=config).tolist() == [[3], [3]]
