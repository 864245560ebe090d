"""How a text is meant: from −1, against, to 1, for. Heads by language in numpy; VADER's rules where none was fitted.

Fitted by `sentiment_fit`; its arrays stand in an artefact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, Self, cast

import numpy as np
import numpy.typing as npt
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from marketing.errors import ArtefactCorrupt
from marketing.text.encoders import encoder
from marketing.text.encoders.multilingual import Multilingual
from marketing.text.encoders.port import Encoder, Vectors, says_something
from marketing.text.features import MOST_CHARACTERS, Counts, ngrams, text_features, weighted
from marketing.text.segmentation import words
from marketing.text.vectors import normalised_text

Arrays = Mapping[str, npt.NDArray[Any]]
Numbers = npt.NDArray[np.float32]

# The one language that the rules are written for, and whose moods are grades and not only for or against.
RULED: Final = "en"
BUCKETS: Final = 2**18
RUNS: Final = ("words", "characters")
TUNED: Final = ".tuned."


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
    """What a head sees of texts: `counts` of runs of words and of characters `(texts, buckets)`, `meant` `(texts, …)`."""

    counts: tuple[Counts, Counts]
    meant: Vectors

    def __len__(self) -> int:
        return len(self.meant)


@dataclass(frozen=True, eq=False)
class Head:
    """A sum over the runs in a text, over its vector, and over its nearness to landmarks, texts of the training set.

    `inverse` and `run_weights`, of words and of characters, `(buckets,)`; `meant_weights` `(…,)`; `landmarks`
    `(landmarks, …)` and their weights `(landmarks,)`. Nearness is exp(−`width` · squared distance) (Rahimi and Recht 2007
    call it the Gaussian kernel; a subset of the texts stands for all, Williams and Seeger 2001). The probability is the
    logistic function of `slope` times the sum plus `offset` (Platt 1999). Where moods are `graded` the sum is the score.
    `tuned` is an encoder of the language's own, where it has one.
    """

    inverse: tuple[Numbers, Numbers]
    run_weights: tuple[Numbers, Numbers]
    meant_weights: Numbers
    landmarks: Numbers
    landmark_weights: Numbers
    width: float
    bias: float
    slope: float
    offset: float
    graded: bool
    tuned: Multilingual | None = None

    def moods(self, seen: Seen) -> list[Mood]:
        sums = self.sums(seen)
        probabilities = 1 / (1 + np.exp(-np.clip(self.slope * sums + self.offset, -50, 50)))
        scores = np.clip(sums, -1, 1) if self.graded else 2 * probabilities - 1
        pairs = zip(scores.tolist(), probabilities.tolist(), strict=True)
        return [Mood(score, probability, "model") for score, probability in pairs]

    def sums(self, seen: Seen) -> npt.NDArray[np.float64]:
        sums = nearness(seen.meant, self.landmarks, width=self.width) @ self.landmark_weights
        sums = sums + seen.meant @ self.meant_weights
        for counts, inverse, weights in zip(seen.counts, self.inverse, self.run_weights, strict=True):
            sums = sums + weighted(counts, inverse) @ weights
        return np.asarray(sums, np.float64) + self.bias


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
        arrays: dict[str, npt.NDArray[Any]] = {"languages": np.frombuffer("\n".join(self.languages).encode(), np.uint8)}
        for code, head in self._heads.items():
            for place, runs in enumerate(RUNS):
                arrays[f"{code}.{runs}.inverse"] = np.ascontiguousarray(head.inverse[place], np.float32)
                arrays[f"{code}.{runs}.weights"] = np.ascontiguousarray(head.run_weights[place], np.float32)
            arrays[f"{code}.meant_weights"] = np.ascontiguousarray(head.meant_weights, np.float32)
            arrays[f"{code}.landmarks"] = np.ascontiguousarray(head.landmarks, np.float32)
            arrays[f"{code}.landmark_weights"] = np.ascontiguousarray(head.landmark_weights, np.float32)
            numbers = [head.width, head.bias, head.slope, head.offset, head.graded]
            arrays[f"{code}.numbers"] = np.array(numbers, np.float32)
            if head.tuned is not None:
                arrays |= {f"{code}{TUNED}{name}": part for name, part in head.tuned.weights().items()}
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
            head = self._heads[code]
            judged = head.moods(see([texts[place] for place in own], language=code, tuned=head.tuned))
            for place, mood in zip(own, judged, strict=True):
                moods[place] = mood
        return moods


def rules() -> SentimentModel:
    """What there is without an artefact: VADER (Hutto and Gilbert 2014) for English."""
    return SentimentModel({})


def see(texts: Sequence[str], *, language: str, tuned: Encoder | None = None) -> Seen:
    """What a head of this language is fitted on and judges by; the texts say something.

    `tuned` stands in for the multilingual encoder; its vectors are not kept.
    """
    if language == RULED:
        spoken = ngrams(texts, words=(1, 2), characters=None, buckets=BUCKETS)
        spelt = ngrams(texts, words=None, characters=(2, 5), buckets=BUCKETS)
        return Seen((spoken, spelt), np.hstack([text_features(texts), rule_numbers(texts)]))
    # A language that sets no spaces is cut into words first.
    cut = [" ".join(words(text[:MOST_CHARACTERS])) for text in texts]
    spoken = ngrams(cut, words=(1, 2), characters=None, buckets=BUCKETS)
    spelt = ngrams(texts, words=None, characters=(1, 3), buckets=BUCKETS)
    meant = text_features(texts, spaces=("multilingual",)) if tuned is None else tuned.encode(texts)
    return Seen((spoken, spelt), meant)


def nearness(meant: Vectors, landmarks: Vectors, *, width: float) -> Vectors:
    """exp(−width · squared distance) of each text to each landmark `(texts, landmarks)`."""
    distances = np.square(meant).sum(axis=1)[:, None] + np.square(landmarks).sum(axis=1) - 2 * (meant @ landmarks.T)
    near: Vectors = np.exp(-np.float32(width) * np.maximum(distances, 0))
    return near


def rule_numbers(texts: Iterable[str]) -> Vectors:
    """VADER's shares of negative, neutral and positive words, and its compound score `(texts, 4)`."""
    scores = [_analyser().polarity_scores(normalised_text(text[:MOST_CHARACTERS])) for text in texts]
    numbers = [[score[name] for name in ("neg", "neu", "pos", "compound")] for score in scores]
    return np.array(numbers, np.float32).reshape(len(scores), 4)


