"""Vectors through the cache. A space of the tests' own counts what is really encoded."""

import logging
from uuid import uuid4

import numpy as np
import pytest
from django.core.cache import cache
from django.test import override_settings

from marketing.errors import InvalidInput
from marketing.text import encoders
from marketing.text.vectors import text_hash, vectors

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
DEAD_CACHE = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": NOBODY_LISTENS,
        "OPTIONS": {"serializer": "config.serializers.JsonSerializer"},
    }
}


class Lengths:
    """An encoder of one's own: (length, 1) of a text, and a list of what it was asked for."""

    space = "lengths"
    dimensions = 2

    def __init__(self):
        self.version = uuid4().hex  # what earlier tests left in the cache is of another version
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], np.float32).reshape(-1, 2)


@pytest.fixture
def lengths(monkeypatch):
    own = Lengths()
    monkeypatch.setitem(encoders.SPACES, "lengths", "nowhere")
    monkeypatch.setattr(encoders, "_loaded", lambda space: own)
    return own


def test_a_text_is_encoded_once_whoever_asks(lengths):
    first = vectors(["a", "bb"], space="lengths")

    again = vectors(["bb", "ccc", "a"], space="lengths")

    assert lengths.asked == ["a", "bb", "ccc"]
    assert first.tolist() == [[1, 1], [2, 1]]
    assert again.tolist() == [[2, 1], [3, 1], [1, 1]]
    assert again.dtype == np.float32


def test_equal_texts_of_one_call_are_encoded_once(lengths):
    result = vectors(["bb", "a", "bb", "bb"], space="lengths")

    assert lengths.asked == ["bb", "a"]
    assert result[:, 0].tolist() == [2, 1, 2, 2]


def test_spellings_of_one_text_are_one_text(lengths):
    # é as one character and as two, space around it, a NUL
    vectors(["caf\u00e9", "cafe\u0301", "  caf\u00e9\n", "ca\0f\u00e9"], space="lengths")

    assert lengths.asked == ["caf\u00e9"]
    assert text_hash("caf\u00e9") == text_hash(" cafe\u0301 ")


def test_half_of_a_surrogate_pair_can_be_hashed_and_encoded(lengths):
    vectors(["broken \ud83d"], space="lengths")

    assert lengths.asked == ["broken \ufffd"]


def test_a_text_is_cut_after_20000_characters(lengths):
    result = vectors(["x" * 20_000, "x" * 20_001], space="lengths")

    assert result[:, 0].tolist() == [20_000, 20_000]
    assert len(lengths.asked) == 1


def test_another_version_of_an_encoder_does_not_find_the_vectors_of_the_one_before(lengths):
    vectors(["a"], space="lengths")
    lengths.version = uuid4().hex

    vectors(["a"], space="lengths")

    assert lengths.asked == ["a", "a"]


def test_more_texts_than_one_block_come_back_in_order(lengths):
    texts = ["x" * (1 + place % 1500) for place in range(3000)]

    result = vectors(texts, space="lengths")

    assert result[:, 0].tolist() == [len(text) for text in texts]
    assert len(lengths.asked) == 1500


def test_no_texts_give_no_rows(lengths):
    assert vectors([], space="lengths").shape == (0, 2)


@pytest.mark.parametrize("left", ["no vector at all", "AAAA", 7, ["a"], "AAAAAAAAwH8="], ids=str)
def test_what_something_else_left_under_the_key_is_not_served(lengths, left):
    # the last: 0 and NaN
    vectors(["a"], space="lengths")
    digest = text_hash("a").hex()
    cache.set(f"vector:lengths:{lengths.version}:{digest}", left)

    result = vectors(["a"], space="lengths")

    assert result.tolist() == [[1, 1]]
    assert lengths.asked == ["a", "a"]


def test_without_a_cache_texts_are_encoded_and_the_log_has_one_line(lengths, caplog):
    texts = ["x" * place for place in range(1, 2501)]

    with override_settings(CACHES=DEAD_CACHE), caplog.at_level(logging.WARNING, logger="marketing.text.vectors"):
        result = vectors(texts, space="lengths")

    assert result[:, 0].tolist() == list(range(1, 2501))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "neither looked up nor kept" in caplog.text


def test_an_unknown_space_is_refused_by_name():
    with pytest.raises(InvalidInput, match="space"):
        vectors(["a"], space="klingon")


def test_real_vectors_come_back_from_the_cache_bit_by_bit():
    text = f"My parcel {uuid4().hex} has not arrived."

    fresh = vectors([text, "🎉"], space="english")
    kept = vectors([text, "🎉"], space="english")

    np.testing.assert_array_equal(fresh, kept)
    assert not fresh[1].any()
