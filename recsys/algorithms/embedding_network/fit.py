"""The embedding network: binary cross-entropy of items that people have, against sampled ones that they don't."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchmetrics.functional.classification import binary_precision, binary_recall

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.embedding_network.config import Config
from recsys.algorithms.embedding_network.scorer import Scorer
from recsys.algorithms.network_data_fit import Batch, Draw, Rows
from recsys.algorithms.network_fit import Network, Plan, as_array, fit_network
from recsys.algorithms.network_sampling_fit import Histories, Negatives
from recsys.dataset import Interactions

FIRST_SIZE = 1.0


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """The head's halves `history` and `items` `(items, width)`, its `bias` `(width,)` and `output` `(width,)`.

    Also `directions` `(items, k)`, the items' own embeddings. A person is the weighted mean of the learned vectors of
    what she has (Koren 2008, SVD++, equation 15, without an own vector: new people are as good as others), the item in
    question left out; s_ui = o·silu(W_p p_u + W_q q_i + b), and P(u has i) = σ(s_ui). The linear halves W_p and W_q are
    applied to all items once, here.

    Raises:
        InvalidInput: no interactions, a device or a logger that is not there.
        FitDiverged: a loss or a weight is not finite.

    """
    plan = Plan.of("embedding_network", config, examples=Pairs.of, network=EmbeddingNetwork, scorer=Scorer.from_arrays)
    return fit_network(interactions, config, plan=plan, progress=progress)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every row with a part of its person's other rows, and items that she has not got."""

    rows: Rows
    negatives: Negatives
    config: Config

    @classmethod
    def of(cls, rows: Rows, *, config: Config) -> "Pairs":
        return cls(rows, Negatives.of(rows, by=config.negatives_by), config)

    def __len__(self) -> int:
        return len(self.rows)

    def epoch(self, generator: torch.Generator) -> Draw:
        return partial(self._drawn, Histories.of(self.rows, generator), generator)

    def _drawn(self, histories: Histories, generator: torch.Generator, places: Tensor) -> Batch:
        history, weights = histories.others(places, most=self.config.history)
        negatives, count = self.negatives.draw(
            self.rows.users[places], count=self.config.negatives, generator=generator
        )
        own = {
            "history": history,
            "weights": weights,
            "items": torch.cat((self.rows.items[places, None], negatives), dim=1),
            "counts": torch.cat((torch.ones(len(places), 1), count.float()), dim=1),
        }
        return Batch(own, {}, float(len(places)))


class EmbeddingNetwork(Network):
    def __init__(self, rows: Rows, *, config: Config) -> None:
        super().__init__(config)
        size, width = config.embedding_size, max(config.hidden, 1)
        self.linear = config.hidden == 0
        self.history = nn.Embedding(rows.n_items, size)
        self.items = nn.Embedding(rows.n_items, size)
        self.dropout = nn.Dropout(config.dropout)
        self.joint = nn.Linear(2 * size, width)
        self.output = nn.Linear(width, 1, bias=False)
        for table in (self.history, self.items):
            nn.init.normal_(table.weight, std=FIRST_SIZE)

    def losses(self, batch: Batch) -> Tensor:
        own = batch.own
        logits = self(own["history"], own["weights"], own["items"])
        labels = torch.zeros_like(logits)
        labels[:, 0] = 1.0
        self._log_metrics(logits, labels=labels, counts=own["counts"])
        losses = functional.binary_cross_entropy_with_logits(logits, labels, weight=own["counts"], reduction="none")
        return losses.sum(dim=1)

    def forward(self, history: Tensor, weights: Tensor, items: Tensor) -> Tensor:
        """Logits `(b, c)` of `items` `(b, c)` for people with a `history` `(b, h)`."""
        of_people, of_items = self._halves()
        people = self.dropout(
            functional.embedding_bag(history, self.history.weight, per_sample_weights=weights, mode="sum")
        )
        met = (people @ of_people + self.joint.bias)[:, None] + functional.embedding(
            items, self.items.weight @ of_items
        )
        answer: Tensor = self.output(met if self.linear else functional.silu(met)).squeeze(-1)
        return answer

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        of_people, of_items = self._halves()
        return {
            "history": as_array(self.history.weight @ of_people),
            "items": as_array(self.items.weight @ of_items),
            "bias": as_array(self.joint.bias),
            "output": as_array(self.output.weight[0]),
            "directions": as_array(self.items.weight),
        }

    def _halves(self) -> tuple[Tensor, Tensor]:
        """W_p and W_q `(size, width)`: one linear layer over both embeddings side by side."""
        of_people, of_items = self.joint.weight.T.chunk(2)
        return of_people, of_items

    def _log_metrics(self, logits: Tensor, *, labels: Tensor, counts: Tensor) -> None:
        # What doesn't count is given the label that the metrics leave out.
        said, known = logits.detach().flatten(), labels.long().masked_fill(counts == 0, -1).flatten()
        for name, metric in (("precision", binary_precision), ("recall", binary_recall)):
            self.log(name, metric(said, known, ignore_index=-1, validate_args=False), on_step=True, batch_size=1)
