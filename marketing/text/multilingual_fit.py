"""The multilingual encoder once more, in torch, so that it can learn how texts of one language are meant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from marketing.text.encoders import encoder
from marketing.text.encoders.multilingual import Multilingual

# Tokens on each side of one that the convolutions see, by width.
CONVOLUTIONS: Final = ((2, 0), (3, 1), (5, 2))
CHANNELS: Final = 256
EPSILON: Final = 1e-12
# A sum of a unit vector alone, between ±1, can't be sure of anything.
SHARPNESS: Final = 10.0
# Batches that are drawn together and sorted by length, so that little of them is padding.
SORTED_TOGETHER: Final = 20
WARM_UP: Final = 60
MOST_TOKENS: Final = 100


@dataclass(frozen=True, kw_only=True)
class TuningConfig:
    """`dropped` is the share of tokens that is hidden at each step, `smoothing` how far certain labels are moved in.

    Values were chosen on validation rows of the Chinese reviews.
    """

    epochs: int = 3
    batch_size: int = 32
    learning_rate: float = 2e-4
    direction_rate: float = 5e-3
    dropped: float = 0.1
    smoothing: float = 0.03
    seed: int = 42


DEFAULT_TUNING: Final = TuningConfig()


@dataclass(frozen=True, eq=False)
class Tuned:
    """An encoder whose vectors times `direction` `(512,)`, plus `bias`, are the logit of being meant well."""

    encoding: Multilingual
    direction: npt.NDArray[np.float32]
    bias: float


def tune(texts: Sequence[str], moods: npt.NDArray[np.float64], *, config: TuningConfig) -> Tuned:
    """The encoder fitted to `texts` that are meant as `moods` `(texts,)` say, from −1 to 1; its tokens stay as they are."""
    base = cast("Multilingual", encoder("multilingual"))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = MultilingualNetwork(base)
        _learn(network, base, base.token_ids(texts), moods, config=config)
    weights = {name: part.detach().numpy().copy() for name, part in network.by_name().items()}
    direction = (SHARPNESS * network.direction.weight[0]).detach().numpy()
    bias = SHARPNESS * float(network.direction.bias.detach())
    return Tuned(base.with_weights(weights, version=f"{base.version}+tuned"), direction, bias)


class MultilingualNetwork(nn.Module):
    """Yang et al. 2020, section 3.2: convolutions over tokens, then a deep averaging network (Iyyer et al. 2015)."""

    def __init__(self, base: Multilingual) -> None:
        super().__init__()
        # The dots of names are not allowed here.
        parts = {name.replace(".", "_"): torch.tensor(np.array(part)) for name, part in base.weights().items()}
        self.parts = nn.ParameterDict(parts)
        self.direction = nn.Linear(base.dimensions, 1)
        nn.init.zeros_(self.direction.weight)
        nn.init.zeros_(self.direction.bias)

    def by_name(self) -> dict[str, Tensor]:
        names = (
            (name, name.replace("_", ".") if name[:2] in {"w1", "b1", "w2", "b2"} else name) for name in self.parts
        )
        return {named: self.parts[name] for name, named in names}

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Logits `(texts,)` of `tokens` `(texts, length, 512)`; `mask` `(texts, length)` is 1 where one stands."""
        logits: Tensor = SHARPNESS * self.direction(self.vectors(tokens, mask))[:, 0]
        return logits

    def vectors(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Vectors `(texts, 512)` of unit length."""
        own, there = self.parts, mask[:, :, None]
        below = _normed(tokens @ own["proj_W"] + own["proj_b"], own["ln_g_all"], own["ln_b_all"]) * there
        seen = [tokens]
        for place, part in enumerate(torch.split(below, CHANNELS, dim=2)):
            inner = self._convolved(part, "1", place) * there + part
            seen.append(self._convolved(inner, "2", place) * there + inner)
        hidden = _normed(torch.cat(seen, dim=2), own["ln_g"], own["ln_b"]) * there
        lengths = mask.sum(dim=1, keepdim=True)
        mean = (hidden.sum(dim=1) @ own["cnn_W"] + lengths * own["cnn_b"]) / lengths.sqrt()
        first = torch.relu(mean @ own["p1"] + torch.relu(mean @ own["d0"]) @ own["d1"])
        deep = torch.tanh(first @ own["p3"] + torch.relu(first @ own["d2"]) @ own["d3"])
        return functional.normalize(deep, dim=1)

    def _convolved(self, part: Tensor, layer: str, place: int) -> Tensor:
        width, left = CONVOLUTIONS[place]
        weight = self.parts[f"w{layer}_{place}"].reshape(width, CHANNELS, CHANNELS).permute(2, 1, 0)
        padded = functional.pad(part, (0, 0, left, width - 1 - left)).transpose(1, 2)
        return torch.relu(functional.conv1d(padded, weight).transpose(1, 2) + self.parts[f"b{layer}_{place}"])


def padded(base: Multilingual, token_ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Tokens and mask, as the network takes them."""
    rows = [torch.from_numpy(base.token_vectors(np.array(ids, np.int64))) for ids in token_ids]
    tokens = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    lengths = torch.tensor([len(ids) for ids in token_ids])
    return tokens, (torch.arange(tokens.shape[1]) < lengths[:, None]).float()


def _learn(
    network: MultilingualNetwork,
    base: Multilingual,
    token_ids: list[list[int]],
    moods: npt.NDArray[np.float64],
    *,
    config: TuningConfig,
) -> None:
    ids = [own[:MOST_TOKENS] for own in token_ids]
    chances = torch.tensor((1 + moods) / 2 * (1 - 2 * config.smoothing) + config.smoothing, dtype=torch.float32)
    optimizer = torch.optim.AdamW(
        [
            {"params": network.parts.parameters(), "lr": config.learning_rate},
            {"params": network.direction.parameters(), "lr": config.direction_rate},
        ],
        weight_decay=0.01,
    )
    steps = config.epochs * -(-len(ids) // config.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / WARM_UP) * max(0.02, 1 - step / steps)
    )
    for _ in range(config.epochs):
        for rows in _batches([len(own) for own in ids], size=config.batch_size):
            tokens, mask = padded(base, [ids[row] for row in rows])
            shown = torch.rand(mask.shape) >= config.dropped
            optimizer.zero_grad()
            loss = functional.binary_cross_entropy_with_logits(network(tokens * shown[:, :, None], mask), chances[rows])
            loss.backward()  # type: ignore[no-untyped-call] # torch leaves it untyped
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()


def _batches(lengths: list[int], *, size: int) -> Iterator[list[int]]:
    """All rows in random batches of texts of about one length."""
    order = torch.randperm(len(lengths)).tolist()
    together = size * SORTED_TOGETHER
    batches: list[list[int]] = []
    for start in range(0, len(order), together):
        part = sorted(order[start : start + together], key=lambda row: lengths[row])
        batches += [part[first : first + size] for first in range(0, len(part), size)]
    for place in torch.randperm(len(batches)).tolist():
        yield batches[place]


def _normed(values: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return functional.layer_norm(values, weight.shape, weight, bias, EPSILON)
