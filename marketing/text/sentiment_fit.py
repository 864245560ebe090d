"""Fits how texts are meant, language by language: words, characters and meaning each for itself, then their sum."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold

from marketing.errors import InvalidInput
from marketing.text.encoders.multilingual import Multilingual
from marketing.text.encoders.port import says_something
from marketing.text.features import inverse_frequency, weighted
from marketing.text.multilingual_fit import DEFAULT_TUNING, TuningConfig, tune
from marketing.text.sentiment import RULED, Head, Seen, SentimentModel, nearness, see

Targets = npt.NDArray[np.float64]  # (texts,) from -1 to 1
Part: TypeAlias = Any  # (texts, features), dense or sparse
Linear = Callable[[Part, Targets], tuple[Targets, float]]  # gives weights and bias

# A language of fewer texts, or of fewer on one side, is not learned.
LEAST_TEXTS: Final = 30
LEAST_OF_A_SIDE: Final = 5
# Directions between landmarks that lie closer together than this are noise.
LEAST_SPREAD: Final = 1e-4


@dataclass(frozen=True, kw_only=True)
class LanguageConfig:
    """How strongly each part is held back: `words`, `characters` and `meaning`; `width` is the kernel's.

    Penalties on squared weights where moods are graded (ridge), else their inverses (logistic regression).
    """

    words: float
    characters: float
    meaning: float
    width: float


@dataclass(frozen=True, kw_only=True)
class SentimentConfig:
    """Values were chosen by cross-validation on the train sides of the data sets that are measured."""

    english: LanguageConfig = LanguageConfig(words=1.0, characters=1.0, meaning=0.3, width=0.35)
    others: LanguageConfig = LanguageConfig(words=8.0, characters=8.0, meaning=10.0, width=1.0)
    landmarks: int = 1_500
    folds: int = 5
    seed: int = 42
    # With at least so many texts a language without rules gets an encoder of its own; with fewer it would learn them by heart.
    least_tuned: int = 2_000
    tuning: TuningConfig = DEFAULT_TUNING


DEFAULT: Final = SentimentConfig()


def fit_sentiment(
    texts: Sequence[str], targets: Sequence[float], languages: Sequence[str], *, config: SentimentConfig = DEFAULT
) -> SentimentModel:
    """A model of `texts` `(n,)` that are meant as `targets` `(n,)` say, from −1 to 1, in `languages` `(n,)`.

    Each language is learned by itself; its `languages` say for which ones there was enough.

    Raises:
        InvalidInput: names `labels`: not one for each text, not within −1 and 1, or none against or for in any language.

    """
    moods = _checked(texts, targets, languages)
    heads: dict[str, Head] = {}
    for code in sorted(set(languages)):
        places = [place for place, own in enumerate(languages) if own == code and says_something(texts[place])]
        if _is_enough(moods[places]):
            heads[code] = _fit_head([texts[place] for place in places], moods[places], code=code, config=config)
    if not heads:
        raise InvalidInput(
            "labels",
            f"{int((moods > 0).sum())} texts are meant well and {int((moods < 0).sum())} are not; expected {LEAST_TEXTS}"
            f" texts of one language at least, and {LEAST_OF_A_SIDE} of them on either side",
        )
    return SentimentModel(heads)


def _checked(texts: Sequence[str], targets: Sequence[float], languages: Sequence[str]) -> Targets:
    if not len(texts) == len(targets) == len(languages):
        raise InvalidInput(
            "labels",
            f"are {len(targets)}, with {len(languages)} languages, for {len(texts)} texts; expected one for each",
        )
    moods = np.asarray(targets, np.float64)
    if not (np.abs(moods) <= 1).all():
        raise InvalidInput("labels", "have NaN or a number beyond ±1; expected moods from -1 to 1")
    return moods


def _is_enough(moods: Targets) -> bool:
    return len(moods) >= LEAST_TEXTS and min((moods > 0).sum(), (moods < 0).sum()) >= LEAST_OF_A_SIDE


def _fit_head(texts: Sequence[str], moods: Targets, *, code: str, config: SentimentConfig) -> Head:
    """Stacked generalisation (Wolpert 1992): each part's weight by what it says of texts that it was not fitted on."""
    graded = code == RULED
    own = config.english if graded else config.others
    fit = _ridge if graded else _logistic
    seen = see(texts, language=code)
    inverse = (inverse_frequency(seen.counts[0]), inverse_frequency(seen.counts[1]))
    runs: list[tuple[Part, Linear]] = [
        (weighted(seen.counts[0], inverse[0]), fit(own.words)),
        (weighted(seen.counts[1], inverse[1]), fit(own.characters)),
    ]
    if not graded and len(texts) >= config.least_tuned:
        meaning = _tuned(texts, moods, config=config)
    else:
        meaning = _near(seen, moods, fit(own.meaning), width=own.width, config=config)
    said = [_out_of_fold(part, moods, linear=linear, config=config)[meaning.judged] for part, linear in runs]
    unseen, judged = np.stack([*said, meaning.said], axis=1), moods[meaning.judged]
    shares, bias = fit(1e-3 if graded else 10.0)(unseen, judged)
    slope, offset = _calibrated(unseen @ shares + bias, judged)
    fitted = [linear(part, moods) for part, linear in runs]
    biases = [*(own_bias for _, own_bias in fitted), meaning.bias]
    return Head(
        inverse=inverse,
        run_weights=(
            (shares[0] * fitted[0][0]).astype(np.float32),
            (shares[1] * fitted[1][0]).astype(np.float32),
        ),
        meant_weights=(shares[2] * meaning.weights).astype(np.float32),
        landmarks=meaning.landmarks,
        landmark_weights=(shares[2] * meaning.landmark_weights).astype(np.float32),
        width=own.width,
        bias=bias + float(shares @ np.array(biases)),
        slope=slope,
        offset=offset,
        graded=graded,
        tuned=meaning.tuned,
    )


