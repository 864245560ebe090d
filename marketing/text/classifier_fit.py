"""Fits the classifier of texts, makes its probabilities honest, and sets the bar for what is of no class."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit

from marketing.errors import InvalidInput
from marketing.text.classifier import Classifier, Matrix, softmax, unit

# With a larger one up to 2.7 points of accuracy are lost on sentence vectors.
TOLERANCE: Final = 1e-5
MOST_ITERATIONS: Final = 2_000
# Share of the rows that temperature and threshold are found on; the weights are then fitted on all.
HELD_OUT: Final = 0.15
# Below so many rows a held-out part says nothing: the temperature stays 1, the threshold lets all through.
FEWEST_ROWS: Final = 100


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig:
    """`strength` is the inverse of the regularisation; `kept` the share of in-scope texts that the threshold lets through.

    `neighbours` keeps the examples in the artefact, for telling what is unlike all of them.
    """

    strength: float = 30.0
    kept: float = 0.95
    neighbours: bool = True
    seed: int = 42


def fit_classifier(
    features: Matrix,
    labels: Sequence[str],
    *,
    config: ClassifierConfig = ClassifierConfig(),
    validation: tuple[Matrix, Sequence[str]] | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Arrays of a `Classifier` for texts with `features` `(n, d)` and their `labels` `(n,)`.

    `validation` are other texts of the same classes, to find temperature and threshold on; without them a part of the
    texts is held out for that.

    Raises:
        InvalidInput: names `labels` or `features`: nothing to learn, one class only, or numbers that are not finite.

    """
    features, classes, codes = _checked(features, labels)
    if validation is not None:
        held, answers = validation[0], np.array([classes.index(label) for label in validation[1]])
        early = _fitted(features, codes, classes=classes, config=config)
    elif len(codes) >= FEWEST_ROWS and np.bincount(codes).min() >= 2:
        kept, part = _split(codes, seed=config.seed)
        held, answers = features[part], codes[part]
        early = _fitted(features[kept], codes[kept], classes=classes, config=config)
    else:
        return _fitted(features, codes, classes=classes, config=config).arrays()
    temperature = _temperature(early, held, answers)
    threshold = float(np.quantile(early.known(held), 1 - config.kept))
    final = early if validation is not None else _fitted(features, codes, classes=classes, config=config)
    return replace(final, temperature=temperature, threshold=threshold).arrays()


def self_trained(
    features: Matrix,
    labels: Sequence[str],
    unlabelled: Matrix,
    *,
    config: ClassifierConfig = ClassifierConfig(),
    sure: float = 0.95,
    rounds: int = 3,
) -> tuple[Matrix, list[str], list[int]]:
    """Add those unlabelled texts that the model is sure of, round by round, as long as held-out accuracy does not fall.

    Gives features and labels with the added ones, and the places of these in `unlabelled` (Yarowsky 1995).

    Raises:
        InvalidInput: as `fit_classifier`.

    """
    features, classes, codes = _checked(features, labels)
    if len(codes) < FEWEST_ROWS or np.bincount(codes).min() < 2 or not len(unlabelled):
        return features, [classes[code] for code in codes], []
    kept, part = _split(codes, seed=config.seed)
    held, answers = features[part], codes[part]
    added = np.full(len(unlabelled), -1)
    model = _fitted(features[kept], codes[kept], classes=classes, config=config)
    best = float((model.probabilities(held).argmax(axis=1) == answers).mean())
    for _ in range(rounds):
        probabilities = model.probabilities(unlabelled)
        wanted = np.where(probabilities.max(axis=1) >= sure, probabilities.argmax(axis=1), -1)
        if np.array_equal(wanted, added):
            break
        taken = wanted >= 0
        model = _fitted(
            np.vstack([features[kept], unlabelled[taken]]),
            np.concatenate([codes[kept], wanted[taken]]),
            classes=classes,
            config=config,
        )
        accuracy = float((model.probabilities(held).argmax(axis=1) == answers).mean())
        if accuracy < best:
            break
        best, added = accuracy, wanted
    places = np.flatnonzero(added >= 0)
    together = np.concatenate([codes, added[places]])
    return np.vstack([features, unlabelled[places]]), [classes[code] for code in together], places.tolist()


def _checked(features: Matrix, labels: Sequence[str]) -> tuple[Matrix, list[str], npt.NDArray[np.int64]]:
    if features.ndim != 2 or len(features) != len(labels):
        raise InvalidInput(
            "labels", f"are {len(labels)} for features of shape {features.shape}; expected one for each row"
        )
    if not np.isfinite(features).all():
        raise InvalidInput("features", "hold NaN or infinite numbers; expected finite ones")
    classes, codes = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    if len(classes) < 2:
        only = f"all are “{classes[0]}”" if len(classes) else "there are none"
        raise InvalidInput("labels", f"{only}; expected texts of two different classes at least")
    return np.asarray(features, np.float32), classes.tolist(), codes


def _fitted(
    features: Matrix, codes: npt.NDArray[np.int64], *, classes: Sequence[str], config: ClassifierConfig
) -> Classifier:
    regression = LogisticRegression(
        C=config.strength, tol=TOLERANCE, max_iter=MOST_ITERATIONS, random_state=config.seed
    ).fit(features, codes)
    weights, biases = regression.coef_.T, regression.intercept_
    if len(classes) == 2:  # told by one score, that of the second
        weights, biases = np.hstack([-weights / 2, weights / 2]), np.concatenate([-biases / 2, biases / 2])
    examples = unit(features) if config.neighbours else features[:0]
    return Classifier(
        classes=tuple(classes),
        weights=np.ascontiguousarray(weights, np.float32),
        biases=np.ascontiguousarray(biases, np.float32),
        temperature=1.0,
        examples=examples,
        example_classes=codes[: len(examples)].astype(np.int32),
        threshold=-np.inf,
    )


def _split(codes: npt.NDArray[np.int64], *, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    size = max(round(HELD_OUT * len(codes)), len(np.unique(codes)))
    kept, held = next(StratifiedShuffleSplit(1, test_size=size, random_state=seed).split(codes[:, None], codes))
    return kept, held


def _temperature(model: Classifier, held: Matrix, answers: npt.NDArray[np.int64]) -> float:
    """The temperature under which the held-out texts' classes are likeliest."""
    scores = np.asarray(held @ model.weights + model.biases)
    rows = np.arange(len(answers))

    def unlikely(logarithm: float) -> float:
        likely = softmax(scores / np.float32(np.exp(logarithm)))[rows, answers]
        return -float(np.log(np.maximum(likely, 1e-12)).mean())

    return float(np.exp(minimize_scalar(unlikely, bounds=(-3.0, 3.0), method="bounded").x))
