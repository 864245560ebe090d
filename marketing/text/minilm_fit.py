"""The English encoder once more, in torch, so that it can learn: the same weights under the same names as `encoders.minilm`."""

from collections.abc import Sequence
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from marketing.text.encoders import minilm

WORDS: Final = 30_522
WIDE: Final = 4 * minilm.DIMENSIONS
LONGEST: Final = 512  # positions that the weights know; `minilm` reads fewer


class MiniLmNetwork(nn.Module):
    """BERT (Devlin et al. 2019, section 3) with mean pooling (Reimers and Gurevych 2019, section 3)."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": nn.Embedding(WORDS, minilm.DIMENSIONS),
                "position_embeddings": nn.Embedding(LONGEST, minilm.DIMENSIONS),
                "token_type_embeddings": nn.Embedding(2, minilm.DIMENSIONS),
                "LayerNorm": _norm(),
            }
        )
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(_layer() for _ in range(minilm.LAYERS))})

    @classmethod
    def of_package(cls) -> "MiniLmNetwork":
        """With the package's weights, none of which is to change."""
        network = cls()
        # Copied: the package's file is mapped into memory read-only. Its pooler is not part of sentence vectors.
        weights = {name: torch.tensor(array.copy()) for name, array in minilm.package_weights().items()}
        network.load_state_dict({name: weights[name] for name in network.state_dict()})
        return network.requires_grad_(requires_grad=False)

    def forward(self, token_ids: Tensor, mask: Tensor) -> Tensor:
        """Vectors `(texts, 384)` of unit length, of `token_ids` `(texts, length)`; `mask` is True where a token stands."""
        parts: Any = self.embeddings
        layers: Any = self.encoder["layer"]
        hidden = parts["word_embeddings"](token_ids)
        hidden = hidden + parts["position_embeddings"].weight[: token_ids.shape[1]]
        hidden = parts["LayerNorm"](hidden + parts["token_type_embeddings"].weight[0])
        for layer in layers:
            hidden = _through(layer, hidden, mask)
        return functional.normalize((hidden * mask[:, :, None]).sum(dim=1), dim=1)


def token_ids(texts: Sequence[str], *, tokenizer: Tokenizer) -> list[list[int]]:
    return [tokenizer.encode(minilm.prepared(text)).ids for text in texts]


def padded(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Token ids and mask `(texts, length)`, as `MiniLmNetwork` takes them."""
    tokens = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in ids], batch_first=True)
    lengths = torch.tensor([len(row) for row in ids])
    return tokens, torch.arange(tokens.shape[1]) < lengths[:, None]


def _layer() -> nn.ModuleDict:
    size = minilm.DIMENSIONS
    own = nn.ModuleDict({name: nn.Linear(size, size) for name in ("query", "key", "value")})
    return nn.ModuleDict(
        {
            "attention": nn.ModuleDict(
                {"self": own, "output": nn.ModuleDict({"dense": nn.Linear(size, size), "LayerNorm": _norm()})}
            ),
            "intermediate": nn.ModuleDict({"dense": nn.Linear(size, WIDE)}),
            "output": nn.ModuleDict({"dense": nn.Linear(WIDE, size), "LayerNorm": _norm()}),
        }
    )


def _through(layer: Any, hidden: Tensor, mask: Tensor) -> Tensor:
    """One layer: self-attention and a feed-forward network, each added to what came in and normed."""
    attention, wide, narrow = layer["attention"], layer["intermediate"], layer["output"]
    attended = attention["output"]["dense"](_attention(attention["self"], hidden, mask))
    hidden = attention["output"]["LayerNorm"](hidden + attended)
    result: Tensor = narrow["LayerNorm"](hidden + narrow["dense"](functional.gelu(wide["dense"](hidden))))
    return result


def _attention(own: Any, hidden: Tensor, mask: Tensor) -> Tensor:
    query, key, value = (
        own[name](hidden).unflatten(2, (minilm.HEADS, -1)).transpose(1, 2) for name in ("query", "key", "value")
    )
    attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None])
    return attended.transpose(1, 2).flatten(2)


def _norm() -> nn.LayerNorm:
    return nn.LayerNorm(minilm.DIMENSIONS, eps=minilm.EPSILON)
