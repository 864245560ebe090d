"""What a network is trained on: rows as columns of tensors, and batches drawn from them by index arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from recsys.dataset import Interactions

# An epoch has so many steps at least, where there are examples enough, and a batch so many examples.
LEAST_STEPS, LEAST_BATCH = 4, 16
# A prime, so that no seed's next epoch is another seed's first.
EPOCH_STEP = 1_000_003


@dataclass(frozen=True, eq=False)
class Rows:
    """Who has which item, by person and then by time; nobody has an item twice."""

    users: Tensor  # (n,) int64
    items: Tensor  # (n,) int64
    weights: Tensor  # (n,) float32, 1 on average
    instants: Tensor  # (n,) int64, rising; equal for rows of one person at one time
    starts: Tensor  # (n_users + 1,) int64: where each person's rows begin
    n_users: int
    n_items: int

    def __len__(self) -> int:
        return len(self.users)

    @classmethod
    def of(cls, interactions: Interactions) -> Self:
        order = np.lexsort((interactions.times, interactions.users))
        users, times = interactions.users[order], interactions.times[order]
        later = np.concatenate(([True], (users[1:] != users[:-1]) | (times[1:] != times[:-1])))
        values = interactions.values[order].astype(np.float64)
        counts = np.bincount(users, minlength=interactions.n_users)
        return cls(
            users=torch.from_numpy(users.astype(np.int64)),
            items=torch.from_numpy(interactions.items[order].astype(np.int64)),
            weights=torch.from_numpy((values / values.mean()).astype(np.float32)),
            instants=torch.from_numpy(np.cumsum(later)),
            starts=torch.from_numpy(np.concatenate(([0], np.cumsum(counts)))),
            n_users=interactions.n_users,
            n_items=interactions.n_items,
        )

    def lengths(self) -> Tensor:
        """How many rows `(users,)` each person has."""
        return self.starts.diff()

    def popularity(self) -> Tensor:
        """How many people `(items,)` have each item."""
        return torch.bincount(self.items, minlength=self.n_items)

    def shuffled_within_people(self, generator: torch.Generator) -> Tensor:
        """Places `(n,)` of the rows, each person's in random order."""
        return (self.users + torch.rand(len(self), generator=generator, dtype=torch.float64)).argsort()

    def in_time(self, generator: torch.Generator, *, shuffled: float = 0.0) -> Tensor:
        """Places `(n,)` of the rows by time, those of one instant, and of a share of people, in random order."""
        at_once = torch.rand(self.n_users, generator=generator) < shuffled
        first = self.instants[self.starts[self.users]]
        instants = torch.where(at_once[self.users], first, self.instants)
        return (instants + torch.rand(len(self), generator=generator, dtype=torch.float64)).argsort()


class Batch(NamedTuple):
    """One step's examples, or the part of them that one process has."""

    own: dict[str, Tensor]  # (examples, …)
    shared: dict[str, Tensor]  # the same for all processes
    size: float  # what the sum of the own losses is divided by, so that the mean over processes is that of the whole

    def part(self, number: int, *, of: int) -> "Batch":
        length = len(next(iter(self.own.values())))
        cut = slice(number * length // of, (number + 1) * length // of)
        return Batch({name: column[cut] for name, column in self.own.items()}, self.shared, self.size / of)


class Draw(Protocol):
    def __call__(self, places: Tensor, /) -> Batch:
        """The examples with these numbers, in this epoch."""
        ...


class Examples(Protocol):
    """What one epoch consists of: so many examples, and how some of them are drawn."""

    def __len__(self) -> int: ...

    def epoch(self, generator: torch.Generator, /) -> Draw: ...


class NetworkData(LightningDataModule):
    """Batches of an epoch, the same for any number of processes, each of which takes its part.

    All that is random comes from a generator of the seed and the epoch: whoever goes on after a stop draws what would
    have been drawn. With `parts` a batch comes in as many pieces, for accumulating gradients where memory is short.
    """

    def __init__(self, examples: Examples, *, batch_size: int, seed: int, parts: int = 1) -> None:
        super().__init__()
        self._examples = examples
        self._batch_size = batch_size
        self._seed = seed
        self._parts = parts

    def train_dataloader(self) -> "DataLoader[Batch]":
        # A generator of its own: else beginning an epoch draws from the one that the network draws from.
        return DataLoader(_Epoch(self), batch_size=None, generator=torch.Generator())

    def batches(self) -> Iterator[Batch]:
        count, trainer = len(self._examples), self.trainer
        size = batch_size(count, most=self._batch_size)
        # By the steps that were made: whoever goes on from a checkpoint asks before its epochs are counted.
        epoch = trainer.global_step // -(-count // size) if trainer else 0
        rank, processes = (trainer.global_rank, trainer.world_size) if trainer else (0, 1)
        generator = epoch_generator(self._seed, epoch=epoch)
        draw, order = self._examples.epoch(generator), torch.randperm(count, generator=generator)
        for start in range(0, count, size):
            batch = draw(order[start : start + size])
            for part in range(self._parts):
                yield batch.part(rank * self._parts + part, of=self._parts * processes)


class _Epoch(IterableDataset[Batch]):
    def __init__(self, data: NetworkData) -> None:
        self._data = data

    def __iter__(self) -> Iterator[Batch]:
        return self._data.batches()


def batch_size(count: int, *, most: int) -> int:
    return max(1, min(most, count, max(LEAST_BATCH, -(-count // LEAST_STEPS))))


def epoch_generator(seed: int, *, epoch: int) -> torch.Generator:
    return torch.Generator().manual_seed(epoch_seed(seed, epoch=epoch))


def epoch_seed(seed: int, *, epoch: int) -> int:
    return seed + EPOCH_STEP * (epoch + 1)
