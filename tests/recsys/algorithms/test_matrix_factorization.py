import numpy as np
import pytest
import torch
from scipy import sparse

from marketing.errors import ArtefactCorrupt, InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.dataset import Interactions, encode

PLAIN = {"absent_weight": 0}
# Users a {0, 1} and b {0}, values 1; n / √(people · items) = 3/2, so a setting of 2/3 is a λ of 1.
ROWS = encode(users=["a", "a", "b"], items=[0, 1, 0]).interactions
LAMBDA_1 = 2 / 3


def fit(rows, **settings):
    return load_fit("matrix_factorization")(
        rows, config_class("matrix_factorization").from_dict({"device": "cpu", **settings})
    )


def fitted(rows, **settings):
    return scorer(fit(rows, **settings), **settings)


def scorer(arrays, **settings):
    return load_scorer("matrix_factorization").from_arrays(
        arrays, config_class("matrix_factorization").from_dict(settings)
    )


def by_hand(**changed):
    """Items q_0 = 1 with a bias of 0 and q_1 = 2 with 1/2; λ = λ_b = 1, so that z = (1, q)."""
    arrays = {"items": [[1], [2]], "biases": [0, 0.5], "centre": [0], "scale": [1], "penalty": [1], **changed}
    return {name: np.array(values, np.float32) for name, values in arrays.items()}


ALIKE = {"factors": 1, "regularization": 1, "bias_regularization": 1}


def random_rows(*, users=50, items=30, rows=400):
    generator = np.random.default_rng(42)
    return encode(
        users=generator.integers(0, users, rows),
        items=generator.integers(0, items, rows),
        values=generator.random(rows) + 0.5,
    ).interactions


class TestFoldingIn:
    HISTORY = sparse.csr_array(np.array([[1, 2]], np.float32))

    def test_a_person_is_solved_for_as_on_paper(self):
        person = scorer(by_hand(), **ALIKE, **PLAIN)

        # A = (1 1; 1 1) + (1 2; 2 4) + I = (3 3; 3 6); 1 - 0 and 2 - 1/2 give (1, 1) + 3/2 (1, 2) = (5/2, 4).
        # (6·5/2 - 3·4, 3·4 - 3·5/2) / 9.
        assert person.vectors(self.HISTORY) == pytest.approx(np.array([[1 / 3, 1 / 2]]))
        # 1/3 + 0 + 1/2 · 1 and 1/3 + 1/2 + 1/2 · 2.
        assert person.score(self.HISTORY) == pytest.approx(np.array([[5 / 6, 11 / 6]]))

    def test_predictions_are_in_the_unit_of_the_values(self):
        person = scorer(by_hand(centre=[3], scale=[2]), **ALIKE, **PLAIN)

        # 3 + 2 · 1 and 3 + 2 · 2 are the same values.
        given = person.score(sparse.csr_array(np.array([[5, 7]], np.float32)))

        assert given == pytest.approx(np.array([[3 + 2 * 5 / 6, 3 + 2 * 11 / 6]]))

    def test_what_was_not_valued_weighs_as_a_value_of_zero(self):
        person = scorer(by_hand(), **ALIKE, absent_weight=0.5)
        history = sparse.csr_array(np.array([[1, 0]], np.float32))

        # (1 1; 1 1) + 1/2 (1 2; 2 4) + I = (5/2 2; 2 4); (1, 1) - 1/2 · 1/2 (1, 2) = (3/4, 1/2).
        # (4·3/4 - 2·1/2, 5/2·1/2 - 2·3/4) / 6.
        assert person.vectors(history) == pytest.approx(np.array([[1 / 3, -1 / 24]]))

    @pytest.mark.parametrize("absent_weight", [0, 0.25, 1])
    def test_it_equals_the_dense_normal_equations(self, absent_weight):
        rows, settings = random_rows(), {"factors": 6, "bias_regularization": 0.4, "absent_weight": absent_weight}
        arrays = fit(rows, **settings)
        dense, biases = rows.matrix().toarray() / arrays["scale"], arrays["biases"]
        features = np.hstack((np.ones((rows.n_items, 1)), arrays["items"]))
        penalty = float(arrays["penalty"][0])
        # λ and λ_b are in proportion to their settings.
        penalties = np.diag([penalty * 0.4 / config_class("matrix_factorization")().regularization] + [penalty] * 6)
        expected = []
        for row in dense:
            weights = np.where(row > 0, 1, absent_weight)
            left = features.T @ (features * weights[:, None]) + penalties
            expected.append(np.linalg.solve(left, features.T @ (weights * (row - biases))))

        vectors = scorer(arrays, **settings).vectors(rows.matrix())

        assert vectors == pytest.approx(np.array(expected), abs=1e-4)

    def test_someone_without_a_history_gets_the_biases_in_the_plain_model(self):
        given = scorer(by_hand(centre=[3], scale=[2]), **ALIKE, **PLAIN).score(
            sparse.csr_array((1, 2), dtype=np.float32)
        )

        assert given == pytest.approx(np.array([[3, 4]]))

    def test_an_entry_below_zero_is_no_value(self):
        person = scorer(by_hand(), **ALIKE)

        given, expected = (person.score(sparse.csr_array(np.array([[1, n]], np.float32))) for n in (-2, 0))

        assert given == pytest.approx(expected)

    def test_a_history_of_10000_items_is_solved_for(self):
        generator = np.random.default_rng(42)
        arrays = by_hand(items=generator.standard_normal((10_000, 16)), biases=np.zeros(10_000))
        settings = {"factors": 16, "regularization": 1, "bias_regularization": 1, "absent_weight": 0}

        vector = scorer(arrays, **settings).vectors(sparse.csr_array(np.ones((1, 10_000), np.float32)))[0]

        wide = np.hstack((np.ones((10_000, 1)), arrays["items"].astype(np.float64)))
        assert vector == pytest.approx(np.linalg.solve(wide.T @ wide + np.eye(17), wide.sum(axis=0)), abs=1e-4)

    def test_biases_of_another_number_are_reported_by_name(self):
        with pytest.raises(ArtefactCorrupt, match=r"the array 'biases' has shape \(3,\); expected \(2,\)"):
            scorer(by_hand(biases=[0, 0, 0]))


