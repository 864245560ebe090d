"""What a classifier sees of a text: vectors of what it means, and counts of the words and letters that stand in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse

from marketing.errors import InvalidInput
from marketing.text.encoders import Encoder, Vectors
from marketing.text.vectors import normalised_text, vectors

Counts: TypeAlias = "sparse.csr_array[np.float32, tuple[int, int]]"  # (texts, buckets)

BOTH_SPACES: Final = ("english", "multilingual")
# Characters of a text that are looked at: what it is about, and how it is meant, shows earlier.
MOST_CHARACTERS: Final = 2_000
# The English space tells English intents apart better; chosen on validation rows of Banking77.
ENGLISH_WEIGHT: Final = np.float32(1.5)
# More tell no more, and each costs a number for every class.
CLASSIFIER_BUCKETS: Final = 2**14
_WORD: Final = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, eq=False)
class TextFeatures:
    """What is seen of texts, one row each: `vectors` `(texts, dimensions)` and `counts` `(texts, buckets)`."""

    vectors: Vectors
    counts: Counts

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.counts.shape[0] != len(self.vectors):
            raise InvalidInput(
                "features",
                f"have vectors of shape {self.vectors.shape} and counts of shape {self.counts.shape}; expected as many rows",
            )
        if not np.isfinite(self.vectors).all() or not np.isfinite(self.counts.data).all():
            raise InvalidInput("features", "hold NaN or infinite numbers; expected finite ones")

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, places: npt.NDArray[np.intp]) -> Self:
        return type(self)(self.vectors[places], self.counts[places])

    def and_of(self, others: Self) -> Self:
        return type(self)(
            np.vstack([self.vectors, others.vectors]), sparse.vstack([self.counts, others.counts], format="csr")
        )


def read_texts(texts: Sequence[str], *, updated: Encoder | None = None) -> TextFeatures:
    """All that the classifier of intents looks at; what the `updated` English encoder says stands beside, not instead."""
    english, multilingual = (vectors(texts, space=space) for space in BOTH_SPACES)
    parts = [ENGLISH_WEIGHT * english, multilingual]
    if updated is not None:
        parts.append(ENGLISH_WEIGHT * updated.encode([normalised_text(text) for text in texts]))
    return TextFeatures(np.hstack(parts), ngrams(texts, buckets=CLASSIFIER_BUCKETS))


def text_features(texts: Sequence[str], *, spaces: Sequence[str] = BOTH_SPACES) -> Vectors:
    """Vectors of all `spaces` side by side `(texts, dimensions)`, so that each space weighs the same."""
    return np.hstack([vectors(texts, space=space) for space in spaces])


def ngrams(
    texts: Sequence[str],
    *,
    words: tuple[int, int] | None = (1, 2),
    characters: tuple[int, int] | None = (2, 5),
    buckets: int = 2**17,
) -> Counts:
    """Weights `(texts, buckets)` 1 + ln(count) of runs of words and of characters, each at the place of its hash.

    `words` and `characters` are the shortest and the longest runs; None leaves them out. Character runs stay within a
    word and the spaces around it; Chinese, which sets none, is one long word. Runs that share a bucket are added up.
    """
    places: list[np.ndarray] = []
    for text in texts:
        runs = _runs(normalised_text(text[:MOST_CHARACTERS]).casefold(), words=words, characters=characters)
        places.append(np.fromiter((crc32(run.encode("utf-8", "replace")) for run in runs), np.int64))
    lengths = [len(own) for own in places]
    columns = (np.concatenate(places) if places else np.empty(0, np.int64)) % buckets
    counts: Counts = sparse.csr_array(
        (
            np.ones(len(columns), np.float32),
            columns.astype(np.int32),
            np.concatenate(([0], np.cumsum(lengths))).astype(np.int32),
        ),
        shape=(len(texts), buckets),
    )
    counts.sum_duplicates()
    counts.data = 1 + np.log(counts.data)
    return counts


def inverse_frequency(counts: Counts) -> np.ndarray:
    """ln((1 + n) / (1 + texts with it)) + 1 for each bucket `(buckets,)`."""
    texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
    return (np.log((1 + counts.shape[0]) / (1 + texts_with)) + 1).astype(np.float32)


def weighted(counts: Counts, inverse: np.ndarray) -> Counts:
    """Counts times the inverse frequencies, each text's row of unit length."""
    scaled = counts.copy()
    scaled.data = (scaled.data * inverse[scaled.indices]).astype(np.float32)
    lengths = np.sqrt(np.asarray(scaled.power(2).sum(axis=1))).ravel()
    scaled.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(scaled.indptr)).astype(np.float32)
    return scaled


def _runs(text: str, *, words: tuple[int, int] | None, characters: tuple[int, int] | None) -> Iterator[str]:
    tokens = _WORD.findall(text)
    if words is not None:
        for length in range(words[0], words[1] + 1):
            for start in range(len(tokens) - length + 1):
                yield f"w{length} {' '.join(tokens[start : start + length])}"
    if characters is not None:
        for token in tokens:
            padded = f" {token} "
            for length in range(characters[0], characters[1] + 1):
                for start in range(max(1, len(padded) - length + 1)):
                    yield f"c{padded[start : start + length]}"
