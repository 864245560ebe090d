"""Understanding texts: intents, what is of none, moods in two languages, and how long a sentence takes; one thread each.

Settings were chosen on validation rows; thresholds and temperatures are found on rows that are not judged.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time
from collections.abc import Sequence
from statistics import fmean, median

import numpy as np
from sklearn.metrics import roc_auc_score

from marketing.text.classifier import Classifier, calibration_error
from marketing.text.classifier_fit import fit_classifier
from marketing.text.encoders import SPACES, encoder
from marketing.text.features import TextFeatures, read_texts
from tests.benchmarks.report import CannotMeasure, Report, run
from tests.benchmarks.text_low_rank import measure_low_rank
from tests.benchmarks.text_sentiment import measure_chinese, measure_english
from tests.benchmarks.text_sets import SHOTS, Texts, banking77, clinc150, few_shots

SEEDS = (42, 43, 44, 45, 46)
SENTENCES = 300


def measure(report: Report) -> None:
    done = 0
    for part in (measure_encoders, measure_banking, measure_scope, measure_chinese, measure_english, measure_low_rank):
        try:
            part(report)
            done += 1
        except CannotMeasure as missing:
            report.say(f"left out: {missing}")
    if done < 2:
        raise CannotMeasure("no data set could be read: see the lines above")


def measure_encoders(report: Report) -> None:
    """Milliseconds a sentence, alone and in a batch, past the cache."""
    texts = _some(banking77()[1].texts, SENTENCES)
    for space in SPACES:
        encoding = encoder(space)
        encoding.encode(texts[:10])
        alone = []
        for text in texts:
            started = time.perf_counter()
            encoding.encode([text])
            alone.append(time.perf_counter() - started)
        started = time.perf_counter()
        encoding.encode(texts)
        together = (time.perf_counter() - started) / len(texts)
        report.set(f"encode.{space}.single_ms", 1e3 * median(alone))
        report.set(f"encode.{space}.batch_ms", 1e3 * together)
        report.say(f"encode: {space}: {1e3 * median(alone):.2f} ms alone, {1e3 * together:.2f} in a batch")


def measure_banking(report: Report) -> None:
    train, test = banking77()
    few = [few_shots(train, seed=seed) for seed in (SEEDS[:1] if report.quick else SEEDS)]
    if report.quick:
        train, test = _every(train, 4), _every(test, 8)
    learned, asked = read_texts(train.texts), read_texts(test.texts)
    model, seconds = _fitted(learned, train.labels)
    report.set("banking77.full", _accuracy(model, asked, test.labels))
    report.set("banking77.ece", calibration_error(model.probabilities(asked), _codes(model, test.labels)))
    report.set("banking77.fit_s", seconds)
    models = (_fitted(read_texts(part.texts), part.labels)[0] for part in few)
    report.set("banking77.ten_shot", fmean(_accuracy(model, asked, test.labels) for model in models))
    report.say(
        f"banking77: all {report.figures['banking77.full']:.4f} in {seconds:.1f} s, calibration error"
        f" {report.figures['banking77.ece']:.4f}; {SHOTS} an intent {report.figures['banking77.ten_shot']:.4f}"
    )


def measure_scope(report: Report) -> None:
    """In-scope accuracy, and how much of what is out of scope is refused where 95% of the in-scope validation texts stay."""
    parts = clinc150()
    if report.quick:
        parts = {name: _every(part, 1 if name.startswith("oos") else 5) for name, part in parts.items()}
    train, test, outside = parts["train"], parts["test"], parts["oos_test"]
    validation = read_texts(parts["val"].texts), parts["val"].labels
    model, seconds = _fitted(read_texts(train.texts), train.labels, validation=validation)
    asked, strange = read_texts(test.texts), read_texts(outside.texts)
    inside, beyond = model.known(asked), model.known(strange)
    report.set("clinc150.in_scope", _accuracy(model, asked, test.labels))
    report.set(
        "clinc150.oos_auroc",
        float(roc_auc_score(np.repeat([1, 0], [len(inside), len(beyond)]), np.concatenate([inside, beyond]))),
    )
    report.set("clinc150.oos_recall_at_95", float((beyond < model.threshold).mean()))
    report.set("clinc150.in_scope_kept", float((inside >= model.threshold).mean()))
    report.set("clinc150.fit_s", seconds)
    report.say(
        f"clinc150: in scope {report.figures['clinc150.in_scope']:.4f} in {seconds:.1f} s, out of scope: AUROC"
        f" {report.figures['clinc150.oos_auroc']:.4f}, refused {report.figures['clinc150.oos_recall_at_95']:.4f} with"
        f" {report.figures['clinc150.in_scope_kept']:.4f} of the others kept"
    )


def _fitted(
    features: TextFeatures, labels: Sequence[str], *, validation: tuple[TextFeatures, Sequence[str]] | None = None
) -> tuple[Classifier, float]:
    started = time.perf_counter()
    arrays = fit_classifier(features, labels, validation=validation)
    return Classifier.from_arrays(arrays), time.perf_counter() - started


def _accuracy(model: Classifier, features: TextFeatures, labels: Sequence[str]) -> float:
    return float((model.scores(features).argmax(axis=1) == _codes(model, labels)).mean())


def _codes(model: Classifier, labels: Sequence[str]) -> np.ndarray:
    return np.array([model.classes.index(label) for label in labels])


def _some(texts: Sequence[str], count: int) -> list[str]:
    return list(texts[:: max(1, len(texts) // count)][:count])


def _every(part: Texts, step: int) -> Texts:
    """Every so-and-so-many-th text; the sets are in the order of their intents."""
    return Texts(part.texts[::step], part.labels[::step])


if __name__ == "__main__":
    run("text", measure, description=__doc__.partition("\n")[0])
