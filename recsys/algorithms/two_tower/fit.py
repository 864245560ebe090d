"""Two towers: in a batch of people and their items, whose item is whose."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.network_data_fit import Batch, Draw, Rows
from recsys.algorithms.network_fit import Network, Plan, as_array, fit_network
from recsys.algorithms.network_sampling_fit import Histories
from recsys.algorithms.two_tower.config import Config
from recsys.algorithms.two_tower.content import content_of
from recsys.algorithms.two_tower.scorer import ACTIVITY, Scorer
from recsys.dataset import Interactions

FIRST_SIZE = 0.1
# In so many examples nothing is known of the order, so that the tower can do without.
UNORDERED = 0.5


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Items' final vectors `items` `(items, k)` and `biases` `(items,)`, and the layers of the tower for people.

    An item is its own embedding plus what a layer makes of its text and labels; a person is the mean of her items'
    vectors plus what a layer makes of that mean, the mean of her newest ones and how many there are. The loss is the
    softmax over the items of the batch, each less by the logarithm of how often it is met there (Yi et al. 2019, §3,
    equations 4 to 6; the rate is counted, since all rows are at hand). Items without rows keep their content alone;
    where nothing is known of them they come last.

    Raises:
        InvalidInput: no interactions, a device or a logger that is not there.
        FitDiverged: a loss or a weight is not finite.

    """
    content = content_of(interactions.features)
    plan = Plan.of(
        "two_tower", config, examples=Pairs.of, network=partial(TwoTower, content=content), scorer=Scorer.from_arrays
    )
    return fit_network(interactions, config, plan=plan, progress=progress)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every row with a part of its person's other rows, and the items of the whole batch to tell it from."""

    rows: Rows
    log_shares: Tensor  # (items,) logarithm of how often an item is met
    timed: bool
    config: Config

    @classmethod
    def of(cls, rows: Rows, *, config: Config) -> "Pairs":
        shares = rows.popularity().clamp_min(1).double() / len(rows)
        # Without times all of a person's rows are of one instant.
        timed = int(rows.instants[-1]) > int((rows.lengths() > 0).sum())
        return cls(rows, shares.log().float(), timed, config)

    def __len__(self) -> int:
        return len(self.rows)

    def epoch(self, generator: torch.Generator) -> Draw:
        return partial(self._drawn, Histories.of(self.rows, generator), generator)

    def _drawn(self, histories: Histories, generator: torch.Generator, places: Tensor) -> Batch:
        history, weights = histories.others(places, most=self.config.history)
        recent, shares = self._recent(places, generator)
        items = self.rows.items[places]
        own = {
            "history": history,
            "weights": weights,
            "recent": recent,
            "recent_weights": shares,
            "counts": (self.rows.lengths()[self.rows.users[places]] - 1).float(),
            "places": torch.arange(len(places)),
        }
        shared = {
            "candidates": items,
            "log_shares": self.log_shares[items],
            "known": (torch.rand(self.rows.n_items, generator=generator) >= self.config.id_dropout).float(),
        }
        return Batch(own, shared, float(len(places)))

    def _recent(self, places: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Items `(b, recent)` right before the rows, and their weights; all 0 where there is no order."""
        before = places[:, None] - torch.arange(1, self.config.recent + 1)
        there = (before >= self.rows.starts[self.rows.users[places], None]).float()
        there *= (torch.rand(len(places), 1, generator=generator) >= (UNORDERED if self.timed else 1.0)).float()
        return self.rows.items[before.clamp_min(0)], there / there.sum(dim=1, keepdim=True).clamp_min(1.0)


class TwoTower(Network):
    told: Tensor  # (items, d + l) content
    met: Tensor  # (items,) whether anybody has an item

    def __init__(self, rows: Rows, *, content: npt.NDArray[np.float32], config: Config) -> None:
        super().__init__(config)
        size = config.embedding_size
        self.items = nn.Embedding(rows.n_items, size)
        self.biases = nn.Embedding(rows.n_items, 1)
        nn.init.normal_(self.items.weight, std=FIRST_SIZE)
        nn.init.zeros_(self.biases.weight)
        self.content = (
            nn.Sequential(
                nn.Linear(content.shape[1], config.hidden),
                nn.SiLU(),
                nn.Dropout(config.dropout),
                nn.Linear(config.hidden, size + 1),
            )
            if content.shape[1]
            else None
        )
        self.people_first = nn.Linear(2 * size + 1, config.hidden)
        self.people_second = nn.Linear(config.hidden, size)
        self.dropout = nn.Dropout(config.dropout)
        self.register_buffer("told", torch.from_numpy(content), persistent=False)
        self.register_buffer("met", rows.popularity() > 0, persistent=False)

    def losses(self, batch: Batch) -> Tensor:
        own, shared = batch.own, batch.shared
        needed, places = _needed(own["history"], own["recent"], shared["candidates"], n_items=len(self.met))
        vectors, biases = self.of_items(needed, known=shared["known"])
        history, recent, candidates = places
        mean = functional.embedding_bag(history, vectors, per_sample_weights=own["weights"], mode="sum")
        newest = mean
        if recent.shape[1]:
            ordered = own["recent_weights"].any(dim=1, keepdim=True)
            newest = functional.embedding_bag(recent, vectors, per_sample_weights=own["recent_weights"], mode="sum")
            newest = torch.where(ordered, newest, mean)
        people = self.of_people(mean, newest=newest, counts=own["counts"])
        logits = people @ vectors[candidates].T + biases[candidates] - shared["log_shares"]
        wanted = own["places"]
        same = shared["candidates"] == shared["candidates"][wanted, None]
        same[torch.arange(len(wanted), device=same.device), wanted] = False
        return functional.cross_entropy(logits.masked_fill(same, -torch.inf), wanted, reduction="none")

    def of_items(self, items: Tensor | None, *, known: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors `(n, k)` and biases `(n,)` of some items or of all; their own embedding only where `known`."""
        table, biases, told = self.items.weight, self.biases.weight, self.told
        if items is not None:
            table, biases, told, known = table[items], biases[items], told[items], known[items]
        vectors, levels = table * known[:, None], biases[:, 0] * known
        if self.content is None:
            return vectors, levels
        of_content = self.content(told)
        return vectors + of_content[:, :-1], levels + of_content[:, -1]

    def of_people(self, mean: Tensor, *, newest: Tensor, counts: Tensor) -> Tensor:
        activity = torch.log1p(counts)[:, None] * ACTIVITY
        met = torch.cat((self.dropout(mean), self.dropout(newest), activity), dim=1)
        people: Tensor = mean + self.people_second(functional.silu(self.people_first(met)))
        return people

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        was_training = self.training
        self.eval()
        with torch.no_grad():
            vectors, biases = self.of_items(None, known=self.met.float())
        self.train(was_training)
        if self.content is None:
            biases = torch.where(self.met, biases, biases[self.met].min())
        return {
            "items": as_array(vectors),
            "biases": as_array(biases),
            "first.weight": as_array(self.people_first.weight),
            "first.bias": as_array(self.people_first.bias),
            "second.weight": as_array(self.people_second.weight),
            "second.bias": as_array(self.people_second.bias),
        }


def _needed(*places: Tensor, n_items: int) -> tuple[Tensor | None, list[Tensor]]:
    """Which items are looked at, and the places among them; None: all, where that is less work than finding out."""
    if sum(part.numel() for part in places) >= n_items:
        return None, list(places)
    needed, found = torch.unique(torch.cat([part.flatten() for part in places]), return_inverse=True)
    parts = found.split([part.numel() for part in places])
    return needed, [own.view(part.shape) for own, part in zip(parts, places, strict=True)]
