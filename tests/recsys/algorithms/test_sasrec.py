import numpy as np
import pytest
import torch
from scipy import sparse

from marketing.errors import ArtefactCorrupt, InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.contract import OrderedScorer
from recsys.algorithms.network_data_fit import Rows, epoch_generator
from recsys.algorithms.sasrec.fit import SelfAttention, Windows
from recsys.dataset import encode, sequences

SMALL = {"embedding_size": 8, "sequence_length": 5, "epochs": 3, "device": "cpu"}
N_ITEMS = 12


def config_of(**settings):
    return config_class("sasrec").from_dict({**SMALL, **settings})


def rounds(*, people=80, length=9):
    """Everybody goes round the catalogue, one item after another, each beginning somewhere else."""
    users, steps = np.repeat(np.arange(people), length), np.tile(np.arange(length), people)
    return encode(users=users, items=(users * 5 + steps) % N_ITEMS, times=steps + 1000.0 * users).interactions


def untrained(**settings):
    config = config_of(**settings)
    torch.manual_seed(3)
    network = SelfAttention(Rows.of(rounds()), config=config).eval()
    # So that norms and biases take part.
    with torch.no_grad():
        for weights in network.parameters():
            weights.add_(torch.randn_like(weights) * 0.3)
    return network, load_scorer("sasrec").from_arrays(network.arrays(), config)


def having(people):
    """Histories of items in `people`, each once, and everything at weight 1."""
    dense = np.zeros((len(people), N_ITEMS), np.float32)
    for row, items in enumerate(people):
        dense[row, [item for item in items if item >= 0]] = 1
    return sparse.csr_array(dense)


class TestScoring:
    @pytest.mark.parametrize("shape", [{}, {"blocks": 1, "heads": 1}, {"blocks": 3, "heads": 4}])
    def test_numpy_says_what_torch_says(self, shape):
        network, scorer = untrained(**shape)
        newest = np.array([[0, 3, 1, 7, 2], [-1, -1, -1, 4, 9], [-1, -1, -1, -1, -1]], np.int32)

        with torch.no_grad():
            people = network(torch.from_numpy(newest).long())[:, -1]
            expected = (people @ network.items.weight.T + network.biases).numpy()

        assert scorer.score_sequences(having(newest), newest) == pytest.approx(expected, abs=1e-4)

    def test_a_place_is_seen_from_later_ones_only(self):
        network, _ = untrained()
        one, other = torch.tensor([[1, 2, 3, 4, 5]]), torch.tensor([[1, 2, 3, 4, 6]])

        with torch.no_grad():
            first, second = network(one), network(other)

        assert torch.allclose(first[:, :4], second[:, :4], atol=1e-6)
        assert not torch.allclose(first[:, 4], second[:, 4], atol=1e-3)

    def test_the_order_matters_and_only_where_it_is_told(self):
        _, scorer = untrained()
        newest = np.array([[0, 3, 1, 7, 2], [2, 7, 1, 3, 0]], np.int32)
        people = having(newest)

        in_order, without = scorer.score_sequences(people, newest), scorer.score(people)

        assert isinstance(scorer, OrderedScorer)
        assert not np.allclose(in_order[0], in_order[1], atol=1e-3)
        assert without[0] == pytest.approx(without[1], abs=1e-6)

    def test_without_an_order_the_heaviest_items_count_as_the_newest(self):
        _, scorer = untrained()
        person = having([[1, 4, 6]])
        person.data[:] = 2, 9, 5

        given = scorer.score(person)

        assert given == pytest.approx(scorer.score_sequences(person, np.array([[-1, -1, 1, 6, 4]], np.int32)), abs=1e-6)

    def test_longer_sequences_are_cut_to_the_newest_and_unknown_items_left_out(self):
        _, scorer = untrained()
        people = having([[0, 3, 1, 7, 2]])

        given = scorer.score_sequences(people, np.array([[11, 10, 0, 3, 1, 7, 2]], np.int32))
        with_gap = scorer.score_sequences(having([[0, 1, 2]]), np.array([[0, 3, 1, 7, 2]], np.int32))

        assert given == pytest.approx(scorer.score_sequences(people, np.array([[0, 3, 1, 7, 2]], np.int32)), abs=1e-6)
        assert with_gap == pytest.approx(
            scorer.score_sequences(having([[0, 1, 2]]), np.array([[-1, -1, 0, 1, 2]], np.int32)), abs=1e-6
        )


class TestLearning:
    @pytest.mark.parametrize(
        ("against", "right"), [({}, 0.9), ({"negatives": 4}, 0.8)], ids=["all items", "a sample, for large catalogues"]
    )
    def test_what_follows_what_is_learned(self, against, right):
        settings = {"embedding_size": 16, "epochs": 40, "patience": 40, "batch_size": 32, "learning_rate": 0.01}
        rows, config = rounds(), config_of(**settings, validation_people=0, dropout=0.0, **against)
        scorer = load_scorer("sasrec").from_arrays(load_fit("sasrec")(rows, config), config)
        newest = sequences(rows, length=5)

        best = scorer.score_sequences(rows.matrix(), newest).argmax(axis=1)

        assert (best == (newest[:, -1] + 1) % N_ITEMS).mean() > right


class TestWindows:
    def drawn(self, rows, **settings):
        generator = epoch_generator(1, epoch=0)
        examples = Windows.of(Rows.of(rows), config=config_of(**settings))
        return examples.epoch(generator)(torch.arange(len(examples)))

    def test_a_long_history_is_cut_into_runs_in_which_each_step_is_asked_for_once(self):
        rows = encode(users=np.zeros(8, int), items=range(8), times=range(8)).interactions

        batch = self.drawn(rows)

        # Seven steps: five newest, two before.
        assert batch.own["before"].tolist() == [[2, 3, 4, 5, 6], [-1, -1, -1, 0, 1]]
        assert batch.own["following"].tolist() == [[3, 4, 5, 6, 7], [-1, -1, -1, 1, 2]]
        assert batch.size == 7

    def test_who_has_one_item_is_asked_for_it_after_nothing(self):
        batch = self.drawn(encode(users=[0, 1, 1], items=[0, 1, 2], times=[1, 2, 3]).interactions)

        assert batch.own["before"].tolist() == [[-1], [1]]
        assert batch.own["following"].tolist() == [[0], [2]]


class TestBadSettings:
    def test_heads_that_do_not_divide_the_size_are_refused_by_name(self):
        with pytest.raises(InvalidInput, match=r"^heads: is 3; expected a number that divides the embedding_size, 8"):
            config_of(heads=3)

    def test_arrays_of_another_number_of_blocks_are_reported_by_name(self):
        network, _ = untrained(blocks=1)

        with pytest.raises(ArtefactCorrupt, match=r"the array 'blocks\..*' has shape"):
            load_scorer("sasrec").from_arrays(network.arrays(), config_of(blocks=2))
