import numpy as np
import pytest
import torch
from scipy import sparse

from marketing.errors import ArtefactCorrupt
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.embedding_network.fit import EmbeddingNetwork, Pairs
from recsys.algorithms.network_data_fit import Rows, epoch_generator
from recsys.dataset import encode

SMALL = {"embedding_size": 4, "hidden": 6, "epochs": 3, "device": "cpu"}


def config_of(**settings):
    return config_class("embedding_network").from_dict({**SMALL, **settings})


def fitted(rows, **settings):
    config = config_of(**settings)
    return load_scorer("embedding_network").from_arrays(load_fit("embedding_network")(rows, config), config)


def by_hand(*, hidden, **changed):
    arrays = {
        "history": [[1.0], [3.0], [0.0]],
        "items": [[0.0], [1.0], [-1.0]],
        "bias": [0.5],
        "output": [2.0],
        "directions": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
        **changed,
    }
    return load_scorer("embedding_network").from_arrays(
        {name: np.array(values, np.float32) for name, values in arrays.items()}, config_of(hidden=hidden)
    )


def history(*rows):
    return sparse.csr_array(np.array(rows, np.float32))


def random_rows(*, people=40, items=20):
    generator = np.random.default_rng(42)
    users, liked = np.nonzero(generator.random((people, items)) < 0.3)
    return encode(users=users, items=liked).interactions


class TestScoring:
    def test_both_halves_are_added_and_passed_on(self):
        # The person: (1·1 + 3·3) / 4 = 2.5; with the bias 3, and the items' 0, 1 and -1: 3, 4 and 2.
        def silu(number):
            return number / (1 + np.exp(-number))

        given = by_hand(hidden=1).score(history([1, 3, 0]))

        assert given == pytest.approx(np.array([[2 * silu(3), 2 * silu(4), 2 * silu(2)]]))

    def test_it_is_what_the_network_itself_says(self):
        rows, config = Rows.of(random_rows()), config_of()
        torch.manual_seed(1)
        network = EmbeddingNetwork(rows, config=config).eval()
        scorer = load_scorer("embedding_network").from_arrays(network.arrays(), config)
        known, weights = torch.tensor([[3, 5]]), torch.tensor([[0.25, 0.75]])

        with torch.no_grad():
            expected = network(known, weights, torch.arange(rows.n_items)[None]).numpy()

        dense = np.zeros((1, rows.n_items), np.float32)
        dense[0, [3, 5]] = 1, 3
        assert scorer.score(sparse.csr_array(dense)) == pytest.approx(expected, abs=1e-4)

    def test_many_people_are_scored_as_each_alone(self):
        rows = random_rows()
        scorer = fitted(rows)

        together = scorer.score(rows.matrix())

        assert together[7] == pytest.approx(scorer.score(rows.matrix()[[7]])[0], abs=1e-6)


class TestTheLinearHead:
    def test_it_is_a_number_for_the_person_and_one_for_the_item_so_that_all_get_one_ranking(self):
        rows = random_rows()

        scores = fitted(rows, hidden=0, epochs=10).score(rows.matrix())

        levels = scores - scores[:1]
        assert np.ptp(levels, axis=1) == pytest.approx(0, abs=1e-4)
        assert np.ptp(levels[:, 0]) > 0
        assert (np.argsort(-scores, axis=1) == np.argsort(-scores[0])).mean() > 0.99

    def test_a_hidden_layer_gives_people_rankings_of_their_own(self):
        rows = random_rows()

        scores = fitted(rows, epochs=10).score(rows.matrix())

        assert np.ptp(scores - scores[:1], axis=1).max() > 0.01

    def test_it_gives_no_reasons(self):
        assert by_hand(hidden=0).explain(np.array([0, 1]), np.ones(2), 2) is None


class TestReasons:
    def test_the_item_without_which_the_score_falls_most_is_the_reason(self):
        # Means with both, without item 0 and without item 1: 2, 3 and 1: only leaving out item 1 lowers the score.
        assert by_hand(hidden=1).explain(np.array([0, 1]), np.ones(2), 2) == 1

    def test_what_speaks_against_it_or_has_no_weight_is_none(self):
        falling = by_hand(hidden=1, output=[-2.0])

        assert falling.explain(np.array([1]), np.ones(1), 2) is None
        assert by_hand(hidden=1).explain(np.array([1]), np.zeros(1), 2) is None

    def test_similar_items_point_the_same_way(self):
        assert by_hand(hidden=1).similar(0) == pytest.approx([0, 0, 0.5**0.5])


class TestExamples:
    def test_a_row_is_asked_for_beside_as_many_items_as_the_settings_say(self):
        rows = Rows.of(random_rows())
        examples = Pairs.of(rows, config=config_of(negatives=3))
        draw = examples.epoch(epoch_generator(1, epoch=0))

        batch = draw(torch.arange(10))

        assert len(examples) == len(rows)
        assert batch.own["items"].shape == (10, 4)
        assert torch.equal(batch.own["items"][:, 0], rows.items[:10])
        assert not (batch.own["history"] == rows.items[:10, None])[batch.own["weights"] > 0].any()

    def test_everybody_having_everything_is_learned_as_a_yes(self):
        rows = encode(users=np.repeat(range(5), 3), items=np.tile(range(3), 5)).interactions

        scores = fitted(rows, epochs=30).score(rows.matrix())

        assert (scores > 0).all()


@pytest.mark.parametrize(
    ("name", "values"),
    [("items", [[1.0]]), ("bias", [1.0, 2.0]), ("output", [1.0, 2.0]), ("directions", [[1.0, 2.0]])],
)
def test_arrays_that_do_not_go_together_are_reported_by_name(name, values):
    with pytest.raises(ArtefactCorrupt, match=f"the array '{name}' has shape"):
        by_hand(hidden=1, **{name: values})
