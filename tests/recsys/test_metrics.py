import numpy as np
import pytest

from marketing.errors import InvalidInput
from recsys.metrics import (
    average_precision,
    coverage,
    exposure,
    gini,
    group_shares,
    hit_rate,
    jensen_shannon,
    ndcg,
    novelty,
    popularity_groups,
    precision,
    recall,
    reciprocal_rank,
    self_information,
)

OF_HITS = [ndcg, recall, precision, average_precision, reciprocal_rank, hit_rate]


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


@pytest.mark.parametrize("metric", OF_HITS)
def test_a_user_without_test_items_has_no_value(metric):
    values = metric([[False, False], [True, False]], relevant=[0, 1])

    assert np.isnan(values).tolist() == [True, False]


def test_average_precision_counts_precision_at_each_hit_up_to_what_could_be_found():
    hits = [[True, False, False, True], [False, True, False, False]]

    # (1/1 + 2/4) / 2 = .75 with two test items, over min(4, 10) = 4 with ten; 1/2 over 1.
    assert average_precision(hits, relevant=[2, 1]).tolist() == [0.75, 0.5]
    assert average_precision(hits, relevant=[10, 1]).tolist() == [0.375, 0.5]


def test_reciprocal_rank_looks_at_the_first_hit_alone():
    hits = [[False, False, True, True], [True, False, False, False], [False] * 4]

    assert reciprocal_rank(hits, relevant=[2, 1, 1]) == pytest.approx([1 / 3, 1.0, 0.0])


def test_one_hit_is_as_good_as_many_for_the_hit_rate():
    hits = [[False, False, True], [True, True, True], [False, False, False]]

    assert hit_rate(hits, relevant=[1, 3, 1]).tolist() == [1.0, 1.0, 0.0]


def test_an_item_is_the_more_surprising_the_fewer_have_it_and_what_nobody_has_counts_as_one_persons():
    # 16 people: -log2 of 16/16, 4/16, 1/16 and, for 0, again of 1/16
    assert self_information([16, 4, 1, 0], n_users=16).tolist() == [0.0, 2.0, 4.0, 4.0]


@pytest.mark.parametrize("owners", [[-1], [17], [[1, 2]]])
def test_owners_that_can_not_be_are_refused(owners):
    with pytest.raises(InvalidInput, match=r"^owners: "):
        self_information(owners, n_users=16)


def test_novelty_is_the_mean_surprise_of_a_list():
    surprise = np.array([0.0, 2.0, 4.0])

    assert novelty(np.array([[0, 2], [1, 2], [0, 0]]), surprise=surprise).tolist() == [2.0, 3.0, 0.0]


def test_the_head_has_the_first_fifth_of_interactions_and_the_tail_the_last():
    # 100 interactions, so that the head holds those that begin before the 20th, the tail those from the 80th on.
    owners = [4, 15, 25, 20, 15, 6, 15, 0]

    # In order: 25 | 20, 15, 15, 15 | 6, 4, 0 begin at 0 | 25, 45, 60, 75 | 90, 96, 100.
    assert popularity_groups(owners).tolist() == [2, 1, 0, 1, 1, 2, 1, 2]


def test_of_one_item_alone_the_head_is_made():
    assert popularity_groups([5]).tolist() == [0]


def test_a_lists_shares_of_the_groups_sum_to_one():
    groups = np.array([0, 1, 2, 2], np.int8)

    assert group_shares(np.array([[0, 1, 2, 3], [3, 3, 2, 2]]), groups=groups).tolist() == [
        [0.25, 0.25, 0.5],
        [0, 0, 1],
    ]


def test_the_divergence_is_nought_for_equal_shares_and_one_for_nothing_in_common():
    history = [[0.5, 0.3, 0.2], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]
    lists = [[0.5, 0.3, 0.2], [0.0, 0.4, 0.6], [1.0, 0.0, 0.0]]

    # The third: m = (.75, .25); KL(p, m) = .5 log2(2/3) + .5 log2 2 = .20752; KL(q, m) = log2(4/3) = .41504;
    # half of their sum is .31128.
    assert jensen_shannon(history, lists) == pytest.approx([0.0, 1.0, 0.31128], abs=1e-5)


def test_distributions_of_different_shape_are_refused():
    with pytest.raises(InvalidInput, match=r"^ours: "):
        jensen_shannon([[0.5, 0.5]], [[0.5, 0.25, 0.25]])


@pytest.mark.parametrize("recommended", [np.empty((2, 0), int), np.array([1, 2])])
def test_lists_without_an_item_have_no_novelty(recommended):
    with pytest.raises(InvalidInput, match=r"^recommended: "):
        novelty(recommended, surprise=np.ones(3))


def test_coverage_is_the_share_of_the_catalogue_that_is_shown():
    assert coverage(exposure(np.array([[0, 1], [0, 3]]), n_items=4)) == 0.75


def test_exposure_of_no_catalogue_is_refused():
    with pytest.raises(InvalidInput, match=r"^n_items: "):
        exposure(np.empty((0, 0), int), n_items=0)


def test_gini_grows_from_even_exposure_to_one_item_that_has_it_all():
    # Ascending 0, 1, 3: (2·1 - 4)·0 + (2·2 - 4)·1 + (2·3 - 4)·3 = 6, over (3 - 1)·4 places
    assert gini(np.array([1, 3, 0])) == 0.75
    assert gini(np.array([5, 5, 5, 5])) == 0.0
    assert gini(np.array([0, 0, 7])) == 1.0


@pytest.mark.parametrize("exposed", [[3], [0, 0]])
def test_exposure_that_can_not_be_uneven_is_even(exposed):
    assert gini(np.array(exposed)) == 0.0


@pytest.mark.parametrize("metric", OF_HITS)
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
