import numpy as np
import pytest
import torch

from recsys.algorithms import network_sampling_fit
from recsys.algorithms.network_data_fit import Rows, epoch_generator
from recsys.algorithms.network_sampling_fit import Histories, Negatives
from recsys.dataset import encode

# Person 0 has items 0 to 4, person 1 has item 5 alone; the catalogue has 8.
ROWS = Rows.of(
    encode(users=[0, 0, 0, 0, 0, 1, 2, 2], items=[0, 1, 2, 3, 4, 5, 6, 7], values=[1, 1, 1, 1, 4, 1, 1, 1]).interactions
)


def generator(epoch=0):
    return epoch_generator(42, epoch=epoch)


class TestHistories:
    def test_a_row_sees_all_others_of_its_person_and_never_itself(self):
        items, weights = Histories.of(ROWS, generator()).others(torch.arange(5), most=10)

        for row in range(5):
            seen = items[row][weights[row] > 0].tolist()
            assert sorted(seen) == [item for item in range(5) if item != row]

    def test_shares_are_in_proportion_to_the_strengths_and_sum_to_1(self):
        items, weights = Histories.of(ROWS, generator()).others(torch.tensor([0]), most=10)

        # 1, 1, 1 and 4.
        assert dict(zip(items[0].tolist(), weights[0].tolist(), strict=True)) == pytest.approx(
            {1: 1 / 7, 2: 1 / 7, 3: 1 / 7, 4: 4 / 7}
        )

    def test_a_sample_changes_from_epoch_to_epoch(self):
        samples = {
            frozenset(Histories.of(ROWS, generator(epoch)).others(torch.tensor([0]), most=2)[0][0].tolist())
            for epoch in range(40)
        }

        # Of the four others there are six pairs.
        assert len(samples) == 6
        assert all(len(sample) == 2 for sample in samples)

    def test_someone_with_one_item_has_no_others(self):
        _, weights = Histories.of(ROWS, generator()).others(torch.tensor([5]), most=10)

        assert weights.sum() == 0


@pytest.mark.parametrize("dense_entries", [10**6, 0], ids=["by a table", "by search"])
class TestNegatives:
    def test_a_persons_own_items_are_told_apart(self, dense_entries, monkeypatch):
        monkeypatch.setattr(network_sampling_fit, "DENSE_ENTRIES", dense_entries)
        users = torch.zeros(500, dtype=torch.int64)

        items, fit = Negatives.of(ROWS, by="uniform").draw(users, count=4, generator=generator())

        assert torch.equal(fit, items > 4)
        # 5 of 8 are hers; drawn again once, 25 in 64 are left.
        assert fit.float().mean() == pytest.approx(1 - 25 / 64, abs=0.05)

    def test_popular_items_are_drawn_more_often_by_popularity(self, dense_entries, monkeypatch):
        monkeypatch.setattr(network_sampling_fit, "DENSE_ENTRIES", dense_entries)
        # Item 0 has 16 people, item 1 has one; nobody else has any. 16^0.75 = 8.
        rows = Rows.of(encode(users=[*range(16), 16], items=[0] * 16 + [1]).interactions)
        people = torch.full((3_000,), 16)

        # Person 16 has item 1, which is drawn again once: 1/81 are left.
        items, _ = Negatives.of(rows, by="popularity").draw(people, count=1, generator=generator())

        assert np.bincount(items.flatten())[0] / 3_000 == pytest.approx(80 / 81, abs=0.01)


def test_where_somebody_has_everything_nothing_counts():
    rows = Rows.of(encode(users=[0, 0], items=[0, 1]).interactions)

    _, fit = Negatives.of(rows, by="uniform").draw(torch.tensor([0]), count=5, generator=generator())

    assert not fit.any()
