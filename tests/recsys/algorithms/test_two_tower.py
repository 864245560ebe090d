from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse

from marketing.errors import ArtefactCorrupt
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.network_data_fit import Rows, epoch_generator
from recsys.algorithms.two_tower.content import content_of
from recsys.algorithms.two_tower.fit import Pairs, TwoTower
from recsys.dataset import encode
from recsys.item_features import ItemFeatures, Relations, as_labels, unit_rows

SMALL = {"embedding_size": 8, "hidden": 16, "epochs": 4, "device": "cpu"}
N_ITEMS = 20


def config_of(**settings):
    return config_class("two_tower").from_dict({**SMALL, **settings})


def fitted(rows, **settings):
    config = config_of(**settings)
    return load_scorer("two_tower").from_arrays(load_fit("two_tower")(rows, config), config)


def told(*, items=N_ITEMS):
    """A text and a label that say whether an item is one of the even ones."""
    odd = np.arange(items) % 2
    noise = np.random.default_rng(1).normal(scale=0.1, size=(items, 4))
    labels = as_labels(np.arange(items, dtype=np.int32), odd.astype(np.int32), shape=(items, 2))
    return ItemFeatures(unit_rows(np.eye(2, 4)[odd] + noise), labels, Relations.none())


def camps(*, people=80, without=()):
    """People like even items or odd ones; nobody has those of `without`."""
    generator = np.random.default_rng(42)
    own = (np.arange(people)[:, None] % 2) == (np.arange(N_ITEMS) % 2)
    likely = np.where(own, 0.6, 0.03)
    likely[:, list(without)] = 0
    users, items = np.nonzero(generator.random((people, N_ITEMS)) < likely)
    rows = encode(users=users, items=items, times=generator.random(len(users)) * 1e6).interactions
    items = np.flatnonzero(~np.isin(np.arange(N_ITEMS), without))[rows.items]
    return replace(rows, items=items.astype(np.int32), n_items=N_ITEMS)


def having(*items):
    dense = np.zeros((1, N_ITEMS), np.float32)
    dense[0, list(items)] = 1
    return sparse.csr_array(dense)


class TestScoring:
    def test_numpy_says_what_torch_says(self):
        rows, config = Rows.of(camps()), config_of(recent=2)
        torch.manual_seed(1)
        network = TwoTower(rows, content=content_of(told()), config=config).eval()
        scorer = load_scorer("two_tower").from_arrays(network.arrays(), config)

        with torch.no_grad():
            vectors, biases = network.of_items(None, known=torch.ones(N_ITEMS))
            mean, newest = vectors[[1, 4, 6]].mean(dim=0)[None], vectors[[6, 1]].mean(dim=0)[None]
            expected = network.of_people(mean, newest=newest, counts=torch.tensor([3.0])) @ vectors.T + biases

        given = scorer.score_sequences(having(1, 4, 6), np.array([[6, 1]], np.int32))
        assert given == pytest.approx(expected.numpy(), abs=1e-4)

    def test_what_came_last_counts_only_where_the_order_is_known(self):
        scorer = fitted(replace(camps(), features=told()), recent=2)
        person = having(1, 3, 4, 6)

        even, odd = (scorer.score_sequences(person, np.array([newest], np.int32)) for newest in ([4, 6], [1, 3]))
        nothing = scorer.score_sequences(person, np.array([[-1, -1]], np.int32))

        assert not np.allclose(even, odd, atol=1e-4)
        assert nothing == pytest.approx(scorer.score(person), abs=1e-6)

    def test_without_recent_items_the_order_tells_nothing(self):
        scorer = fitted(camps(), recent=0)

        given = scorer.score_sequences(having(1, 3), np.empty((1, 0), np.int32))

        assert given == pytest.approx(scorer.score(having(1, 3)), abs=1e-6)


class TestNewItems:
    def test_items_that_nobody_has_are_ranked_by_their_content(self):
        rows = replace(camps(without=(6, 7)), features=told())

        scores = fitted(rows, epochs=30, id_dropout=0.3).score(having(0, 2, 4))[0]

        assert scores[6] > scores[7]
        assert (scores[6] > scores[[1, 3, 5, 9, 11]]).all()

    def test_where_nothing_is_known_of_them_they_do_not_come_first(self):
        scores = fitted(camps(without=(6, 7)), epochs=20).score(having(0, 2, 4))[0]

        assert scores[6] == scores[7]
        assert (scores[[8, 10, 12, 14]] > scores[6]).all()


class TestContent:
    def test_both_parts_have_length_1_and_rare_labels_weigh_more(self):
        labels = as_labels(np.array([0, 1, 2, 0], np.int32), np.array([0, 0, 0, 1], np.int32), shape=(3, 2))
        features = ItemFeatures(np.eye(3, 2, dtype=np.float32), labels, Relations.none())

        content = content_of(features)

        # log(1 + 3/3) and log(1 + 3/1) are 1 : 2, at length 1.
        assert content[0] == pytest.approx([1, 0, 1 / 5**0.5, 2 / 5**0.5])
        assert content[1] == pytest.approx([0, 1, 1, 0])
        assert content[2] == pytest.approx([0, 0, 1, 0])

    def test_nothing_known_is_nothing(self):
        assert content_of(None).size == 0


class TestLoss:
    def test_an_item_that_stands_twice_in_a_batch_is_no_wrong_answer_for_itself(self):
        rows = Rows.of(encode(users=[0, 1, 2], items=[0, 0, 0]).interactions)
        examples = Pairs.of(rows, config=config_of())
        draw = examples.epoch(epoch_generator(1, epoch=0))

        losses = TwoTower(rows, content=content_of(None), config=config_of()).losses(draw(torch.arange(len(examples))))

        assert losses.tolist() == pytest.approx([0, 0, 0])

    def test_how_often_an_item_is_met_is_taken_off(self):
        rows = Rows.of(encode(users=[0, 1, 2, 3], items=[0, 0, 0, 1]).interactions)

        draw = Pairs.of(rows, config=config_of()).epoch(epoch_generator(1, epoch=0))

        assert draw(torch.tensor([0, 3])).shared["log_shares"].tolist() == pytest.approx([np.log(3 / 4), np.log(1 / 4)])

    def test_the_newest_items_are_those_right_before(self):
        rows = Rows.of(encode(users=[0] * 5, items=range(5), times=[10, 20, 30, 40, 50]).interactions)
        draw = Pairs.of(rows, config=config_of(recent=2)).epoch(epoch_generator(1, epoch=0))

        own = draw(torch.arange(5)).own

        for row, expected in enumerate([set(), {0}, {0, 1}, {1, 2}, {2, 3}]):
            # In some of the examples, drawn at random, nothing is told of the order.
            assert set(own["recent"][row][own["recent_weights"][row] > 0].tolist()) in (expected, set())
        assert own["recent_weights"].sum() > 0


class TestReasons:
    def test_the_item_that_lies_nearest_to_the_target_is_the_reason(self):
        scorer = fitted(replace(camps(), features=told()), epochs=20)

        assert {scorer.explain(np.array([1, 0]), np.ones(2), target) for target in (2, 4, 8)} == {1}
        assert int(np.argmax(scorer.similar(4))) % 2 == 0
        assert scorer.explain(np.array([0]), np.zeros(1), 2) is None


def test_arrays_of_another_width_are_reported_by_name():
    config = config_of()
    network = TwoTower(Rows.of(camps()), content=content_of(None), config=config)

    with pytest.raises(ArtefactCorrupt, match=r"the array 'first.weight' has shape"):
        load_scorer("two_tower").from_arrays(network.arrays(), config_of(hidden=7))