class TestReasons:
    ACROSS = by_hand(items=[[1, 0], [1, 0.1], [0, 1]], biases=[0, 0, 0])

    def test_they_lie_in_the_direction_of_what_they_speak_for(self):
        person = scorer(self.ACROSS, **ALIKE, **PLAIN)

        assert person.explain(np.array([2, 0]), np.ones(2, np.float32), 1) == 1
        assert person.similar(0) == pytest.approx([0, 1 / 1.01**0.5, 0])

    def test_something_of_weight_zero_is_none(self):
        person = scorer(self.ACROSS, **ALIKE, **PLAIN)

        assert person.explain(np.array([0]), np.zeros(1, np.float32), 1) is None

    def test_factors_of_one_direction_give_none(self):
        person = scorer(by_hand(), **ALIKE, **PLAIN)

        assert person.explain(np.array([0]), np.ones(1, np.float32), 1) is None
        assert person.similar(0) is None


class TestFitting:
    def test_biases_are_those_of_ridge_regression(self):
        # Factors are held at 0. With λ_b = 1: b_a = (2 - b_0 - b_1) / 3, b_b = (1 - b_0) / 2, and since the matrix is
        # symmetric b_0 = b_a and b_1 = b_b: b_0 = (2 - b_0 - (1 - b_0) / 2) / 3 gives 3/7, and b_1 = 2/7.
        arrays = fit(ROWS, regularization=1e4, bias_regularization=LAMBDA_1, iterations=50, **PLAIN)

        assert arrays["biases"] == pytest.approx([3 / 7, 2 / 7], abs=1e-4)
        assert arrays["items"] == pytest.approx(0, abs=1e-6)

    def test_the_penalty_is_a_multiple_of_the_size_of_the_matrix(self):
        assert fit(ROWS, regularization=LAMBDA_1)["penalty"] == pytest.approx([1])

    def test_values_are_centred_by_their_mean_and_brought_to_a_mean_square_of_1(self):
        rows = encode(users=[0, 1], items=[0, 1], values=[1, 3]).interactions

        arrays, as_they_are = fit(rows, centring=1), fit(rows, centring=0)

        assert (arrays["centre"], arrays["scale"]) == (pytest.approx([2]), pytest.approx([1]))
        assert (as_they_are["centre"], as_they_are["scale"]) == (pytest.approx([0]), pytest.approx([5**0.5]))

    def test_equal_values_are_not_centred_away(self):
        fives = Interactions(ROWS.users, ROWS.items, ROWS.values * 5, ROWS.times, n_users=2, n_items=2)

        arrays = fit(fives, centring=1)

        assert (arrays["centre"], arrays["scale"]) == (pytest.approx([0]), pytest.approx([5]))
        assert arrays["items"] == pytest.approx(fit(ROWS)["items"])

    def test_a_planted_table_of_values_is_found_again(self):
        generator = np.random.default_rng(42)
        table = 3 + generator.standard_normal((60, 2)) @ generator.standard_normal((2, 40)) / 2
        table += generator.standard_normal(40) / 2
        table = table.clip(0.5, 6)
        seen = generator.random(table.shape) < 0.5
        users, items = np.nonzero(seen)
        rows = encode(users=users, items=items, values=table[seen]).interactions
        settings = {"factors": 3, "regularization": 0.02, "bias_regularization": 0.02, "centring": 1, **PLAIN}

        given = fitted(rows, **settings).score(rows.matrix())

        error, spread = np.std((given - table)[~seen]), np.std(table[~seen])
        assert error < 0.3 * spread

    def test_well_supported_items_come_before_rare_ones(self):
        rows = encode(users=[0, 1, 2, 3, 4, 0], items=[0, 0, 0, 0, 0, 1]).interactions

        stranger = fitted(rows, **PLAIN).score(sparse.csr_array((1, 2), dtype=np.float32))[0]

        assert stranger[0] > stranger[1]

    def test_each_side_fits_the_other_in_the_end(self):
        rows, settings = random_rows(), {"factors": 4, "absent_weight": 0.25, "iterations": 300}
        arrays = fit(rows, **settings)
        people = scorer(arrays, **settings).vectors(rows.matrix()).astype(np.float64)
        penalty = float(arrays["penalty"][0])
        config = config_class("matrix_factorization")()
        penalties = np.diag([penalty * config.bias_regularization / config.regularization] + [penalty] * 4)
        features = np.hstack((np.ones((rows.n_users, 1)), people[:, 1:]))
        again = []
        for column in (rows.matrix().toarray() / arrays["scale"]).T:
            weights = np.where(column > 0, 1, 0.25)
            left = features.T @ (features * weights[:, None]) + penalties
            again.append(np.linalg.solve(left, features.T @ (weights * (column - people[:, 0]))))

        assert np.hstack((arrays["biases"][:, None], arrays["items"])) == pytest.approx(np.array(again), abs=1e-3)

    def test_more_factors_than_the_data_has_do_no_harm(self):
        alone = encode(users=range(10), items=range(10)).interactions

        given = fitted(alone, factors=15).score(alone.matrix())

        assert np.isfinite(given).all()
        assert (given.argmax(axis=1) == np.arange(10)).all()

    def test_a_device_that_is_not_there_is_refused_by_name(self):
        if torch.cuda.is_available():
            pytest.skip("this machine has a CUDA device")

        with pytest.raises(InvalidInput, match=r"^device: is 'cuda', but this machine has no CUDA device"):
            fit(ROWS, device="cuda")

    @pytest.mark.gpu
    def test_a_cuda_device_gives_the_predictions_of_the_processor(self):
        if not torch.cuda.is_available():
            pytest.skip("this machine has no CUDA device")
        rows = random_rows()

        there, here = (fitted(rows, device=device).score(rows.matrix()) for device in ("cuda", "cpu"))

        assert there == pytest.approx(here, abs=1e-3)
