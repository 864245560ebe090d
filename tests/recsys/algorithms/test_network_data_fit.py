import numpy as np
import pytest
import torch

from recsys.algorithms.network_data_fit import Batch, NetworkData, Rows, batch_size, epoch_generator
from recsys.dataset import Interactions

# User 0 met item 2 before 0 and 1, which came at one time; user 1 has nothing, user 2 has item 1.
INTERACTIONS = Interactions(
    users=np.array([0, 0, 2, 0]),
    items=np.array([0, 1, 1, 2]),
    values=np.array([1.0, 1.0, 1.0, 5.0]),
    times=np.array([20.0, 20.0, 5.0, 10.0]),
    n_users=3,
    n_items=3,
)
ROWS = Rows.of(INTERACTIONS)


class Numbers:
    """Examples that are their own numbers, of which an epoch has ten."""

    def __len__(self):
        return 10

    def epoch(self, generator):
        return lambda places: Batch({"places": places}, {}, float(len(places)))


def drawn(*, parts=1, seed=7):
    return list(NetworkData(Numbers(), batch_size=4, seed=seed, parts=parts).train_dataloader())


class TestRows:
    def test_they_stand_by_person_and_then_by_time(self):
        assert ROWS.users.tolist() == [0, 0, 0, 2]
        assert ROWS.items.tolist() == [2, 0, 1, 1]
        assert ROWS.starts.tolist() == [0, 3, 3, 4]
        assert ROWS.lengths().tolist() == [3, 0, 1]
        assert ROWS.popularity().tolist() == [1, 2, 1]

    def test_weights_are_1_on_average(self):
        # 8 over four rows are 2 on average.
        assert ROWS.weights.tolist() == [2.5, 0.5, 0.5, 0.5]

    def test_only_what_came_at_one_time_changes_places(self):
        orders = {tuple(ROWS.in_time(epoch_generator(1, epoch=epoch)).tolist()) for epoch in range(30)}

        assert orders == {(0, 1, 2, 3), (0, 2, 1, 3)}

    def test_shuffled_histories_come_in_any_order_but_stay_with_their_person(self):
        orders = {tuple(ROWS.in_time(epoch_generator(1, epoch=epoch), shuffled=1.0).tolist()) for epoch in range(60)}

        assert len(orders) == 6  # 3! of the first person
        assert {order[3] for order in orders} == {3}


class TestBatches:
    def test_an_epoch_has_every_example_once(self):
        places = torch.cat([batch.own["places"] for batch in drawn()])

        assert sorted(places.tolist()) == list(range(10))

    def test_the_same_seed_draws_the_same_and_another_one_does_not(self):
        first, again, other = (
            torch.cat([batch.own["places"] for batch in drawn(seed=seed)]).tolist() for seed in (7, 7, 8)
        )

        assert first == again
        assert first != other

    def test_parts_are_the_whole_batch_in_pieces_that_weigh_alike(self):
        whole, pieces = drawn(), drawn(parts=2)

        for number, batch in enumerate(whole):
            own = pieces[2 * number : 2 * number + 2]
            assert torch.equal(torch.cat([part.own["places"] for part in own]), batch.own["places"])
            # The mean over both pieces of sum / (size / 2) is the whole's sum / size.
            assert [part.size for part in own] == [batch.size / 2] * 2

    @pytest.mark.parametrize(
        ("count", "expected"),
        [(100_000, 1_000), (2_000, 500), (50, 16), (10, 10), (1, 1)],
        ids=["many", "four steps at least", "sixteen examples at least", "few", "one"],
    )
    def test_batches_are_smaller_where_there_are_few_examples(self, count, expected):
        assert batch_size(count, most=1_000) == expected
