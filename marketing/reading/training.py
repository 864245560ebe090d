"""Trains the reader of moods: texts whose mood is known → a candidate → gate → artefact."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.utils.module_loading import import_string

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.models import Artefact
from marketing.reading.judging import Judgement, judge, split
from marketing.reading.training_data import (
    ADVICE,
    ENOUGH_REVIEWS,
    LABELS,
    REVIEWS,
    SAMPLE,
    Sample,
    counts,
    gather,
    unlabelled,
)
from marketing.runs import deployments, store
from marketing.runs.kinds import RunHandle, Verdict
from marketing.text.sentiment import SentimentModel, rules

# A language with fewer texts is not learned: it would be learned by heart.
LEAST_TEXTS: Final = 60
# Unlabelled texts of which the model is at least so sure are learned from as if they were labelled.
SURE: Final = 0.95
# Of what is learned from, one part in so many says whether they pay.
PAYS_PARTS: Final = 6
YES, NO = "yes", "no"

# Asked before an artefact is written and after: who serves must answer the same.
GOLDEN: Final = (
    ("I love it, it works wonderfully.", "en"),
    ("Terrible quality, it broke after a day. I want my money back.", "en"),
    ("非常喜欢，质量很好。", "zh"),
    ("太差了，收到就是坏的，要求退款。", "zh"),
)


@dataclass(frozen=True)
class Texts:
    """What a model learns from, what it labelled itself, and what it is judged by."""

    learned: Sequence[Sample]
    added: Sequence[Sample]
    held_out: Sequence[Sample]

    @property
    def origin(self) -> str:
        """From what it was trained, and what would make it better."""
        sources = counts(self.learned)
        told = ", ".join(f"{source} ({count:,})" for source, count in sorted(sources.items(), key=lambda one: -one[1]))
        more = f", with {len(self.added):,} texts that it labelled itself" if self.added else ""
        advice = f": {ADVICE}" if SAMPLE in sources else ""
        return f"Trained on {told}{more}{advice}."


class SentimentTraining:
    """The kind of run whose artefacts read moods."""

    # What the admin's form lets staff choose.
    choices: Mapping[str, Sequence[str]] = {"self_training": [NO, YES]}

    def validate_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        for name in config:
            if name != "self_training":
                raise InvalidInput(name, "is not a setting of this run; expected self_training")
        chosen = config.get("self_training", NO)
        if chosen not in (YES, NO):
            raise InvalidInput("self_training", f"is {chosen!r}; expected {YES} or {NO}")
        return {"self_training": chosen}

    def train(self, run: RunHandle) -> Verdict:
        run.progress(0.0, "reading texts")
        samples = gather()
        learned, held_out = split(_learnable(samples, log=run.log))
        champions = deployments.champions(run.slot)
        fingerprint = _fingerprint(learned, held_out, config=run.config)
        if champions and not run.forced and champions[0].manifest.get("fingerprint") == fingerprint:
            return Verdict(deploy=False, reason=_nothing_new(champions[0]))
        run.log(_describe(learned, held_out))
        if missing := _missing_sources(champions, samples):
            run.log(f"{champions[0]} learned from {missing}, which is not here now.")
            if not run.forced:
                return Verdict(deploy=False, reason=_would_forget(champions[0], missing=missing))
        run.progress(0.1, "fitting")
        more = _self_labelled(learned, run=run) if run.config["self_training"] == YES else []
        candidate = fit([*learned, *more])
        run.progress(0.8, "judging")
        return _verdict(candidate, Texts(learned, more, held_out), champions=champions, run=run, mark=fingerprint)

    def check(self, artefact_path: Path) -> None:
        loaded = store.read_file(artefact_path)
        scores = _golden_scores(SentimentModel.from_arrays(loaded.arrays))
        expected = loaded.manifest["golden"]
        for (text, _language), now, before in zip(GOLDEN, scores, expected, strict=True):
            if (now is None) != (before is None) or (now is not None and not np.isfinite(now)):
                raise ArtefactCorrupt(f"scores: “{text}” has the mood {now}; before it was written it was {before}")
            if now is not None and not np.isclose(now, before, rtol=1e-4, atol=1e-4):
                raise ArtefactCorrupt(f"scores: “{text}” has the mood {now}; before it was written it was {before}")


def _learnable(samples: Sequence[Sample], *, log: Callable[[str], None]) -> list[Sample]:
    """The texts of those languages that can be learned: enough of them, and some for and some against.

    Raises:
        InvalidInput: names what is missing where no language is left, or all that the shop has says the same.

    """
    by_language: dict[str, list[Sample]] = {}
    for sample in samples:
        by_language.setdefault(sample.language, []).append(sample)
    learnable: list[Sample] = []
    one_sided: list[str] = []
    for language, own in sorted(by_language.items()):
        real = [sample for sample in own if sample.source != SAMPLE]
        if len(real) >= ENOUGH_REVIEWS and not _has_both_sides(real):
            one_sided.append(f"all {len(real):,} texts in {language} are {_side(real)}")
        elif len(own) < LEAST_TEXTS:
            log(f"{len(own):,} texts in {language} are too few to learn from; expected {LEAST_TEXTS} at least.")
        elif not _has_both_sides(own):
            one_sided.append(f"all {len(own):,} texts in {language} are {_side(own)}")
        else:
            learnable += own
    for said in one_sided:
        log(f"{said.capitalize()}: nothing is learned from them.")
    if one_sided and all(sample.source == SAMPLE for sample in learnable):
        raise InvalidInput("stars", f"{'; '.join(one_sided)}; expected texts for and texts against what they are about")
    if not learnable:
        raise InvalidInput("texts", f"there are {len(samples):,}; expected {LEAST_TEXTS} in one language at least")
    return learnable


def _has_both_sides(samples: Sequence[Sample]) -> bool:
    return any(sample.mood > 0 for sample in samples) and any(sample.mood < 0 for sample in samples)


def _side(samples: Sequence[Sample]) -> str:
    if not any(sample.mood for sample in samples):
        return "neither for nor against what they are about"
    return "against what they are about" if min(sample.mood for sample in samples) < 0 else "for what they are about"


def _self_labelled(learned: Sequence[Sample], *, run: RunHandle) -> list[Sample]:
    """Unlabelled texts with the moods that a first model is sure of; none where they don't pay on texts kept apart."""
    kept, apart = _parted(learned)
    first = fit(kept)
    texts = [(text, language) for text, language in unlabelled() if language in first.languages]
    moods = first.moods([text for text, _ in texts], [language for _, language in texts])
    sure = [
        Sample(text, 1.0 if mood.probability > 0.5 else -1.0, language, "texts without labels")
        for (text, language), mood in zip(texts, moods, strict=True)
        if mood.probability is not None and max(mood.probability, 1 - mood.probability) >= SURE
    ]
    if not sure:
        run.log("Self-training: the model is sure of no text without a label.")
        return []
    before, after = _error(first, apart), _error(fit([*kept, *sure]), apart)
    pays = after < before
    run.log(
        f"Self-training with {len(sure):,} texts: error {before:.4f} without, {after:.4f} with; it"
        f" {'pays' if pays else 'does not pay'}."
    )
    return sure if pays else []


