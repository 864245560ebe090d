"""The weighted neighbourhoods; what they share with the cosine is tested there."""

import numpy as np
import pytest
from scipy import sparse

from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.dataset import encode

# People a to d have item 0; a and b have item 1 too, c and d item 2; e has item 2 and nothing else.
ROWS = encode(users=list("abcdabcde"), items=[0, 0, 0, 0, 1, 1, 2, 2, 2]).interactions


def fitted(name, rows=ROWS, **settings):
    config = config_class(name).from_dict(settings)
    return load_scorer(name).from_arrays(load_fit(name)(rows, config), config)


def history(*weights):
    return sparse.csr_array(np.array([weights], np.float32))


def test_tfidf_of_items_counts_a_person_of_few_items_for_more():
    # Item 1's people each have 2 of the 3 items, as have c and d; e has 1. With N = 3 items:
    two, one = np.log1p(1.5 / 2.5), np.log1p(2.5 / 1.5)
    # Item 0 has (two) 4 times, item 2 (two, two, one); they share c and d.
    cosine = 2 * two**2 / np.sqrt(4 * two**2) / np.sqrt(2 * two**2 + one**2)

    assert fitted("item_tfidf").similar(0)[2] == pytest.approx(cosine)
    assert fitted("item_tfidf").similar(0)[2] < fitted("item_cosine").similar(0)[2]


def test_bm25_of_items_is_the_dot_product_of_saturated_weights():
    two, one = np.log1p(1.5 / 2.5), np.log1p(2.5 / 1.5)
    # b = 0: every 1 counts 1 · 2.2 / (1 + 1.2) = 1. Items 0 and 2 share c and d; one plays no part.
    assert fitted("item_bm25", b=0.0).similar(0) == pytest.approx([0, 2 * two**2, 2 * two**2])
    assert one > two


def test_tfidf_of_users_finds_those_who_share_rare_items():
    rows = encode(users=list("aabbcc"), items=[0, 1, 0, 2, 1, 2]).interactions
    many = encode(users=list("aabbcc") + list("defgh"), items=[0, 1, 0, 2, 1, 2] + [0] * 5).interactions

    # With everything equally rare, who has 0 and 1 is as near to b (by 0) as to c (by 1).
    plain = fitted("user_tfidf", rows, neighbours=None).score(history(1, 1, 0))
    # Five more people with item 0 make it common: c, with whom item 1 is shared, is the nearer.
    rare = fitted("user_tfidf", many, neighbours=1).score(history(0.5, 1, 0))

    assert plain[0, 2] > 0
    assert rare[0, 2] == pytest.approx(0)  # the nearest is a, who has 0 and 1 alone
    assert fitted("user_tfidf", many, neighbours=2).score(history(0, 1, 0))[0, 2] > 0


def test_bm25_of_users_weighs_a_history_as_the_training_rows_are():
    scorer = fitted("user_bm25", neighbours=None)

    own = scorer.score(ROWS.matrix()[[0]])  # a: left out as her own neighbour
    stranger = scorer.score(history(2, 1, 0))

    # b has the same row as a, so that b is the most alike to both, and knows items 0 and 1.
    for scores in (own, stranger):
        assert scores[0, 0] > scores[0, 1] > scores[0, 2]


@pytest.mark.parametrize("name", ["item_bm25", "user_bm25"])
def test_the_settings_of_bm25_change_what_is_learned(name):
    flat, steep = fitted(name, b=0.0, k1=1.2), fitted(name, b=1.0, k1=1.2)

    assert not np.allclose(flat.score(ROWS.matrix()), steep.score(ROWS.matrix()))
