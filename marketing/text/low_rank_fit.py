"""Teaches the English encoder a shop's own classes by a small update that leaves its weights as they are (LoRA)."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize
from torch.optim.lr_scheduler import OneCycleLR

from marketing.errors import InvalidInput
from marketing.text.encoders import minilm
from marketing.text.low_rank import DOWN, UP
from marketing.text.minilm_fit import MiniLmNetwork, padded, token_ids

QUERY, VALUE = "attention.self.query", "attention.self.value"
# A cosine alone, at most 1, can't make a class of many likely.
SHARPNESS: Final = 20.0
# Batches that are drawn together and sorted by length, so that little of them is padding.
SORTED_TOGETHER: Final = 16


@dataclass(frozen=True, kw_only=True)
class LowRankConfig:
    """`adapted` names the weights of each layer that get an update of `rank`; `strength` is the factor before it.

    `held_out` is the share of each class that training stops by: after `patience` rounds without a better loss on it. With
    0 all `epochs` are trained. `device` is a name that torch knows, or `auto`.
    """

    rank: int = 8
    strength: float = 2.0
    adapted: tuple[str, ...] = (QUERY, VALUE)
    epochs: int = 8
    batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    held_out: float = 0.1
    patience: int = 2
    seed: int = 42
    device: str = "auto"


@dataclass(frozen=True)
class Epoch:
    """Mean loss of the texts trained on, and of those held out (0 without any)."""

    loss: float
    held_out_loss: float


def fit_low_rank(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    config: LowRankConfig = LowRankConfig(),
    progress: Callable[[Epoch], None] | None = None,
) -> dict[str, npt.NDArray[np.float32]]:
    """The update's arrays, as `low_rank` takes them, that bring `texts` `(n,)` near to others of their `labels` `(n,)`.

    Cross-entropy of the cosines with one direction for each class, which is learned too and then left behind (Hu et al.
    2022; Wang et al. 2018, section 3.1, for the cosines).

    Raises:
        InvalidInput: names `labels`: there are fewer than texts, or of one class only.

    """
    codes = _codes(texts, labels)
    random = torch.Generator().manual_seed(config.seed)
    trained, held = _split(codes, share=config.held_out, random=random)
    lesson = _Lesson(texts, codes, trained, config=config, random=random)
    best, update, waited = math.inf, update_of(lesson.network), 0
    for _ in range(config.epochs):
        epoch = Epoch(lesson.learn(trained), lesson.loss_of(held))
        if progress:
            progress(epoch)
        if not held or epoch.held_out_loss < best:
            best, update, waited = epoch.held_out_loss, update_of(lesson.network), 0
        elif (waited := waited + 1) >= config.patience:
            break
    return update


class _Lesson:
    """The network with its update, one direction for each class, and the texts that both are fitted on."""

    def __init__(
        self, texts: Sequence[str], codes: Tensor, trained: list[int], *, config: LowRankConfig, random: torch.Generator
    ) -> None:
        self.device = _device(config.device)
        self.network = adapted_network(config, random=random).to(self.device)
        self._ids = token_ids(texts, tokenizer=minilm.package_tokenizer())
        self._codes, self._random, self._size = codes, random, config.batch_size
        self._directions = nn.Parameter(self._centroids(trained))
        self._optimizer = torch.optim.AdamW(
            [*(part for part in self.network.parameters() if part.requires_grad), self._directions],
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
        )
        steps = config.epochs * math.ceil(len(trained) / config.batch_size)
        self._schedule = OneCycleLR(self._optimizer, config.learning_rate, total_steps=steps, pct_start=0.1)

    def learn(self, rows: list[int]) -> float:
        """Go once through these rows; gives their mean loss on the way."""
        total = 0.0
        for batch in self._batches(rows):
            self._optimizer.zero_grad()
            loss = self._loss(batch)
            loss.backward()  # type: ignore[no-untyped-call] # torch leaves it untyped
            self._optimizer.step()
            self._schedule.step()
            total += loss.item() * len(batch)
        return total / len(rows)

    @torch.no_grad()
    def loss_of(self, rows: list[int]) -> float:
        """Their mean loss as things stand, 0 of no rows."""
        return sum(self._loss(batch).item() * len(batch) for batch in self._by_length(rows)) / max(len(rows), 1)

    def _loss(self, batch: list[int]) -> Tensor:
        scores = SHARPNESS * self._vectors(batch) @ functional.normalize(self._directions, dim=1).T
        return functional.cross_entropy(scores, self._codes[batch].to(self.device))

    def _vectors(self, batch: list[int]) -> Tensor:
        tokens, mask = padded([self._ids[row] for row in batch])
        vectors: Tensor = self.network(tokens.to(self.device), mask.to(self.device))
        return vectors

    @torch.no_grad()
    def _centroids(self, rows: list[int]) -> Tensor:
        """Where each class lies before anything is learned `(classes, 384)`: a good direction to begin with."""
        sums = torch.zeros(int(self._codes.max()) + 1, minilm.DIMENSIONS, device=self.device)
        for batch in self._by_length(rows):
            sums.index_add_(0, self._codes[batch].to(self.device), self._vectors(batch))
        return functional.normalize(sums, dim=1)

    def _batches(self, rows: list[int]) -> Iterator[list[int]]:
        """All rows in random batches of texts of about one length."""
        order = [rows[place] for place in torch.randperm(len(rows), generator=self._random).tolist()]
        together = self._size * SORTED_TOGETHER
        parts = (order[start : start + together] for start in range(0, len(order), together))
        batches = [batch for part in parts for batch in self._by_length(part)]
        for place in torch.randperm(len(batches), generator=self._random).tolist():
            yield batches[place]

    def _by_length(self, rows: list[int]) -> Iterator[list[int]]:
        by_length = sorted(rows, key=lambda row: len(self._ids[row]))
        for start in range(0, len(rows), self._size):
            yield by_length[start : start + self._size]


class LowRank(nn.Module):
    """A weight plus `strength / rank` times up times down; up begins as zero, so that nothing is changed yet."""

    def __init__(self, weight: Tensor, *, rank: int, strength: float, random: torch.Generator) -> None:
        super().__init__()
        outputs, inputs = weight.shape
        self.factor = strength / rank
        self.down = nn.Parameter(torch.randn(rank, inputs, generator=random) / math.sqrt(inputs))
        self.up = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.factor * (self.up @ self.down)


def adapted_network(config: LowRankConfig, *, random: torch.Generator) -> MiniLmNetwork:
    """The encoder with an update, that does nothing yet, on each of its `adapted` weights; all else is frozen."""
    network = MiniLmNetwork.of_package()
    for name, part in list(network.named_modules()):
        if isinstance(part, nn.Linear) and name.endswith(config.adapted):
            change = LowRank(part.weight, rank=config.rank, strength=config.strength, random=random)
            parametrize.register_parametrization(part, "weight", change)
    return network


def update_of(network: MiniLmNetwork) -> dict[str, npt.NDArray[np.float32]]:
    """The network's update as arrays, the factor multiplied in."""
    arrays: dict[str, npt.NDArray[np.float32]] = {}
    for name, part in network.named_modules():
        if isinstance(part, LowRank):
            weight = name.replace(".parametrizations.weight.0", ".weight")
            arrays[weight + DOWN] = part.down.detach().cpu().numpy().copy()
            arrays[weight + UP] = (part.factor * part.up).detach().cpu().numpy()
    return arrays


def _codes(texts: Sequence[str], labels: Sequence[str]) -> Tensor:
    if len(texts) != len(labels):
        raise InvalidInput("labels", f"are {len(labels)} for {len(texts)} texts; expected one for each")
    classes, codes = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    if len(classes) < 2:
        only = f"all are “{classes[0]}”" if len(classes) else "there are none"
        raise InvalidInput("labels", f"{only}; expected texts of two different classes at least")
    return torch.tensor(codes)


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(name)


def _split(codes: Tensor, *, share: float, random: torch.Generator) -> tuple[list[int], list[int]]:
    """Rows to train on and rows held out, `share` of each class; a class of few gives none."""
    order = torch.randperm(len(codes), generator=random)
    by_class = order[torch.argsort(codes[order], stable=True)]
    counts = torch.bincount(codes)
    starts = torch.cumsum(counts, 0) - counts
    rank = torch.arange(len(codes)) - starts[codes[by_class]]
    held = rank < (counts * share).floor()[codes[by_class]]
    return by_class[~held].tolist(), by_class[held].tolist()
