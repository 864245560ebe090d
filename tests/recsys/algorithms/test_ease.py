import numpy as np
import pytest
import torch
from scipy import sparse

from marketing.errors import InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.ease.rows import weighted_rows
from recsys.dataset import encode

# Users a {0, 1} and b {0}, so XᵀX = (2 1; 1 1). With λ = 1, P = (3 1; 1 2)⁻¹ = (2 -1; -1 3) / 5.
# B_ij = -P_ij / P_jj: B_01 = 1/3, B_10 = 1/2.
ROWS = encode(users=["a", "a", "b"], items=[0, 1, 0]).interactions


def fit(rows=ROWS, **settings):
    return load_fit("ease")(rows, config_class("ease").from_dict({"device": "cpu", **settings}))


def scorer(**settings):
    return load_scorer("ease").from_arrays(fit(**settings), config_class("ease")())


def test_weights_are_those_of_the_closed_form():
    assert fit(regularization=1)["weights"] == pytest.approx(np.array([[0, 1 / 3], [1 / 2, 0]]))


def test_scores_are_sums_of_weights_over_the_history():
    history = sparse.csr_array(np.array([[1, 0], [0, 2]], np.float32))

    assert scorer(regularization=1).score(history) == pytest.approx(np.array([[0, 1 / 3], [1, 0]]))


def test_similar_items_and_reasons_come_from_the_weights():
    ease = scorer(regularization=1)

    assert ease.similar(0) == pytest.approx([0, 1 / 3])
    assert ease.explain(np.array([1]), np.array([1.0]), 0) == 0
    assert ease.explain(np.array([0]), np.array([1.0]), 0) is None


def test_what_is_given_as_similar_can_be_changed_without_harm():
    ease = scorer(regularization=1)

    ease.similar(0)[:] = -np.inf

    assert ease.similar(0) == pytest.approx([0, 1 / 3])


def test_strong_preferences_are_inverted_exactly():
    generator = np.random.default_rng(42)
    rows = encode(
        users=generator.integers(0, 30, 600),
        items=generator.integers(0, 40, 600),
        values=generator.random(600) * 1e5 + 1,
    ).interactions
    matrix = rows.matrix().toarray().astype(np.float64)
    inverse = np.linalg.inv(matrix.T @ matrix + 400 * np.eye(40))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)

    # 30 users for 40 items: XᵀX alone is singular, and in float32 the sum with λ would be too.
    assert np.allclose(fit(rows)["weights"], expected, atol=1e-3)


def test_a_regularization_lost_beside_the_values_is_refused_by_name():
    rows = encode(users=[0, 0], items=[0, 1], values=[1e6, 1e6]).interactions

    with pytest.raises(InvalidInput, match=r"^regularization: is 0.001, too small for values this large"):
        fit(rows, regularization=0.001)


def test_a_catalogue_over_the_limit_is_refused_with_the_alternative():
    with pytest.raises(InvalidInput, match=r"^max_items: the catalogue has 2 items.*ials") as refusal:
        fit(max_items=1)

    assert not refusal.value.retryable


def test_the_limit_holds_for_a_real_size_before_anything_is_computed():
    rows = encode(users=np.zeros(12_001, int), items=np.arange(12_001)).interactions

    with pytest.raises(InvalidInput, match=r"the catalogue has 12,001 items"):
        fit(rows)


def test_a_device_that_is_not_there_is_refused_by_name():
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")

    with pytest.raises(InvalidInput, match=r"^device: is 'cuda', but this machine has no CUDA device"):
        fit(device="cuda")


@pytest.mark.gpu
def test_a_cuda_device_gives_the_weights_of_the_processor():
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")

    assert fit(device="cuda")["weights"] == pytest.approx(fit(device="cpu")["weights"], abs=1e-5)


def test_dropout_holds_popular_items_back_more():
    # Dropout 1/2 adds diag(2, 1) to XᵀX + I: P = (5 1; 1 3)⁻¹ = (3 -1; -1 5) / 14, B_01 = 1/5, B_10 = 1/3.
    assert fit(regularization=1, dropout=0.5)["weights"] == pytest.approx(np.array([[0, 1 / 5], [1 / 3, 0]]))


def test_without_the_diagonals_power_the_inverse_itself_speaks():
    # -P with P = (2 -1; -1 3) / 5.
    assert fit(regularization=1, diagonal_exponent=0)["weights"] == pytest.approx(np.array([[0, 1 / 5], [1 / 5, 0]]))


def test_an_exponent_of_activity_lets_long_histories_count_less_and_keeps_the_total():
    # a has 2 items, b 1: weights 1/2 and 1, times 3/2 for a total of 3. XᵀX = (3/4 + 3/2, 3/4; 3/4, 3/4), with λ = 1
    # det = 13/4 · 7/4 - 9/16 = 82/16, P_00 ∝ 7/4, P_11 ∝ 13/4, P_01 ∝ -3/4.
    assert fit(regularization=1, activity_exponent=1)["weights"] == pytest.approx(np.array([[0, 3 / 13], [3 / 7, 0]]))


class TestNearness:
    def gram(self, times, **settings):
        rows = encode(users=["a"] * 4 + ["b"], items=[0, 1, 2, 3, 0], times=times).interactions
        config = config_class("ease").from_dict({"run_length": 4, **settings})
        return (matrix := weighted_rows(rows, config=config)).T.toarray() @ matrix.toarray()

    def test_pairs_count_less_the_further_apart_they_were_met(self):
        # Runs of 4 places begin at 4 different ones: neighbours are together in 3 of 4 ways, the next in 2, then in 1.
        gram = self.gram([10, 20, 30, 40, 0], nearness=1.0)

        assert gram[1] == pytest.approx([3 / 4, 1, 3 / 4, 2 / 4])
        assert gram[0] == pytest.approx([2, 3 / 4, 2 / 4, 1 / 4])

    def test_half_the_nearness_is_half_way_to_no_difference(self):
        assert self.gram([10, 20, 30, 40, 0], nearness=0.5)[0] == pytest.approx([2, 7 / 8, 6 / 8, 5 / 8])

    def test_items_met_at_one_instant_are_together_and_without_times_all_are(self):
        assert self.gram([10, 10, 20, 30, 0], nearness=1.0)[0] == pytest.approx([2, 1, 3 / 4, 2 / 4])
        assert self.gram([7, 7, 7, 7, 7], nearness=1.0)[0] == pytest.approx([2, 1, 1, 1])

    def test_an_item_met_twice_stands_where_it_was_first_met(self):
        rows = encode(users=[0, 0, 0, 0], items=[0, 1, 2, 0], times=[1, 2, 3, 9]).interactions
        config = config_class("ease").from_dict({"run_length": 4, "nearness": 1.0})

        gram = (matrix := weighted_rows(rows, config=config)).T.toarray() @ matrix.toarray()

        # Item 0 has strength 2: twice 3/4 and twice 2/4.
        assert gram[0] == pytest.approx([4, 6 / 4, 4 / 4])
