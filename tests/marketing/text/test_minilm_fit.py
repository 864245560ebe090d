"""The encoder that learns is the one that serves."""

import numpy as np
import pytest
import torch

from marketing.text.encoders import encoder, minilm
from marketing.text.minilm_fit import MiniLmNetwork, padded, token_ids

SENTENCES = [
    "My card has not arrived yet.",
    "word " * 300,
    "我的包裹",
    "How do I top up my account with a cheque from another bank, and how long will that take?",
]


@pytest.fixture(scope="module")
def network():
    return MiniLmNetwork.of_package()


@torch.no_grad()
def vectors(network, texts):
    return network(*padded(token_ids(texts, tokenizer=minilm.package_tokenizer()))).numpy()


def test_its_vectors_are_those_of_the_encoder_that_serves(network):
    served = encoder("english").encode(SENTENCES)

    np.testing.assert_allclose(vectors(network, SENTENCES), served, atol=1e-4)


def test_a_text_has_the_same_vector_whatever_stands_beside_it(network):
    together = vectors(network, SENTENCES)

    alone = np.concatenate([vectors(network, [sentence]) for sentence in SENTENCES])

    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_nothing_of_it_changes_unless_it_is_told_to(network):
    assert not any(part.requires_grad for part in network.parameters())


def test_its_weights_bear_the_names_of_the_package(network):
    # All but the pooler, which is not part of sentence vectors: its weight and its bias.
    assert len(set(minilm.package_weights()) - set(network.state_dict())) == 2


def test_shorter_texts_are_filled_up_and_masked():
    tokens, mask = padded([[7, 8, 9], [7]])

    assert tokens.tolist() == [[7, 8, 9], [7, 0, 0]]
    assert mask.tolist() == [[True, True, True], [True, False, False]]
