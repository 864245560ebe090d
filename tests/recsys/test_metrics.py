import numpy as np
import pytest

from marketing.errors import InvalidInput
from recsys.metrics import coverage, ndcg, precision, recall


def test_ndcg_is_one_when_all_test_items_come_first():
    hits = [[True, True, False], [True, True, True]]

    # Two test items of two; three ranks of five test items: the ideal is cut at k.
    assert ndcg(hits, relevant=[2, 5]).tolist() == [1.0, 1.0]


def test_ndcg_discounts_a_hit_by_its_rank():
    hits = [[False, True, False, False]]

    # (1/log2 3) / 1 = .63093 with one test item, over 1 + 1/log2 3 = 1.63093 with two
    assert ndcg(hits, relevant=[1]) == pytest.approx([0.63093], abs=1e-5)
    assert ndcg(hits, relevant=[2]) == pytest.approx([0.38685], abs=1e-5)


def test_recall_counts_all_test_items_and_precision_all_ranks():
    hits = [[True, False, True, False], [False, False, False, False]]

    assert recall(hits, relevant=[8, 1]).tolist() == [0.25, 0.0]
    assert precision(hits, relevant=[8, 1]).tolist() == [0.5, 0.0]


@pytest.mark.parametrize("metric", [ndcg, recall, precision])
def test_a_user_without_test_items_has_no_value(metric):
    values = metric([[False, False], [True, False]], relevant=[0, 1])

    assert np.isnan(values).tolist() == [True, False]


def test_coverage_is_the_share_of_the_catalogue_that_is_shown():
    assert coverage(np.array([[0, 1], [0, 3]]), n_items=4) == 0.75


def test_coverage_of_no_catalogue_is_refused():
    with pytest.raises(InvalidInput, match=r"^n_items: "):
        coverage(np.empty((0, 0), int), n_items=0)


@pytest.mark.parametrize("metric", [ndcg, recall, precision])
@pytest.mark.parametrize(
    ("hits", "relevant", "field"),
    [
        ([True, False], [1], "hits"),
        ([[]], [1], "hits"),
        ([[True]], [1, 2], "relevant"),
        ([[True]], [1.0], "relevant"),
        ([[True, True]], [1], "hits"),
    ],
)
def test_hits_that_do_not_fit_the_test_items_are_refused_by_name(metric, hits, relevant, field):
    with pytest.raises(InvalidInput, match=f"^{field}: "):
        metric(hits, relevant=relevant)
