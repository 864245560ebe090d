"""What a small update to the English encoder adds on Banking77, with ten texts of each intent and with all."""

import time
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from marketing.text.classifier import Classifier
from marketing.text.classifier_fit import fit_classifier
from marketing.text.encoders import Encoder
from marketing.text.features import read_texts
from marketing.text.low_rank import Update, updated_encoder
from marketing.text.low_rank_fit import LowRankConfig, fit_low_rank
from tests.benchmarks.report import Report
from tests.benchmarks.text_sets import Texts, banking77, few_shots, of_intents

SEEDS = (42, 43, 44, 45, 46)
QUICK_INTENTS = 3
# Chosen on train texts that were not among the few.
FEW = LowRankConfig(epochs=10, held_out=0.0)
ALL = LowRankConfig(epochs=3)


@dataclass(frozen=True)
class Outcome:
    """Accuracy with the encoder as it is, and with the updated one beside it; what that took."""

    frozen: float
    updated: float
    seconds: float
    parameters: int


def measure_low_rank(report: Report) -> None:
    train, test = banking77()
    if report.quick:
        train, test = of_intents(train, QUICK_INTENTS), of_intents(test, QUICK_INTENTS)
    few = [_outcome(few_shots(train, seed=seed), test, config=FEW) for seed in (SEEDS[:1] if report.quick else SEEDS)]
    _set(report, "ten_shot", few)
    _set(report, "full", [_outcome(train, test, config=replace(ALL, epochs=1) if report.quick else ALL)])


def _set(report: Report, name: str, outcomes: list[Outcome]) -> None:
    frozen, updated = fmean(one.frozen for one in outcomes), fmean(one.updated for one in outcomes)
    seconds = fmean(one.seconds for one in outcomes)
    report.set(f"low_rank.{name}.frozen", frozen)
    report.set(f"low_rank.{name}.updated", updated)
    report.set(f"low_rank.{name}.fit_cpu_s", seconds)
    report.set(f"low_rank.{name}.parameters", outcomes[0].parameters)
    report.say(
        f"low rank, banking77, {name}: frozen {frozen:.4f}, updated {updated:.4f} by {outcomes[0].parameters:,} numbers"
        f" in {seconds:.0f} CPU seconds"
    )


def _outcome(train: Texts, test: Texts, *, config: LowRankConfig) -> Outcome:
    started = time.process_time()
    update = fit_low_rank(train.texts, train.labels, config=config)
    seconds = time.process_time() - started
    return Outcome(
        frozen=_accuracy(train, test),
        updated=_accuracy(train, test, updated=updated_encoder(update)),
        seconds=seconds,
        parameters=_size(update),
    )


def _accuracy(train: Texts, test: Texts, *, updated: Encoder | None = None) -> float:
    model = Classifier.from_arrays(fit_classifier(read_texts(train.texts, updated=updated), train.labels))
    found = model.scores(read_texts(test.texts, updated=updated)).argmax(axis=1)
    return float((np.array(model.classes)[found] == np.array(test.labels)).mean())


def _size(update: Update) -> int:
    return sum(array.size for array in update.values())
