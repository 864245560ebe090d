"""Items that nobody met yet are ranked by what they say of themselves.

In a world of two tastes people of the first like odd items, those of the second even ones; texts and labels say which.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from marketing.errors import InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.content.config import Config
from recsys.dataset import Interactions
from recsys.item_features import ItemFeatures, Relations, as_labels

N_USERS, N_ITEMS, COLD = 40, 20, 4  # the last four items have no rows


def vectors_of_taste():
    """Two directions, one for each taste."""
    return np.eye(2, 3, dtype=np.float32)[np.arange(N_ITEMS) % 2]


def labels_of_taste():
    items = np.arange(N_ITEMS, dtype=np.int32)
    return as_labels(items, items % 2, shape=(N_ITEMS, 2))


NO_VECTORS = np.zeros((N_ITEMS, 0), np.float32)
NO_LABELS = as_labels(np.empty(0, np.int32), np.empty(0, np.int32), shape=(N_ITEMS, 0))


def features(*, vectors=None, labels=None):
    return ItemFeatures(
        vectors_of_taste() if vectors is None else vectors,
        labels_of_taste() if labels is None else labels,
        Relations.none(),
    )


def rows(told):
    """Each user likes a random half of the known items of her taste."""
    own = (np.arange(N_USERS)[:, None] % 2) == (np.arange(N_ITEMS - COLD) % 2)
    users, items = np.nonzero(own & (np.random.default_rng(7).random(own.shape) < 0.5))
    return Interactions(
        users=users.astype(np.int32),
        items=items.astype(np.int32),
        values=np.ones(len(users), np.float32),
        times=np.zeros(len(users)),
        n_users=N_USERS,
        n_items=N_ITEMS,
        features=told,
    )


def fitted(told, **settings):
    config = config_class("content").from_dict(settings)
    return load_scorer("content").from_arrays(load_fit("content")(rows(told), config), config)


def history(*items):
    dense = np.zeros((1, N_ITEMS), np.float32)
    dense[0, list(items)] = 1.0
    return sparse.csr_array(dense)


@pytest.mark.parametrize(
    "told",
    [features(), features(labels=NO_LABELS), features(vectors=NO_VECTORS)],
    ids=["texts and labels", "texts", "labels"],
)
def test_items_without_rows_are_ranked_by_their_content(told):
    (scores,) = fitted(told).score(history(0, 2, 4))

    # 16 and 18 are of her taste, 17 and 19 are not.
    assert scores[[16, 18]].min() > 10 * abs(scores[[17, 19]]).max()


def test_a_history_of_items_without_rows_speaks_by_its_content():
    (scores,) = fitted(features()).score(history(17))

    assert scores[[1, 3, 19]].min() > 10 * abs(scores[[0, 2, 18]]).max()


def test_an_item_of_which_nothing_is_known_scores_nothing():
    vectors, labels = vectors_of_taste(), labels_of_taste().tolil()
    vectors[18] = 0
    labels[18] = 0
    told = features(vectors=vectors, labels=sparse.csr_array(labels.tocsr()))

    scorer = fitted(told)

    assert scorer.score(history(0, 2))[0, 18] == 0
    assert not scorer.similar(18).any()
    assert scorer.explain(np.array([0, 2]), np.ones(2), 18) is None
    assert not scorer.score(history(18)).any()


def test_what_many_people_say_of_an_item_outweighs_its_text():
    """Item 3 is described as the even ones are; those who like odd ones like it all the same."""
    vectors, labels = vectors_of_taste(), labels_of_taste().toarray()
    vectors[3], labels[3] = vectors[2], labels[2]
    told = features(vectors=vectors, labels=sparse.csr_array(labels))

    believing_people = fitted(told, trust=0.5).score(history(1, 5, 7))[0, 3]
    believing_texts = fitted(told, trust=1_000.0).score(history(1, 5, 7))[0, 3]

    assert believing_people > 5 * believing_texts


def test_reasons_and_similar_items_are_of_the_same_taste():
    scorer = fitted(features())

    assert scorer.explain(np.array([1, 0]), np.ones(2, np.float32), 16) == 1
    # Cosine 1 with what lies in the same direction, and 0 with itself as every algorithm says.
    similarities = scorer.similar(16)
    assert similarities[18] == pytest.approx(1, abs=1e-3)
    assert (similarities[16], similarities[17]) == (0, pytest.approx(0, abs=0.05))


def test_only_the_most_frequent_labels_count():
    items = np.arange(N_ITEMS, dtype=np.int32)
    # Two labels tell the taste; each item has one of its own besides.
    labels = as_labels(
        np.tile(items, 2), np.concatenate([items % 2, 2 + items]).astype(np.int32), shape=(N_ITEMS, 2 + N_ITEMS)
    )
    told = features(vectors=NO_VECTORS, labels=labels)

    (few,) = fitted(told, max_labels=2).score(history(0))
    (one,) = fitted(told, max_labels=1).score(history(0))

    assert few[16] > 10 * abs(few[17])
    assert np.isfinite(one).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_labels_of_none_or_all_leaves_the_other_out(share):
    upside_down = vectors_of_taste()[np.roll(np.arange(N_ITEMS), 1)]
    told = features(vectors=np.where(np.arange(N_ITEMS)[:, None] < N_ITEMS - COLD, vectors_of_taste(), upside_down))

    (scores,) = fitted(told, label_share=share).score(history(0, 2))

    # The texts of items without rows say the opposite of their labels.
    assert (scores[16] > scores[17]) == (share == 1.0)


def test_a_catalogue_without_texts_and_labels_is_refused_by_name():
    with pytest.raises(InvalidInput, match=r"^features: hold neither texts nor labels"):
        fitted(features(vectors=NO_VECTORS, labels=NO_LABELS))


def test_a_catalogue_that_nobody_described_is_refused_by_name():
    with pytest.raises(InvalidInput, match=r"^features: nothing is known of the items"):
        load_fit("content")(replace(rows(features()), features=None), Config())


def test_large_sets_are_decomposed_as_small_ones_are():
    """With one dimension 2 · 1 is less than the sides, so that the iterative way is taken; both find the same."""
    told = features()
    few, many = (load_fit("content")(rows(told), Config(dimensions=number, trust=0.0)) for number in (2, 15))

    iterative, exact = few["asking"] @ few["offering"].T, many["asking"][:, :2] @ many["offering"][:, :2].T

    assert np.allclose(iterative, exact, atol=1e-3)
    assert np.array_equal(few["asking"], load_fit("content")(rows(told), Config(dimensions=2, trust=0.0))["asking"])
