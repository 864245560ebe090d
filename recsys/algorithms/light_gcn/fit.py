"""LightGCN: embeddings passed on along who has what; nothing else is learned."""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.light_gcn.config import Config
from recsys.algorithms.light_gcn.graph_fit import Graph
from recsys.algorithms.light_gcn.scorer import Scorer
from recsys.algorithms.network_data_fit import Batch, Draw, Rows
from recsys.algorithms.network_fit import Network, Plan, as_array, fit_network
from recsys.algorithms.network_sampling_fit import Negatives
from recsys.dataset import Interactions

# Vectors are means over layers, each of which makes them shorter: so large, inner products begin at about 1.
FIRST_SIZE = 1.0


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Items' vectors `items` `(items, k)`, and `history` `(items, k)`: what each adds to someone who has it.

    E⁽ˡ⁺¹⁾ = Â E⁽ˡ⁾ over the whole graph in every step, and the mean of all layers is who or what it is (He et al. 2020,
    §3.1, equations 3 to 5). A new person has no layer 0; the others come from her items as everybody's did.

    Raises:
        InvalidInput: no interactions, a device or a logger that is not there.
        FitDiverged: a loss or a weight is not finite.

    """
    plan = Plan.of("light_gcn", config, examples=Pairs.of, network=LightGcn, scorer=Scorer.from_arrays)
    return fit_network(interactions, config, plan=plan, progress=progress)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every row, and items to compare its item with: each row's own, or those of the whole batch."""

    rows: Rows
    negatives: Negatives
    config: Config

    @classmethod
    def of(cls, rows: Rows, *, config: Config) -> "Pairs":
        return cls(rows, Negatives.of(rows, by="uniform"), config)

    def __len__(self) -> int:
        return len(self.rows)

    def epoch(self, generator: torch.Generator) -> Draw:
        return partial(self._drawn, generator)

    def _drawn(self, generator: torch.Generator, places: Tensor) -> Batch:
        users, items, count = self.rows.users[places], self.rows.items[places], self.config.negatives
        own, shared = {"users": users, "items": items}, {}
        if self.config.loss == "bpr":
            own["others"], own["counts"] = self.negatives.draw(users, count=count, generator=generator)
        elif count < self.rows.n_items:
            shared["others"] = torch.randperm(self.rows.n_items, generator=generator)[:count]
        return Batch(own, shared, float(len(places)))


class Smoothed(NamedTuple):
    users: Tensor  # (users, k)
    items: Tensor  # (items, k)
    history: Tensor  # (items, k)


class LightGcn(Network):
    def __init__(self, rows: Rows, *, config: Config) -> None:
        super().__init__(config)
        self.layers = config.layers
        self.users = nn.Embedding(rows.n_users, config.embedding_size)
        self.items = nn.Embedding(rows.n_items, config.embedding_size)
        for table in (self.users, self.items):
            nn.init.normal_(table.weight, std=FIRST_SIZE / config.embedding_size**0.5)
        self._graph = Graph.of(rows)

    def losses(self, batch: Batch) -> Tensor:
        smoothed = self.smoothed()
        people, items = smoothed.users[batch.own["users"]], batch.own["items"]
        wanted = (people * smoothed.items[items]).sum(dim=1)
        if "others" in batch.own:
            others = torch.einsum("bk,bnk->bn", people, smoothed.items[batch.own["others"]])
            return -(functional.logsigmoid(wanted[:, None] - others) * batch.own["counts"]).mean(dim=1)
        if "others" not in batch.shared:
            return torch.logsumexp(people @ smoothed.items.T, dim=1) - wanted
        others = people @ smoothed.items[batch.shared["others"]].T
        others = others.masked_fill(batch.shared["others"] == items[:, None], -torch.inf)
        return torch.logsumexp(torch.cat((wanted[:, None], others), dim=1), dim=1) - wanted

    def smoothed(self) -> Smoothed:
        """Everybody and everything, as the mean of the layers, times the root of the size."""
        users, items = self.users.weight, self.items.weight
        user_sum, item_sum, passed = users, items, torch.zeros_like(items)
        graph = self._graph = self._graph.to(items.device)
        for _ in range(self.layers):
            passed = passed + items
            users, items = graph.to_users(items), graph.to_items(users)
            user_sum, item_sum = user_sum + users, item_sum + items
        share = self.items.embedding_dim**0.25 / (self.layers + 1)
        return Smoothed(user_sum * share, item_sum * share, passed * share * graph.item_roots[:, None])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        with torch.no_grad():
            smoothed = self.smoothed()
        return {"history": as_array(smoothed.history), "items": as_array(smoothed.items)}
