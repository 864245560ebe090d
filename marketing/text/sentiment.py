"""How a text is meant: from −1, against, to 1, for. Linear heads by language in numpy; VADER's rules where none was fitted.

Fitted by `sentiment_fit`; its arrays stand in an artefact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, Self

import numpy as np
import numpy.typing as npt
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from marketing.errors import ArtefactCorrupt
from marketing.text.encoders.port import Vectors, says_something
from marketing.text.features import MOST_CHARACTERS, Counts, ngrams, text_features, weighted
from marketing.text.vectors import normalised_text

Arrays = Mapping[str, npt.NDArray[Any]]

# The one language that the rules are written for.
RULED: Final = "en"
BUCKETS: Final = 2**18
ENGLISH_RUNS: Final[dict[str, tuple[int, int]]] = {"words": (1, 2), "characters": (2, 5)}
CHINESE_RUNS: Final[dict[str, tuple[int, int] | None]] = {"words": None, "characters": (1, 4)}


@dataclass(frozen=True, slots=True)
class Mood:
    """`score` from −1 to 1, None where nothing can be said; `probability` that the text is meant well, None without a model.

    `by` says what judged: a fitted model, the rules, or nothing.
    """

    score: float | None
    probability: float | None
    by: Literal["model", "rules", "nothing"]


NO_MOOD: Final = Mood(None, None, "nothing")


@dataclass(frozen=True, eq=False)
class Seen:
    """What a head sees of texts of one language: `counts` `(texts, buckets)`, `vectors` and `rules` `(texts, …)`."""

    counts: Counts
    vectors: Vectors
    rules: Vectors


@dataclass(frozen=True, eq=False)
class Head:
    """A sum over what was seen. `graded`: it is the mood itself; else its probability, by way of the logistic function.

    `inverse` and `run_weights` `(buckets,)`; `vector_weights` and `rule_weights`, one for each column; the probability is
    the logistic function of `slope` times the sum plus `offset` (Platt 1999).
    """

    inverse: npt.NDArray[np.float32]
    run_weights: npt.NDArray[np.float32]
    vector_weights: npt.NDArray[np.float32]
    rule_weights: npt.NDArray[np.float32]
    bias: float
    slope: float
    offset: float
    graded: bool

    def moods(self, seen: Seen) -> list[Mood]:
        sums = weighted(seen.counts, self.inverse) @ self.run_weights + seen.vectors @ self.vector_weights
        sums = np.asarray(sums + seen.rules @ self.rule_weights + self.bias, np.float64)
        probabilities = 1 / (1 + np.exp(-np.clip(self.slope * sums + self.offset, -50, 50)))
        scores = np.clip(sums, -1, 1) if self.graded else 2 * probabilities - 1
        pairs = zip(scores.tolist(), probabilities.tolist(), strict=True)
        return [Mood(score, probability, "model") for score, probability in pairs]


class SentimentModel:
    """Heads by language. English without one is read by rules, and so are lone emoji; other texts have no mood."""

    def __init__(self, heads: Mapping[str, Head]) -> None:
        self._heads = dict(heads)

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages that a head was fitted for."""
        return tuple(sorted(self._heads))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Raises: ArtefactCorrupt: an array is missing, or they don't fit together."""
        try:
            codes = [code for code in arrays["languages"].tobytes().decode().split("\n") if code]
            return cls({code: _head(arrays, code) for code in codes})
        except (KeyError, UnicodeDecodeError, ValueError) as error:
            raise ArtefactCorrupt(f"the arrays of the sentiment model are not whole: {error!r}") from error

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        arrays: dict[str, npt.NDArray[Any]] = {
            "languages": np.frombuffer("\n".join(self.languages).encode(), np.uint8),
        }
        for code, head in self._heads.items():
            for part in ("inverse", "run_weights", "vector_weights", "rule_weights"):
                arrays[f"{code}.{part}"] = np.ascontiguousarray(getattr(head, part), np.float32)
            arrays[f"{code}.numbers"] = np.array([head.bias, head.slope, head.offset, head.graded], np.float32)
        return arrays

    def moods(self, texts: Sequence[str], languages: Sequence[str]) -> list[Mood]:
        """Mood of each text; `languages` has the code of each, as `language.detect` gives it."""
        moods = [NO_MOOD] * len(texts)
        places: dict[str, list[int]] = {}
        for place, (text, code) in enumerate(zip(texts, languages, strict=True)):
            if says_something(text) and code in self._heads:
                places.setdefault(code, []).append(place)
            elif code == RULED or not says_something(text):
                moods[place] = _ruled(text)
        for code, own in places.items():
            judged = self._heads[code].moods(see([texts[place] for place in own], language=code))
            for place, mood in zip(own, judged, strict=True):
                moods[place] = mood
        return moods


def rules() -> SentimentModel:
    """What there is without an artefact: VADER (Hutto and Gilbert 2014) for English."""
    return SentimentModel({})


def see(texts: Sequence[str], *, language: str) -> Seen:
    """What a head of this language is fitted on and judges by; the texts say something."""
    if language == RULED:
        counts = ngrams(texts, words=(1, 2), characters=(2, 5), buckets=BUCKETS)
        return Seen(counts, text_features(texts), rule_numbers(texts))
    counts = ngrams(texts, words=None, characters=(1, 4), buckets=BUCKETS)
    return Seen(counts, text_features(texts, spaces=("multilingual",)), np.zeros((len(texts), 0), np.float32))


def rule_numbers(texts: Iterable[str]) -> Vectors:
    """VADER's shares of negative, neutral and positive words, and its compound score `(texts, 4)`."""
    scores = [_analyser().polarity_scores(normalised_text(text[:MOST_CHARACTERS])) for text in texts]
    numbers = [[score[name] for name in ("neg", "neu", "pos", "compound")] for score in scores]
    return np.array(numbers, np.float32).reshape(len(scores), 4)


def _ruled(text: str) -> Mood:
    """None where the text is blank, or has no word that the rules know and so no mood that they could tell."""
    _, _, _, compound = rule_numbers([text])[0].tolist()
    if not normalised_text(text) or (not compound and not says_something(text)):
        return NO_MOOD
    return Mood(compound, None, "rules")


def _head(arrays: Arrays, code: str) -> Head:
    bias, slope, offset, graded = arrays[f"{code}.numbers"].tolist()
    head = Head(
        inverse=arrays[f"{code}.inverse"],
        run_weights=arrays[f"{code}.run_weights"],
        vector_weights=arrays[f"{code}.vector_weights"],
        rule_weights=arrays[f"{code}.rule_weights"],
        bias=bias,
        slope=slope,
        offset=offset,
        graded=bool(graded),
    )
    seen = see(["."], language=code)
    expected = (seen.counts.shape[1], seen.counts.shape[1], seen.vectors.shape[1], seen.rules.shape[1])
    parts = (head.inverse, head.run_weights, head.vector_weights, head.rule_weights)
    if tuple(part.shape for part in parts) != tuple((size,) for size in expected):
        raise ArtefactCorrupt(
            f"the head of {code!r} has arrays of shapes {[part.shape for part in parts]}; expected lengths {expected}"
        )
    return head


@cache
def _analyser() -> SentimentIntensityAnalyzer:
    """Its word lists are read once."""
    return SentimentIntensityAnalyzer()
