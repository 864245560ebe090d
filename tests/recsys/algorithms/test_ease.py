import numpy as np
import pytest
import torch
from scipy import sparse

from marketing.errors import InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer
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
    with pytest.raises(InvalidInput, match=r"^max_items: the catalogue has 2 items.*item_cosine") as refusal:
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
