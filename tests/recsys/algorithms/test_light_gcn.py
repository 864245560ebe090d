import numpy as np
import pytest
import torch
from scipy import sparse

from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.light_gcn.fit import LightGcn, Pairs
from recsys.algorithms.light_gcn.graph_fit import Graph
from recsys.algorithms.network_data_fit import Rows, epoch_generator
from recsys.dataset import encode

SMALL = {"embedding_size": 4, "epochs": 3, "device": "cpu"}
# Person 0 has items 0 and 1, person 1 has item 1: degrees 2, 1 and 1, 2.
ROWS = Rows.of(encode(users=[0, 0, 1], items=[0, 1, 1]).interactions)


def config_of(**settings):
    return config_class("light_gcn").from_dict({**SMALL, **settings})


def fitted(rows, **settings):
    config = config_of(**settings)
    return load_scorer("light_gcn").from_arrays(load_fit("light_gcn")(rows, config), config)


def by_hand(*, history, items):
    arrays = {"history": np.array(history, np.float32), "items": np.array(items, np.float32)}
    return load_scorer("light_gcn").from_arrays(arrays, config_of())


def two_camps(*, people=60, items=20):
    generator = np.random.default_rng(42)
    own = (np.arange(people)[:, None] % 2) == (np.arange(items) % 2)
    users, liked = np.nonzero(generator.random((people, items)) < np.where(own, 0.6, 0.03))
    return encode(users=users, items=liked).interactions


class TestGraph:
    def test_what_is_passed_on_is_less_by_both_degrees(self):
        graph = Graph.of(ROWS)

        # Item 0 → person 0: 1/√(2·1); item 1 → 0: 1/√(2·2), → 1: 1/√(1·2).
        given = graph.to_users(torch.tensor([[1.0], [10.0]]))

        assert given.flatten().tolist() == pytest.approx([0.5**0.5 + 5, 10 * 0.5**0.5])

    def test_the_way_back_is_the_other_direction(self):
        graph, users = Graph.of(ROWS), torch.tensor([[1.0], [2.0]], requires_grad=True)

        graph.to_items(users).sum().backward()

        assert users.grad.flatten().tolist() == pytest.approx(graph.to_users(torch.ones(2, 1)).flatten().tolist())

    def test_who_or_what_stands_alone_gets_nothing(self):
        alone = Rows.of(encode(users=[0, 0, 2], items=[0, 1, 1]).interactions)

        assert torch.isfinite(Graph.of(alone).to_users(torch.ones(2, 1))).all()


class TestFoldingIn:
    def test_a_new_person_gets_the_layers_that_everybody_gets_from_her_items(self):
        network = LightGcn(ROWS, config=config_of(layers=3))
        network.users.weight.data.zero_()  # the layer that a new person has not got
        with torch.no_grad():
            expected = network.smoothed()

        given = load_scorer("light_gcn").from_arrays(network.arrays(), config_of(layers=3))
        people = given.vectors(sparse.csr_array(np.array([[1, 1], [0, 1]], np.float32)))

        assert people == pytest.approx(expected.users.numpy(), abs=1e-5)

    def test_vectors_are_less_by_the_root_of_the_weights(self):
        scorer = by_hand(history=[[1, 0], [0, 1]], items=[[1, 0], [1, 2]])

        # (1·(1, 0) + 3·(0, 1)) / √4.
        assert scorer.vectors(sparse.csr_array(np.array([[1, 3]], np.float32))) == pytest.approx(np.array([[0.5, 1.5]]))
        assert scorer.score(sparse.csr_array(np.array([[1, 3]], np.float32))) == pytest.approx(np.array([[0.5, 3.5]]))


class TestReasons:
    def test_the_item_that_adds_most_to_the_score_is_the_reason(self):
        scorer = by_hand(history=[[1, 0], [0, 1], [-1, 0]], items=[[1, 0], [0, 1], [1, 1]])

        assert scorer.explain(np.array([1, 0]), np.ones(2), 0) == 1
        assert scorer.explain(np.array([1, 0]), np.array([5, 1]), 2) == 0
        assert scorer.explain(np.array([2]), np.ones(1), 0) is None
        assert scorer.similar(0) == pytest.approx([0, 0, 0.5**0.5])


class TestLearning:
    @pytest.mark.parametrize(
        "loss", [{"loss": "bpr", "negatives": 4}, {"loss": "softmax"}, {"loss": "softmax", "negatives": 8}]
    )
    def test_camps_are_found_by_each_loss(self, loss):
        rows = two_camps()

        scores = fitted(rows, **loss, epochs=30, embedding_size=8).score(rows.matrix())
        same = (np.arange(60)[:, None] % 2) == (np.arange(20) % 2)

        assert scores[same].mean() > scores[~same].mean() + scores.std()

    def test_the_item_itself_is_not_among_those_it_is_compared_with(self):
        config = config_of(loss="softmax", negatives=1)
        examples = Pairs.of(ROWS, config=config)
        draw = examples.epoch(epoch_generator(1, epoch=0))
        batch = draw(torch.arange(len(examples)))
        network = LightGcn(ROWS, config=config)

        losses = network.losses(batch)

        met = batch.own["items"] == batch.shared["others"]
        assert losses[met].tolist() == pytest.approx([0.0] * int(met.sum()), abs=1e-6)
        assert (losses[~met] > 0).all()

    def test_everybody_having_everything_is_no_reason_to_fail(self):
        rows = encode(users=np.repeat(range(5), 3), items=np.tile(range(3), 5)).interactions

        assert np.isfinite(fitted(rows, loss="bpr").score(rows.matrix())).all()
