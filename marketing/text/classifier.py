"""Which class a text is of, how sure that is, and whether it is of any: a linear model over features, in numpy.

Fitted by `classifier_fit`; its arrays stand in an artefact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt, InvalidInput

Arrays = Mapping[str, npt.NDArray[Any]]
Matrix = npt.NDArray[np.float32]

# Neighbours that the score of being known is taken from.
NEAREST: Final = 5


@dataclass(frozen=True, eq=False)
class Classifier:
    """Softmax of linear scores, divided by a temperature that makes the probabilities honest (Guo et al. 2017).

    `classes` are the names; `weights` `(features, classes)`, `biases` `(classes,)`; `examples` `(n, features)`, rows of
    unit length, are what it was fitted on, for telling what is unlike all of it; a text whose `known` score is below
    `threshold` is of no class.
    """

    classes: tuple[str, ...]
    weights: Matrix
    biases: Matrix
    temperature: float
    examples: Matrix
    example_classes: npt.NDArray[np.int32]
    threshold: float

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Raises: ArtefactCorrupt: an array is missing, or they don't fit together."""
        try:
            classes = tuple(arrays["classes"].tobytes().decode().split("\n"))
            made = cls(
                classes=classes,
                weights=arrays["weights"],
                biases=arrays["biases"],
                temperature=float(arrays["temperature"][0]),
                examples=arrays["examples"],
                example_classes=arrays["example_classes"],
                threshold=float(arrays["threshold"][0]),
            )
        except (KeyError, UnicodeDecodeError, IndexError) as error:
            raise ArtefactCorrupt(f"the classifier's arrays are not whole: {error!r}") from error
        if made.weights.shape[1:] != (len(classes),) or made.examples.shape[1:] != made.weights.shape[:1]:
            raise ArtefactCorrupt(
                f"the classifier has {len(classes)} classes, weights of shape {made.weights.shape} and examples of shape"
                f" {made.examples.shape}; expected (features, classes) and (n, features)"
            )
        return made

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            "classes": np.frombuffer("\n".join(self.classes).encode(), np.uint8),
            "weights": np.ascontiguousarray(self.weights, np.float32),
            "biases": np.ascontiguousarray(self.biases, np.float32),
            "temperature": np.array([self.temperature], np.float32),
            "examples": np.ascontiguousarray(self.examples, np.float32),
            "example_classes": np.ascontiguousarray(self.example_classes, np.int32),
            "threshold": np.array([self.threshold], np.float32),
        }

    def probabilities(self, features: Matrix) -> Matrix:
        """Probability of each class `(texts, classes)`, as if every text were of one."""
        return softmax(self._scores(features) / np.float32(self.temperature))

    def known(self, features: Matrix) -> Matrix:
        """How much each text `(texts,)` is like those that it was fitted on; higher is more.

        The logarithm of the sum of the exponentials of its scores (Liu et al. 2020), which is low where no class speaks
        up, and the mean likeness to the nearest examples (Sun et al. 2022), which is low where nothing like it was said.
        """
        features = self._checked(features)
        if not len(self.examples):
            return _log_sum(self._scores(features))
        likeness = unit(features) @ self.examples.T
        nearest = min(NEAREST, likeness.shape[1])
        near = np.partition(likeness, likeness.shape[1] - nearest, axis=1)[:, -nearest:].mean(axis=1)
        return _log_sum(self._scores(features)) * NEAR_WEIGHT + near

    def predict(self, features: Matrix) -> list[tuple[str | None, float]]:
        """Likeliest class of each text with its probability; None where the text is of no class."""
        probabilities, known = self.probabilities(features), self.known(features)
        best = probabilities.argmax(axis=1)
        return [
            (self.classes[place] if score >= self.threshold else None, float(row[place]))
            for place, row, score in zip(best.tolist(), probabilities, known, strict=True)
        ]

    def _scores(self, features: Matrix) -> Matrix:
        scores: Matrix = self._checked(features) @ self.weights + self.biases
        return scores

    def _checked(self, features: Matrix) -> Matrix:
        if features.ndim != 2 or features.shape[1] != len(self.weights) or not np.isfinite(features).all():
            raise InvalidInput(
                "features",
                f"are of shape {features.shape} or not finite; expected (texts, {len(self.weights)}) finite numbers",
            )
        return features


# The log-sum says less than the neighbours; chosen on validation rows of CLINC150.
NEAR_WEIGHT: Final = np.float32(0.02)


def softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def unit(features: Matrix) -> Matrix:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.divide(features, lengths, out=np.zeros_like(features), where=lengths > 0)


def calibration_error(probabilities: Matrix, classes: Sequence[int], *, bins: int = 15) -> float:
    """Expected calibration error: |right − sure| of each bin of confidence, weighted by its texts (Guo et al. 2017)."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == np.asarray(classes)
    place = np.minimum((sure * bins).astype(np.int64), bins - 1)
    counts = np.bincount(place, minlength=bins)
    gap = np.abs(np.bincount(place, right, bins) - np.bincount(place, sure, bins))
    return float(gap.sum() / max(counts.sum(), 1))


def _log_sum(scores: Matrix) -> Matrix:
    most = scores.max(axis=1, keepdims=True)
    return np.asarray(most[:, 0] + np.log(np.exp(scores - most).sum(axis=1)), np.float32)
