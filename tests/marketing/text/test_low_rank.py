"""Small updates to the encoder: nothing at first, then only what was learned, and the same in serving as in training."""

import numpy as np
import pytest
import torch

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.text.encoders import encoder, minilm
from marketing.text.features import read_texts
from marketing.text.low_rank import merged, updated_encoder
from marketing.text.low_rank_fit import LowRankConfig, adapted_network, fit_low_rank, update_of
from marketing.text.minilm_fit import padded, token_ids

# Two classes that lie across what the texts are about.
TEXTS = [
    "The blue lamp is broken.",
    "The blue lamp is lovely.",
    "My order came in pieces.",
    "My order came early, thanks!",
    "The pot leaks.",
    "The pot is a joy.",
    "Shipping took a month.",
    "Shipping was quick.",
]
LABELS = ["bad", "good"] * 4
QUICK = LowRankConfig(rank=2, epochs=8, batch_size=4, learning_rate=1e-2, held_out=0, device="cpu")
QUERY = "encoder.layer.0.attention.self.query.weight"


@pytest.fixture(scope="module")
def learned():
    """An update, and the losses on the way to it."""
    epochs = []
    update = fit_low_rank(TEXTS, LABELS, config=QUICK, progress=epochs.append)
    return update, [epoch.loss for epoch in epochs]


@torch.no_grad()
def vectors(network):
    return network(*padded(token_ids(TEXTS, tokenizer=minilm.package_tokenizer()))).numpy()


def fresh_network(config=QUICK):
    return adapted_network(config, random=torch.Generator().manual_seed(42))


class TestAnUpdateBeforeItLearned:
    def test_it_leaves_vectors_as_they_are(self):
        np.testing.assert_allclose(vectors(fresh_network()), encoder("english").encode(TEXTS), atol=1e-4)

    def test_only_its_own_matrices_can_learn(self):
        learning = {name for name, part in fresh_network().named_parameters() if part.requires_grad}

        # Up and down for query and value of six layers.
        assert len(learning) == 2 * 2 * 6
        assert all(name.endswith((".0.up", ".0.down")) for name in learning)

    def test_it_is_small(self):
        update = update_of(fresh_network())

        # Of rank 2 between 384 and 384: 2 · 2 · 384 numbers for each of twelve weights.
        assert sum(array.size for array in update.values()) == 12 * 2 * 2 * 384


class TestLearning:
    def test_its_loss_falls(self, learned):
        _, losses = learned

        assert losses[-1] < losses[0] / 2

    def test_what_it_learned_pulls_the_classes_apart(self, learned):
        update, _ = learned

        assert _apart(updated_encoder(update).encode(TEXTS)) > _apart(encoder("english").encode(TEXTS)) + 0.1

    def test_only_the_named_weights_are_changed(self, learned):
        changed = merged(learned[0])

        assert len(changed) == 12
        assert all(name.endswith(("query.weight", "value.weight")) for name in changed)
        original = minilm.package_weights()
        assert any(not np.array_equal(weight, original[name]) for name, weight in changed.items())

    def test_the_encoder_that_serves_gives_what_the_network_gives(self, learned):
        network, update = fresh_network(), learned[0]
        with torch.no_grad():
            for name, part in network.named_parameters():
                if part.requires_grad:
                    array = torch.tensor(update[name.replace(".parametrizations.weight.0", ".weight")])
                    # The update has strength over rank, 2 / 2, multiplied in.
                    part.copy_(array)

        np.testing.assert_allclose(updated_encoder(update).encode(TEXTS), vectors(network), atol=1e-4)

    def test_equal_seeds_give_equal_updates(self, learned):
        again = fit_low_rank(TEXTS, LABELS, config=QUICK)

        assert all(np.array_equal(array, again[name]) for name, array in learned[0].items())

    def test_it_stops_when_held_out_texts_get_no_better(self):
        epochs = []
        # What it learns is wrong for half of the texts: labels of equal texts contradict each other.
        contradicting = LowRankConfig(
            rank=2, epochs=30, batch_size=8, learning_rate=1e-2, held_out=0.25, patience=1, device="cpu"
        )

        fit_low_rank(TEXTS * 2, LABELS + LABELS[::-1], config=contradicting, progress=epochs.append)

        assert len(epochs) < 30
        assert epochs[-1].held_out_loss >= min(epoch.held_out_loss for epoch in epochs)

    @pytest.mark.parametrize(
        ("labels", "told"),
        [(["a", "a"], "all are “a”"), (["a"], "are 1 for 2"), (["a", "b", "c"], "are 3 for 2")],
        ids=["one class", "too few", "too many"],
    )
    def test_labels_that_teach_nothing_are_refused_by_name(self, labels, told):
        with pytest.raises(InvalidInput, match=rf"^labels.*{told}"):
            fit_low_rank(["one", "two"], labels, config=QUICK)

    def test_no_texts_are_refused_by_name(self):
        with pytest.raises(InvalidInput, match=r"^labels.*there are none"):
            fit_low_rank([], [], config=QUICK)


class TestServing:
    def test_each_update_is_a_version_of_its_own(self, learned):
        other = {name: array + 1 for name, array in learned[0].items()}

        versions = {updated_encoder(update).version for update in (learned[0], other)} | {encoder("english").version}

        assert len(versions) == 3

    def test_what_it_says_stands_beside_what_the_frozen_encoder_says(self, learned):
        frozen, both = read_texts(TEXTS), read_texts(TEXTS, updated=updated_encoder(learned[0]))

        assert both.vectors.shape == (8, 384 + 512 + 384)
        assert np.array_equal(both.vectors[:, : 384 + 512], frozen.vectors)
        assert both.counts.shape == frozen.counts.shape

    def test_up_times_down_is_added(self):
        down, up = np.zeros((1, 384), np.float32), np.zeros((384, 1), np.float32)
        down[0, 3], up[5, 0] = 2, 0.25

        weight = merged({f"{QUERY}.down": down, f"{QUERY}.up": up})[QUERY]

        # 2 · .25 at one place, nothing elsewhere
        difference = weight - minilm.package_weights()[QUERY]
        assert difference[5, 3] == pytest.approx(0.5, abs=1e-6)
        assert np.count_nonzero(np.abs(difference) > 1e-6) == 1

    @pytest.mark.parametrize(
        "update",
        [
            {f"{QUERY}.down": np.zeros((2, 384))},
            {"another.weight.down": np.zeros((2, 384)), "another.weight.up": np.zeros((384, 2))},
            {f"{QUERY}.down": np.zeros((2, 384)), f"{QUERY}.up": np.zeros((384, 3))},
            {f"{QUERY}.down": np.zeros((2, 7)), f"{QUERY}.up": np.zeros((384, 2))},
        ],
        ids=["half of it", "another encoder's", "of two ranks", "of another width"],
    )
    def test_what_does_not_fit_is_refused(self, update):
        with pytest.raises(ArtefactCorrupt, match="weight"):
            merged(update)


def _apart(found):
    """Mean cosine within a class less that between them."""
    cosines = found @ found.T
    same = np.array(LABELS)[:, None] == np.array(LABELS)
    return cosines[same & ~np.eye(len(found), dtype=bool)].mean() - cosines[~same].mean()
