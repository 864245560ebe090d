import numpy as np
import pytest

from marketing.text.features import inverse_frequency, ngrams, text_features, weighted

BUCKETS = 2**16


def words(*texts):
    return ngrams(texts, words=(1, 1), characters=None, buckets=BUCKETS)


def test_words_are_counted_with_a_logarithm():
    counts = words("blue blue lamp")

    # 1 + ln 2 for blue, 1 for lamp
    assert sorted(counts.data.tolist()) == [pytest.approx(1.0), pytest.approx(1.693147)]


def test_equal_words_share_a_place_whatever_their_case():
    counts = words("Lamp", "lamp")

    assert counts.indices[0] == counts.indices[1]


def test_runs_of_characters_stay_within_a_word():
    counts = ngrams(["ab c"], words=None, characters=(2, 2), buckets=BUCKETS)

    # " a", "ab", "b " and " c", "c "
    assert counts.nnz == 5


def test_chinese_is_one_long_word():
    counts = ngrams(["很好吃"], words=None, characters=(1, 2), buckets=BUCKETS)

    # Of 5 characters with the spaces: 4 different ones, and 4 pairs.
    assert counts.nnz == 4 + 4


def test_what_many_texts_have_weighs_less_and_rows_have_unit_length():
    counts = words("blue lamp", "blue pot")
    inverse = inverse_frequency(counts)

    rows = weighted(counts, inverse)

    # ln(3 / 3) + 1 = 1 for blue, ln(3 / 2) + 1 = 1.405465 for the others
    assert np.unique(inverse[counts.indices]).tolist() == [pytest.approx(1.0), pytest.approx(1.405465)]
    assert np.asarray(rows.power(2).sum(axis=1)).ravel() == pytest.approx([1, 1])


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "\0", "🎉🎉", "مرحبا", "x" * 20_000, "我 love 你"])
def test_any_text_has_finite_features(text):
    counts = ngrams([text])

    assert np.isfinite(weighted(counts, inverse_frequency(counts)).data).all()
    assert np.isfinite(text_features([text])).all()


def test_no_texts_have_no_rows():
    assert ngrams([], buckets=8).shape == (0, 8)