def _parted(learned: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    places = [int.from_bytes(hashlib.sha256(f"pays\n{one.text}".encode()).digest()[:8]) for one in learned]
    apart = [place % PAYS_PARTS == 0 for place in places]
    pairs = list(zip(learned, apart, strict=True))
    return [one for one, out in pairs if not out], [one for one, out in pairs if out]


def _error(model: SentimentModel, samples: Sequence[Sample]) -> float:
    moods = model.moods([sample.text for sample in samples], [sample.language for sample in samples])
    misses = [(mood.score or 0.0) - sample.mood for mood, sample in zip(moods, samples, strict=True)]
    return float(np.mean(np.square(misses)))


def fit(samples: Sequence[Sample]) -> SentimentModel:
    """A model of these texts. By its path, since it learns: what serves must not load that."""
    fit_sentiment: Callable[..., SentimentModel] = import_string("marketing.text.sentiment_fit.fit_sentiment")
    return fit_sentiment(
        [sample.text for sample in samples],
        [sample.mood for sample in samples],
        [sample.language for sample in samples],
    )


def _verdict(
    candidate: SentimentModel, texts: Texts, *, champions: Sequence[Artefact], run: RunHandle, mark: str
) -> Verdict:
    standing = _models(champions)
    judgements = judge(candidate, rules=rules(), champions=standing, held_out=texts.held_out)
    metrics = _metrics(judgements, candidate=candidate, held_out=texts.held_out)
    serves = next(iter(standing.values())).languages if standing else ()
    # A language that isn't learned well enough is left to the rules, unless a champion reads it already.
    left_out = {one.language for one in judgements if not one.passed_baseline and one.language not in serves}
    counted = [one for one in judgements if one.language not in left_out]
    objections = [one.decision.reason for one in (counted or judgements) if not one.decision.deploy]
    if lost := sorted(set(serves) - set(candidate.languages)):
        objections.append(f"Held back: {', '.join(lost)} would be read no more.")
    said = objections or [one.said for one in counted] + [
        f"Left out: {one.decision.reason}" for one in judgements if one.language in left_out
    ]
    reason = f"{' '.join(said)} {texts.origin}"
    if objections and not run.forced:
        return Verdict(deploy=False, reason=reason, metrics=metrics)
    chosen = candidate if objections else _without(left_out, candidate=candidate, texts=texts)
    return Verdict(
        deploy=True,
        passed=not objections,
        reason=f"Deployed by force. {reason}" if objections else reason,
        metrics=metrics,
        arrays=chosen.arrays(),
        manifest={
            "languages": list(chosen.languages),
            "sources": counts(texts.learned),
            "trained_on": texts.origin,
            "n_texts": len(texts.learned),
            "n_judged": len(texts.held_out),
            "config": dict(run.config),
            "fingerprint": mark,
            "golden": _golden_scores(chosen),
        },
    )


def _without(languages: set[str], *, candidate: SentimentModel, texts: Texts) -> SentimentModel:
    """The same model less some languages; each is learned by itself, so that the others come out the same."""
    if not languages:
        return candidate
    return fit([sample for sample in (*texts.learned, *texts.added) if sample.language not in languages])


def _models(champions: Sequence[Artefact]) -> dict[str, SentimentModel]:
    """The last champions by name, the newest first; one whose file is gone is not compared with."""
    found = {}
    for champion in champions:
        with suppress(ArtefactCorrupt):
            found[str(champion)] = SentimentModel.from_arrays(store.open_artefact(champion).arrays)
    return found


def _metrics(
    judgements: Sequence[Judgement], *, candidate: SentimentModel, held_out: Sequence[Sample]
) -> dict[str, Any]:
    metrics: dict[str, Any] = {}
    for one in judgements:
        metrics[f"{one.language} texts judged"] = one.texts
        metrics |= {f"{one.language} r, {label}": round(value, 4) for label, value in one.correlations.items()}
        sided = [sample for sample in held_out if sample.language == one.language and sample.mood]
        if sided:
            moods = candidate.moods([sample.text for sample in sided], [sample.language for sample in sided])
            right = [(mood.score or 0.0) * sample.mood > 0 for mood, sample in zip(moods, sided, strict=True)]
            metrics[f"{one.language} accuracy, for or against"] = round(float(np.mean(right)), 4)
    return metrics


def _golden_scores(model: SentimentModel) -> list[float | None]:
    return [mood.score for mood in model.moods([text for text, _ in GOLDEN], [language for _, language in GOLDEN])]


def _missing_sources(champions: Sequence[Artefact], samples: Sequence[Sample]) -> str:
    """Data sets that the champion learned from and that are not here now: without them a model knows less."""
    if not champions:
        return ""
    before = set(champions[0].manifest.get("sources", {})) - {REVIEWS, LABELS, SAMPLE}
    return ", ".join(sorted(before - {sample.source for sample in samples}))


def _would_forget(champion: Artefact, *, missing: str) -> str:
    return (
        f"Held back: {champion} learned from {missing}, which is not here now; a model without it would know less. Set"
        " ATTUNE_DATA, or force the run."
    )


def _nothing_new(champion: Artefact) -> str:
    return f"Nothing new: {champion}, which serves, learned from the same texts. Force the run to train all the same."


def _describe(learned: Sequence[Sample], held_out: Sequence[Sample]) -> str:
    languages = Counter(sample.language for sample in learned)
    told = ", ".join(f"{count:,} in {language}" for language, count in languages.most_common())
    return f"{len(learned):,} texts to learn from ({told}), {len(held_out):,} to judge by."


def _fingerprint(learned: Sequence[Sample], held_out: Sequence[Sample], *, config: Mapping[str, Any]) -> str:
    rows = sorted(f"{sample.text}\t{sample.mood:.4f}\t{sample.language}" for sample in (*learned, *held_out))
    said = json.dumps([rows, dict(config)], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