def _ruled(text: str) -> Mood:
    """None where the text is blank, or has signs alone that the rules don't know either."""
    compound = float(rule_numbers([text])[0, 3])
    if not normalised_text(text) or (not compound and not says_something(text)):
        return NO_MOOD
    return Mood(compound, None, "rules")


def _head(arrays: Arrays, code: str) -> Head:
    width, bias, slope, offset, graded = arrays[f"{code}.numbers"].tolist()
    words_inverse, characters_inverse = (arrays[f"{code}.{runs}.inverse"] for runs in RUNS)
    words_weights, characters_weights = (arrays[f"{code}.{runs}.weights"] for runs in RUNS)
    head = Head(
        inverse=(words_inverse, characters_inverse),
        run_weights=(words_weights, characters_weights),
        meant_weights=arrays[f"{code}.meant_weights"],
        landmarks=arrays[f"{code}.landmarks"],
        landmark_weights=arrays[f"{code}.landmark_weights"],
        width=width,
        bias=bias,
        slope=slope,
        offset=offset,
        graded=bool(graded),
        tuned=_tuned(arrays, code),
    )
    of_runs = {part.shape for part in (*head.inverse, *head.run_weights)}
    expected = (len(head.landmark_weights), see(["."], language=code).meant.shape[1])
    if of_runs != {(BUCKETS,)} or head.landmarks.shape != expected or head.meant_weights.shape != expected[1:]:
        raise ArtefactCorrupt(
            f"the head of {code!r} has runs of shapes {sorted(of_runs)}, landmarks of {head.landmarks.shape} and weights of"
            f" {head.meant_weights.shape}; expected ({BUCKETS},), {expected} and {expected[1:]}"
        )
    return head


def _tuned(arrays: Arrays, code: str) -> Multilingual | None:
    """The encoder of a language's own, None where there are no weights of one."""
    prefix = code + TUNED
    weights = {name.removeprefix(prefix): part for name, part in arrays.items() if name.startswith(prefix)}
    if not weights:
        return None
    base = cast("Multilingual", encoder("multilingual"))
    for name, part in base.weights().items():
        if name not in weights or weights[name].shape != part.shape:
            raise ArtefactCorrupt(f"{prefix}{name}: expected an array of shape {part.shape}")
    return base.with_weights(weights, version=f"{base.version}+tuned")


@cache
def _analyser() -> SentimentIntensityAnalyzer:
    """Its word lists are read once."""
    return SentimentIntensityAnalyzer()
