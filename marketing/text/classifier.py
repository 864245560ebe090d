"""Which class a text is of, how sure that is, and whether it is of any: linear models over features, in numpy.

Fitted by `classifier_fit`; its arrays stand in an artefact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.text.features import TextFeatures, weighted

Arrays = Mapping[str, npt.NDArray[Any]]
Matrix = npt.NDArray[np.float32]

# Neighbours that the score of being known is taken from.
NEAREST: Final = 5
# What the best class's score says besides; chosen on validation rows of CLINC150, alone and together: area under the
# curve .980 of the neighbours, .982 of the scores, .988 of both.
SCORE_WEIGHT: Final = np.float32(0.05)
# How fast an example's say fades with the likeness; chosen on train rows of Banking77 beside ten texts of each intent.
SHARPNESS: Final = np.float32(2)


@dataclass(frozen=True, eq=False)
class Classifier:
    """Softmax of linear scores, divided by a temperature that makes the probabilities honest (Guo et al. 2017).

    `classes` are the names. The score of a class is linear in the vectors, by `weights` `(dimensions, classes)` and
    `biases` `(classes,)`, plus linear in the counts times `inverse` `(buckets,)`, by `count_weights`
    `(buckets, classes)`. `examples` `(n, dimensions)`, rows of unit length, are what it was fitted on, for telling what
    is unlike all of it; a text whose `known` score is below `threshold` is of no class. Where they are few, each example
    has a say of its own besides, by `example_weights` `(n, classes)`; where they are many, this has no rows.
    """

    classes: tuple[str, ...]
    weights: Matrix
    biases: Matrix
    inverse: Matrix
    count_weights: Matrix
    examples: Matrix
    example_weights: Matrix
    temperature: float = 1.0
    threshold: float = -np.inf

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Classifier over what `fit_classifier` gave; the arrays may be read-only memory maps.

        Raises:
            ArtefactCorrupt: an array is missing, or they don't fit together.

        """
        try:
            made = cls(
                classes=tuple(arrays["classes"].tobytes().decode().split("\n")),
                weights=arrays["weights"],
                biases=arrays["biases"],
                inverse=arrays["inverse"],
                count_weights=arrays["count_weights"],
                examples=arrays["examples"],
                example_weights=arrays["example_weights"],
                temperature=float(arrays["temperature"][0]),
                threshold=float(arrays["threshold"][0]),
            )
        except (KeyError, UnicodeDecodeError, IndexError) as error:
            raise ArtefactCorrupt(f"the classifier's arrays are not whole: {error!r}") from error
        width, classes = made.weights.shape[0], len(made.classes)
        expected = {
            "weights": (width, classes),
            "biases": (classes,),
            "count_weights": (len(made.inverse), classes),
            "examples": (len(made.examples), width),
            "example_weights": (len(made.examples) if len(made.example_weights) else 0, classes),
        }
        for name, shape in expected.items():
            if arrays[name].shape != shape:
                raise ArtefactCorrupt(f"the classifier's {name} have shape {arrays[name].shape}; expected {shape}")
        return made

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        numbers = {name: np.array([getattr(self, name)], np.float32) for name in ("temperature", "threshold")}
        tables = ("weights", "biases", "inverse", "count_weights", "examples", "example_weights")
        return {
            "classes": np.frombuffer("\n".join(self.classes).encode(), np.uint8),
            **{name: np.ascontiguousarray(getattr(self, name), np.float32) for name in tables},
            **numbers,
        }

    def probabilities(self, features: TextFeatures) -> Matrix:
        """Probability of each class `(texts, classes)`, as if every text were of one."""
        return softmax(self.scores(features) / np.float32(self.temperature))

    def known(self, features: TextFeatures) -> Matrix:
        """How much each text `(texts,)` is like those that it was fitted on; higher is more.

        The mean likeness to the nearest examples (Sun et al. 2022), which is low where nothing like it was said, and the
        best class's score, which is low where no class speaks up.
        """
        best = self.scores(features).max(axis=1, initial=-np.inf)
        if not len(self.examples):
            return np.asarray(best, np.float32)
        likeness = unit(features.vectors) @ self.examples.T
        nearest = min(NEAREST, likeness.shape[1])
        near = np.partition(likeness, likeness.shape[1] - nearest, axis=1)[:, -nearest:].mean(axis=1)
        return np.asarray(near + SCORE_WEIGHT * best, np.float32)

    def predict(self, features: TextFeatures) -> list[tuple[str | None, float]]:
        """Likeliest class of each text with its probability; None where the text is of no class."""
        probabilities, known = self.probabilities(features), self.known(features)
        best = probabilities.argmax(axis=1)
        return [
            (self.classes[place] if score >= self.threshold else None, float(row[place]))
            for place, row, score in zip(best.tolist(), probabilities, known, strict=True)
        ]

    def scores(self, features: TextFeatures) -> Matrix:
        """Scores of the classes `(texts, classes)`, before they are made probabilities."""
        shape = features.vectors.shape[1], features.counts.shape[1]
        if shape != (len(self.weights), len(self.inverse)):
            raise InvalidInput(
                "features",
                f"have {shape[0]} dimensions and {shape[1]} buckets; expected {len(self.weights)} and {len(self.inverse)}",
            )
        told = weighted(features.counts, self.inverse) @ self.count_weights
        scores = features.vectors @ self.weights + self.biases + told
        if len(self.example_weights):
            scores += nearness(unit(features.vectors), self.examples) @ self.example_weights
        return np.asarray(scores, np.float32)


def softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def nearness(vectors: Matrix, others: Matrix) -> Matrix:
    """1 where two rows of unit length point the same way, less the further apart: a Gaussian kernel of their distance."""
    return np.asarray(np.exp(SHARPNESS * (vectors @ others.T - 1)), np.float32)


def unit(vectors: Matrix) -> Matrix:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Matrix = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


def calibration_error(probabilities: Matrix, classes: Sequence[int], *, bins: int = 15) -> float:
    """Expected calibration error: |right − sure| of each bin of confidence, weighted by its texts (Guo et al. 2017)."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == np.asarray(classes)
    place = np.minimum((sure * bins).astype(np.int64), bins - 1)
    counts = np.bincount(place, minlength=bins)
    gap = np.abs(np.bincount(place, right, bins) - np.bincount(place, sure, bins))
    return float(gap.sum() / max(counts.sum(), 1))
