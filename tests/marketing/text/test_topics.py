"""Topics of vectors: found by where texts lie, called by their words."""

import numpy as np
import pytest

from marketing.text.topics import matched, nearest
from marketing.text.topics_fit import discover


def around(axis, count, *, seed=0):
    """Unit vectors close to one axis of eight."""
    noise = np.random.default_rng(seed + axis).normal(0, 0.05, (count, 8))
    rows = np.eye(8)[axis] + noise
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


LATE = ["the parcel came late"] * 20
SOFT = ["soft fabric, the soft towel"] * 15
CHINESE = ["物流太慢了，快递等了很久"] * 12


def test_groups_are_found_with_their_number_the_largest_first():
    vectors = np.vstack([around(0, 20), around(1, 15), around(2, 12)])

    topics = discover(LATE + SOFT + CHINESE, vectors)

    assert topics.sizes == [20, 15, 12]
    assert topics.assignment.tolist() == [0] * 20 + [1] * 15 + [2] * 12
    np.testing.assert_allclose(np.linalg.norm(topics.centroids, axis=1), 1, rtol=1e-5)
    assert topics.centroids.argmax(axis=1).tolist() == [0, 1, 2]


def test_terms_are_words_that_set_a_topic_apart_without_words_that_stand_everywhere():
    vectors = np.vstack([around(0, 20), around(1, 15), around(2, 12)])

    topics = discover(LATE + SOFT + CHINESE, vectors)

    assert set(topics.terms[0]) == {"parcel", "came", "late"}
    assert set(topics.terms[1]) == {"soft", "fabric", "towel"}
    assert {"物流", "快递"} <= set(topics.terms[2])
    assert not {"the", "了", "太"} & {term for terms in topics.terms for term in terms}


def test_the_same_texts_give_the_same_topics():
    vectors = np.vstack([around(0, 20), around(1, 15)])

    first, second = (discover(LATE + SOFT, vectors) for _ in range(2))

    assert first.terms == second.terms
    np.testing.assert_array_equal(first.assignment, second.assignment)


@pytest.mark.parametrize("count", [0, 1, 15])
def test_too_few_texts_have_no_topics(count):
    topics = discover(["a text"] * count, around(0, count))

    assert (len(topics.centroids), topics.terms) == (0, ())
    assert topics.assignment.tolist() == [-1] * count


def test_texts_that_are_all_the_same_have_no_topics():
    assert len(discover(["a text"] * 40, np.tile(around(0, 1), (40, 1))).centroids) == 0


def test_texts_that_say_nothing_belong_to_no_topic():
    vectors = np.vstack([around(0, 20), np.zeros((3, 8), np.float32), around(1, 15)])

    topics = discover([*LATE, "😍", "", "!!!", *SOFT], vectors)

    assert topics.assignment[20:23].tolist() == [-1, -1, -1]
    assert topics.sizes == [20, 15]


def test_the_nearest_centroid_is_a_texts_topic_if_it_is_near_enough():
    centroids = np.eye(3, dtype=np.float32)[:2]
    # Cosines to the two: (.8, .6); (0, 0); (.3, .2), below the floor of .4.
    vectors = np.array([[0.8, 0.6, 0], [0, 0, 0], [0.3, 0.2, 0.93]], np.float32)

    assert nearest(vectors, centroids).tolist() == [0, -1, -1]
    assert nearest(vectors, centroids[:0]).tolist() == [-1, -1, -1]
    assert nearest(vectors[:0], centroids).tolist() == []


def test_each_old_topic_goes_on_in_the_new_one_that_is_nearest():
    old = np.eye(3, dtype=np.float32)[:2]
    # Both new ones are nearest to the first old one, with .9 and .95; the second is too far from the other, .31 < .8.
    new = np.array([[0.9, 0.436, 0], [0.95, 0.312, 0], [0, 0, 1]], np.float32)

    assert matched(new, old, floor=0.8).tolist() == [-1, 0, -1]
    assert matched(new, old[:0], floor=0.8).tolist() == [-1, -1, -1]
    assert matched(new[:0], old, floor=0.8).tolist() == []
