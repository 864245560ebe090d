"""The encoder of sixteen languages: what means the same lies close across them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from marketing.text.encoders import encoder


@pytest.fixture(scope="module")
def multilingual():
    return encoder("multilingual")


def test_a_sentence_lies_close_to_its_translation_and_far_from_others(multilingual):
    english, chinese, lamps = multilingual.encode(["Where is my parcel?", "我的包裹在哪里?", "我喜欢蓝色的灯"])

    assert english @ chinese > 0.7
    assert english @ lamps < 0.4
    assert chinese @ lamps < 0.4


def test_rows_are_32_bit_numbers_of_unit_length_and_the_same_alone_and_together(multilingual):
    texts = [
        "Where is my parcel?",
        "我的包裹在哪里?",
        "a",
        "Ich warte seit drei Wochen auf meine neue Lampe aus Glas.",
    ] * 20

    together = multilingual.encode(texts)

    assert together.shape == (80, 512)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(
        together[:4], np.concatenate([multilingual.encode([text]) for text in texts[:4]]), atol=1e-5
    )


def test_no_texts_give_no_rows(multilingual):
    assert multilingual.encode([]).shape == (0, 512)


@pytest.mark.parametrize("text", ["", "   \n", "🎉🎉", "!!! … —", "\0", "\ud800", "\N{CUNEIFORM SIGN A}"])
def test_a_text_that_says_nothing_gives_zeros(multilingual, text):
    vectors = multilingual.encode(["hello", text])

    assert vectors[0].any()
    assert not vectors[1].any()


@pytest.mark.parametrize(
    "text",
    [
        "broken \ud83d half",
        "nul\0byte",
        "أين طلبي؟",
        "איפה ההזמנה שלי",
        "where is 我的包裹?",
        "word " * 4000,
        "字" * 20_000,
    ],
    ids=["half a pair", "nul", "arabic", "hebrew", "mixed", "20,000 characters", "20,000 Chinese ones"],
)
def test_any_text_with_words_gets_a_vector(multilingual, text):
    (vector,) = multilingual.encode([text])

    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_only_the_first_characters_of_a_long_text_count(multilingual):
    start = "word " * 800

    vectors = multilingual.encode([start, start + "and then something else entirely"])

    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


def test_many_threads_may_ask_at_once(multilingual):
    texts = ["Where is my parcel?", "我的包裹在哪里?"] * 5
    alone = multilingual.encode(texts)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: multilingual.encode(texts), range(8)))

    for result in results:
        np.testing.assert_allclose(result, alone, atol=1e-6)
