"""SASRec: at each place of a history, the next item out of all."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.network_data_fit import Batch, Draw, Rows
from recsys.algorithms.network_fit import Network, Plan, as_array, fit_network
from recsys.algorithms.sasrec.config import Config
from recsys.algorithms.sasrec.scorer import Scorer
from recsys.dataset import Interactions

FIRST_SIZE = 0.05


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Items' vectors `items` `(items, k)`, of `places` `(length, k)`, and each block's weights, stacked over blocks.

    Blocks of causal attention and a layer for each place, with what went in added and normalised before (Kang and
    McAuley 2018, §III-B and C). The loss is the cross-entropy of the next item among all (Petrov and Macdonald 2023,
    gSASRec, §5, on what one sampled negative does to it). Items of one time stand in a new random order each epoch,
    so that without times there is nothing in the order to learn.

    Raises:
        InvalidInput: no interactions, a device or a logger that is not there.
        FitDiverged: a loss or a weight is not finite.

    """
    plan = Plan.of("sasrec", config, examples=Windows.of, network=SelfAttention, scorer=Scorer.from_arrays)
    return fit_network(interactions, config, plan=plan, progress=progress)


@dataclass(frozen=True, eq=False)
class Windows:
    """Histories cut into runs of `sequence_length` steps from one item to the next, the newest run whole."""

    rows: Rows
    users: Tensor  # (windows,)
    ends: Tensor  # (windows,) the places after their last rows
    config: Config

    @classmethod
    def of(cls, rows: Rows, *, config: Config) -> "Windows":
        lengths, length = rows.lengths(), config.sequence_length
        # Who has one item is asked for that one after nothing.
        runs = (lengths - 1).clamp_min(1).add(length - 1).div(length, rounding_mode="floor") * (lengths > 0)
        users = torch.repeat_interleave(torch.arange(rows.n_users), runs)
        firsts = torch.repeat_interleave(runs.cumsum(0) - runs, runs)
        return cls(rows, users, rows.starts[users + 1] - length * (torch.arange(len(users)) - firsts), config)

    def __len__(self) -> int:
        return len(self.users)

    def epoch(self, generator: torch.Generator) -> Draw:
        items = self.rows.items[self.rows.in_time(generator, shuffled=self.config.shuffled)]
        return partial(self._drawn, items, generator)

    def _drawn(self, items: Tensor, generator: torch.Generator, places: Tensor) -> Batch:
        users, ends = self.users[places], self.ends[places]
        longest = int((self.rows.lengths()[users] - 1).clamp(1, self.config.sequence_length).max())
        steps = torch.arange(-longest, 0)
        targets = ends[:, None] + steps
        starts = self.rows.starts[users, None]
        following, before = items[targets.clamp_min(0)], items[(targets - 1).clamp_min(0)]
        own = {
            "before": before.masked_fill(targets - 1 < starts, -1),
            "following": following.masked_fill(targets < starts, -1),
        }
        # The oldest item of a history follows nothing, and stands for those who have nothing where all have but one.
        alone = self.rows.lengths()[users, None] == 1
        own["following"].masked_fill_((own["before"] < 0) & ~alone, -1)
        shared = {}
        if self.rows.n_items > self.config.negatives:
            drawn = torch.randint(self.rows.n_items, (self.config.negatives,), generator=generator)
            shared["candidates"] = _distinct(drawn, own["following"])
        return Batch(own, shared, float((own["following"] >= 0).sum()))


def _distinct(drawn: Tensor, following: Tensor) -> Tensor:
    """The items drawn and those asked for, each once and rising."""
    distinct: Tensor = torch.unique(torch.cat((drawn, following[following >= 0])))
    return distinct


class SelfAttention(Network):
    def __init__(self, rows: Rows, *, config: Config) -> None:
        super().__init__(config)
        size = config.embedding_size
        self.items = nn.Embedding(rows.n_items, size)
        self.places = nn.Parameter(torch.empty(config.sequence_length, size))
        self.blocks = nn.ModuleList(
            [AttentionBlock(size, heads=config.heads, dropout=config.dropout) for _ in range(config.blocks)]
        )
        self.norm = nn.LayerNorm(size)
        self.biases = nn.Parameter(torch.zeros(rows.n_items))
        self.dropout = nn.Dropout(config.dropout)
        for table in (self.items.weight, self.places):
            nn.init.normal_(table, std=FIRST_SIZE)

    def losses(self, batch: Batch) -> Tensor:
        before, following = batch.own["before"], batch.own["following"]
        asked = following >= 0
        people, wanted = self(before)[asked], following[asked]
        table: Tensor = self.items.weight
        biases: Tensor = self.biases
        if "candidates" in batch.shared:
            candidates = batch.shared["candidates"]
            wanted = torch.searchsorted(candidates, wanted)
            table, biases = table[candidates], biases[candidates]
        return functional.cross_entropy(people @ table.T + biases, wanted, reduction="none")

    def forward(self, before: Tensor) -> Tensor:
        """What is known `(b, length, k)` at each place of the items `(b, length)`, -1 where there is none."""
        there = before >= 0
        met = functional.embedding(before.clamp_min(0), self.items.weight) * self.items.embedding_dim**0.5
        met = self.dropout((met + self.places[-before.shape[1] :]) * there[:, :, None])
        length = before.shape[1]
        earlier = torch.ones(length, length, dtype=torch.bool, device=before.device).tril()
        # A place always sees itself, so that places before the first item have something to be divided by.
        seen = (earlier & there[:, None, :]) | torch.eye(length, dtype=torch.bool, device=before.device)
        for block in self.blocks:
            met = block(met, seen=seen)
        known: Tensor = self.norm(met)
        return known

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        stacked: dict[str, list[Tensor]] = {}
        for block in self.blocks:
            for name, weight in block.state_dict().items():
                stacked.setdefault(f"blocks.{name}", []).append(weight)
        return {
            "items": as_array(self.items.weight),
            "places": as_array(self.places),
            "biases": as_array(self.biases),
            "norm.weight": as_array(self.norm.weight),
            "norm.bias": as_array(self.norm.bias),
            **{name: as_array(torch.stack(weights)) for name, weights in stacked.items()},
        }


class AttentionBlock(nn.Module):
    def __init__(self, size: int, *, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(size)
        self.projections = nn.Linear(size, 3 * size)  # queries, keys and values
        self.joined = nn.Linear(size, size)
        self.layer_norm = nn.LayerNorm(size)
        self.first = nn.Linear(size, size)
        self.second = nn.Linear(size, size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, met: Tensor, *, seen: Tensor) -> Tensor:
        parts = self.projections(self.attention_norm(met)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        queries, keys, values = parts
        attended = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=seen[:, None])
        met = met + self.dropout(self.joined(attended.transpose(1, 2).flatten(2)))
        layer = self.second(self.dropout(functional.relu(self.first(self.layer_norm(met)))))
        passed: Tensor = met + self.dropout(layer)
        return passed