@dataclass(frozen=True, eq=False)
class _Meaning:
    """What vectors say: a sum over them and over landmarks; `said` of the texts `judged`, which it was not fitted on."""

    judged: npt.NDArray[np.int64]
    said: Targets
    weights: npt.NDArray[Any]
    landmarks: npt.NDArray[np.float32]
    landmark_weights: npt.NDArray[Any]
    bias: float
    tuned: Multilingual | None = None


def _near(seen: Seen, moods: Targets, linear: Linear, *, width: float, config: SentimentConfig) -> _Meaning:
    landmarks, whitening = _landmarks(seen, width=width, config=config)
    part = nearness(seen.meant, landmarks, width=width) @ whitening
    weights, bias = linear(part, moods)
    return _Meaning(
        judged=np.arange(len(moods)),
        said=_out_of_fold(part, moods, linear=linear, config=config),
        weights=np.zeros(seen.meant.shape[1]),
        landmarks=landmarks,
        landmark_weights=whitening @ weights,
        bias=bias,
    )


def _tuned(texts: Sequence[str], moods: Targets, *, config: SentimentConfig) -> _Meaning:
    """By an encoder that learned from all folds but the first, by which it is judged."""
    learned, held = next(_folds(moods, config=config))
    tuned = tune([texts[place] for place in learned], moods[learned], config=config.tuning)
    vectors = tuned.encoding.encode([texts[place] for place in held])
    return _Meaning(
        judged=held,
        said=np.asarray(vectors @ tuned.direction + tuned.bias, np.float64),
        weights=tuned.direction,
        landmarks=np.zeros((0, vectors.shape[1]), np.float32),
        landmark_weights=np.zeros(0),
        bias=tuned.bias,
        tuned=tuned.encoding,
    )


def _landmarks(
    seen: Seen, *, width: float, config: SentimentConfig
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Some of the texts, and the matrix that makes nearness to them coordinates (Williams and Seeger 2001, section 3)."""
    drawn = np.random.default_rng(config.seed).permutation(len(seen))[: config.landmarks]
    landmarks = seen.meant[np.sort(drawn)]
    spread, directions = np.linalg.eigh(nearness(landmarks, landmarks, width=width).astype(np.float64))
    kept = spread > LEAST_SPREAD
    return landmarks, (directions[:, kept] / np.sqrt(spread[kept])).astype(np.float32)


def _out_of_fold(part: Part, moods: Targets, *, linear: Linear, config: SentimentConfig) -> Targets:
    """What is said of each text by a fit on the other folds."""
    said = np.empty(len(moods))
    for learned, held in _folds(moods, config=config):
        weights, bias = linear(part[learned], moods[learned])
        said[held] = part[held] @ weights + bias
    return said


def _folds(moods: Targets, *, config: SentimentConfig) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Places learned from and places held out, by turns; each fold has as many good ones."""
    folds = StratifiedKFold(config.folds, shuffle=True, random_state=config.seed)
    yield from folds.split(moods, moods > 0)


def _ridge(penalty: float) -> Linear:
    def fit(part: Part, moods: Targets) -> tuple[Targets, float]:
        solver = "lsqr" if sparse.issparse(part) else "cholesky"
        model = Ridge(penalty, solver=solver).fit(part, moods)
        return np.asarray(model.coef_, np.float64), float(model.intercept_)

    return fit


def _logistic(strength: float) -> Linear:
    """A text that is meant so-so stands among both the good and the bad ones, with the weights (1 ± mood) / 2."""

    def fit(part: Part, moods: Targets) -> tuple[Targets, float]:
        good, bad = np.flatnonzero(moods > -1), np.flatnonzero(moods < 1)
        rows = np.concatenate([good, bad])
        classes = np.repeat([1, 0], [len(good), len(bad)])
        weights = np.concatenate([1 + moods[good], 1 - moods[bad]]) / 2
        model = LogisticRegression(C=strength, max_iter=500, tol=1e-3)
        model.fit(part[rows], classes, sample_weight=weights)
        return np.asarray(model.coef_[0], np.float64), float(model.intercept_[0])

    return fit


def _calibrated(sums: Targets, moods: Targets) -> tuple[float, float]:
    """Slope and offset that make sums of texts, which they were not fitted on, the probability of being meant well."""
    sided = moods != 0
    model = LogisticRegression(C=1e6, max_iter=500).fit(sums[sided, None], moods[sided] > 0)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
