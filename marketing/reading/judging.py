"""Whether a model of moods may serve: it is judged, language by language, on texts that no model ever learns from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from marketing.reading.training_data import Sample
from marketing.runs.gate import ALLOWED_LOSS, ENOUGH_JUDGED, Contender, Decision, Wording, decide
from marketing.text.holdout import text_holdout
from marketing.text.sentiment import SentimentModel

# One text in so many is never learned from, in no run, so that all champions can be judged by it.
PARTS: Final = 8
# With fewer judged texts nothing can be said of a language.
LEAST_JUDGED: Final = 20
RULES_LABEL: Final = "VADER's rules"
NOTHING_LABEL: Final = "no model"

PerText = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True)
class Judgement:
    """What came out for one language: the correlation with what was meant, of the candidate and of each other one."""

    language: str
    texts: int
    correlations: dict[str, float]
    decision: Decision
    passed_baseline: bool

    @property
    def said(self) -> str:
        """The correlations in a sentence, the candidate's first."""
        (_label, own), *others = self.correlations.items()
        against = ", ".join(f"{value:.3f} of {label}" for label, value in others)
        return f"Correlation in {self.language} {own:.3f} on {self.texts:,} texts, against {against}."


def is_held_out(text: str) -> bool:
    """Whether a text is kept for judging. Another hash than that of the published splits, which are cut before."""
    return text_holdout(f"gate\n{text}", parts=PARTS)


def split(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """What is learned from, and what is judged by."""
    held = [is_held_out(sample.text) for sample in samples]
    pairs = list(zip(samples, held, strict=True))
    return [sample for sample, out in pairs if not out], [sample for sample, out in pairs if out]


def judge(
    candidate: SentimentModel,
    *,
    rules: SentimentModel,
    champions: Mapping[str, SentimentModel],
    held_out: Sequence[Sample],
) -> list[Judgement]:
    """Hold the candidate against the rules and the champions, by name, in each language that it has learned.

    As the house's gate (marketing.runs.gate) has it, over the correlation of moods with what was meant: in each language
    it has to beat the rules, or in a language without rules no model, and must not be more than 1% below the best of the
    last champions.
    """
    judgements = []
    for language in candidate.languages:
        samples = [sample for sample in held_out if sample.language == language]
        if len(samples) < LEAST_JUDGED or len({sample.mood for sample in samples}) < 2:
            decision = Decision(deploy=False, reason=f"{len(samples)} texts in {language} are too few to judge by.")
            judgements.append(Judgement(language, len(samples), {}, decision, passed_baseline=False))
            continue
        judgements.append(_judged(candidate, rules=rules, champions=champions, samples=samples, language=language))
    return judgements


def _judged(
    candidate: SentimentModel,
    *,
    rules: SentimentModel,
    champions: Mapping[str, SentimentModel],
    samples: Sequence[Sample],
    language: str,
) -> Judgement:
    own = _contender("the candidate", candidate, samples=samples)
    told = rules.moods([samples[0].text], [language])[0].score is not None
    baseline = _contender(RULES_LABEL if told else NOTHING_LABEL, rules, samples=samples)
    others = [
        _contender(name, model, samples=samples) for name, model in champions.items() if language in model.languages
    ]
    wording = Wording(metric=f"correlation in {language}", subjects="texts")
    alone = decide(own, baseline=baseline, champions=[], bound_mean=bound_mean, wording=wording)
    objection = _objection_of_best(own, others) if alone.deploy else ""
    decision = Decision(deploy=False, reason=f"Held back: {objection}") if objection else alone
    correlations = {contender.label: contender.mean for contender in (own, baseline, *others)}
    return Judgement(language, len(samples), correlations, decision, passed_baseline=alone.deploy)


def _objection_of_best(own: Contender, champions: Sequence[Contender]) -> str:
    """Why the candidate may not follow the champions.

    On few texts it is held back only when it is shown to be worse: unlike two recommenders, two models of moods differ
    in what they learned from, and the new one has learned from more.
    """
    if not champions:
        return ""
    best = max(champions, key=lambda contender: contender.mean)
    below = own.scores - (1 - ALLOWED_LOSS) * best.scores
    if below.mean() >= 0 or (len(below) < ENOUGH_JUDGED and bound_mean(below).high >= 0):
        return ""
    return (
        f"{own.label} is {1 - own.mean / best.mean:.1%} below the correlation {best.mean:.3f} of {best.label} on"
        f" {len(below):,} texts; {ALLOWED_LOSS:.0%} is allowed."
    )


def _contender(label: str, model: SentimentModel, *, samples: Sequence[Sample]) -> Contender:
    """Its scores are products of standard scores: their mean is Pearson's correlation."""
    moods = model.moods([sample.text for sample in samples], [sample.language for sample in samples])
    # What could not be told is taken for neither for nor against.
    said = np.array([mood.score or 0.0 for mood in moods])
    meant = np.array([sample.mood for sample in samples])
    return Contender(label, _standard(said) * _standard(meant), coverage=1.0)


def bound_mean(differences: PerText) -> Interval:
    """95% interval of a mean, by the normal approximation."""
    mean = float(differences.mean())
    half = 1.96 * float(differences.std(ddof=1)) / np.sqrt(len(differences))
    return Interval(mean - half, mean + half)


def _standard(values: npt.NDArray[np.float64]) -> PerText:
    """Values less their mean, in standard deviations; zeros where all are the same."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))
