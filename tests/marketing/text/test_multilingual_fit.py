"""The multilingual encoder in torch gives what the one in numpy gives, and what it learned the one in numpy takes over."""

import numpy as np
import torch

from marketing.text.encoders import encoder
from marketing.text.multilingual_fit import MultilingualNetwork, TuningConfig, padded, tune

TEXTS = [
    "这个台灯很好,非常喜欢",
    "太差了",
    "A lamp of blue glass that came broken",
    "好",
    "要求退款!!! 😡",
    "مرحبا بالعالم",
]
GOOD = [f"{thing}很好,喜欢" for thing in ("台灯", "椅子", "桌子", "花瓶")]
BAD = [f"{thing}太差,退款" for thing in ("台灯", "椅子", "桌子", "花瓶")]
MOODS = np.repeat([1.0, -1.0], 4)
FEW = TuningConfig(epochs=4, batch_size=4, learning_rate=1e-3)


def vectors_of(network, texts):
    base = encoder("multilingual")
    with torch.no_grad():
        return network.vectors(*padded(base, base.token_ids(texts))).numpy()


def test_vectors_are_those_of_the_encoder_in_numpy():
    base = encoder("multilingual")

    vectors = vectors_of(MultilingualNetwork(base), TEXTS)

    np.testing.assert_allclose(vectors, base.encode(TEXTS), atol=1e-4)


def test_what_was_learned_parts_good_from_bad():
    tuned = tune(GOOD + BAD, MOODS, config=FEW)

    logits = tuned.encoding.encode(GOOD + BAD) @ tuned.direction + tuned.bias

    assert (np.sign(logits) == MOODS).all()


def test_the_package_s_own_encoder_stays_as_it_was():
    before = encoder("multilingual").encode(TEXTS)

    tuned = tune(GOOD + BAD, MOODS, config=FEW)

    np.testing.assert_array_equal(encoder("multilingual").encode(TEXTS), before)
    assert np.abs(tuned.encoding.encode(TEXTS) - before).max() > 1e-3


def test_a_tuned_encoder_in_numpy_gives_what_the_tuned_network_gives():
    tuned = tune(GOOD + BAD, MOODS, config=FEW)

    vectors = vectors_of(MultilingualNetwork(tuned.encoding), TEXTS)

    np.testing.assert_allclose(vectors, tuned.encoding.encode(TEXTS), atol=1e-4)


def test_the_same_seed_learns_the_same():
    first, second = (tune(GOOD + BAD, MOODS, config=FEW) for _ in range(2))

    np.testing.assert_allclose(first.direction, second.direction, atol=1e-5)


def test_a_text_that_says_nothing_keeps_its_zero_vector():
    tuned = tune(GOOD + BAD, MOODS, config=FEW)

    assert not tuned.encoding.encode(["", "😡"]).any()
