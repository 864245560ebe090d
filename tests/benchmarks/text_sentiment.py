"""How texts are meant: Chinese reviews, good or bad, and English ones beside VADER's rules, on texts that are held out.

One English model learns from reviews and tweets together, as the deployed one does.
"""

import csv
import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from marketing.text.holdout import text_holdout
from marketing.text.sentiment import SentimentModel, rules, see
from marketing.text.sentiment_fit import fit_sentiment
from tests.benchmarks.datasets import data_set
from tests.benchmarks.report import Report

ENGLISH = {"amazon": "amazonReviewSnippets_GroundTruth.txt", "tweets": "tweets_GroundTruth.txt"}
QUICK_STEP = 8
TIMED = 200


class Graded(NamedTuple):
    texts: list[str]
    moods: list[float]

    def side(self, *, held_out: bool) -> "Graded":
        kept = [place for place, text in enumerate(self.texts) if text_holdout(text) == held_out]
        return Graded([self.texts[place] for place in kept], [self.moods[place] for place in kept])

    def every(self, step: int) -> "Graded":
        return Graded(self.texts[::step], self.moods[::step])


def measure_chinese(report: Report) -> None:
    rows = _chinese()
    model, test, seconds = _fitted({"zh": rows}, language="zh", quick=report.quick)
    moods = model.moods(test["zh"].texts, ["zh"] * len(test["zh"].texts))
    good = np.array([mood.probability or 0.0 for mood in moods])
    meant = np.array(test["zh"].moods) > 0
    report.set("zh_reviews.accuracy", float(((good > 0.5) == meant).mean()))
    report.set("zh_reviews.ece", _calibration_error(good, meant))
    report.set("zh_reviews.fit_s", seconds)
    report.set("zh_reviews.single_ms", _milliseconds(model, test["zh"].texts, language="zh"))
    report.say(
        f"zh reviews: {report.figures['zh_reviews.accuracy']:.4f} of {len(meant):,} right, calibration error"
        f" {report.figures['zh_reviews.ece']:.4f}, fitted in {seconds:.0f} s, {report.figures['zh_reviews.single_ms']:.2f} ms"
        " a text with its encoder"
    )


def measure_english(report: Report) -> None:
    sets = {name: _english(file) for name, file in ENGLISH.items()}
    model, tests, seconds = _fitted(sets, language="en", quick=report.quick)
    for name, test in tests.items():
        key = f"en_sentiment.{name}"
        report.set(f"{key}.r", _correlation(model, test))
        report.set(f"{key}.vader_r", _correlation(rules(), test))
        report.say(
            f"en sentiment, {name}: r {report.figures[f'{key}.r']:.4f} on {len(test.texts):,} texts, VADER"
            f" {report.figures[f'{key}.vader_r']:.4f}"
        )
    texts = [text for test in tests.values() for text in test.texts]
    good = np.array([mood.probability for mood in model.moods(texts, ["en"] * len(texts))])
    meant = np.array([mood for test in tests.values() for mood in test.moods]) > 0
    report.set("en_sentiment.ece", _calibration_error(good, meant))
    report.set("en_sentiment.fit_s", seconds)
    report.set("en_sentiment.single_ms", _milliseconds(model, tests["amazon"].texts, language="en"))
    report.say(
        f"en sentiment: calibration error {report.figures['en_sentiment.ece']:.4f}, fitted in {seconds:.0f} s, {report.figures['en_sentiment.single_ms']:.2f} ms a text past the encoders"
    )


def _fitted(sets: dict[str, Graded], *, language: str, quick: bool) -> tuple[SentimentModel, dict[str, Graded], float]:
    """A model of the train sides, and the test sides; seconds without the encoders."""
    train = [rows.side(held_out=False).every(QUICK_STEP if quick else 1) for rows in sets.values()]
    texts = [text for rows in train for text in rows.texts]
    moods = [mood for rows in train for mood in rows.moods]
    _encode(texts, language=language)
    started = time.perf_counter()
    model = fit_sentiment(texts, moods, [language] * len(texts))
    seconds = time.perf_counter() - started
    return model, {name: rows.side(held_out=True) for name, rows in sets.items()}, seconds


def _encode(texts: Sequence[str], *, language: str) -> None:
    """Have the vectors in the cache, so that they don't count."""
    see(texts, language=language)


def _correlation(model: SentimentModel, test: Graded) -> float:
    moods = model.moods(test.texts, ["en"] * len(test.texts))
    return float(np.corrcoef([mood.score or 0.0 for mood in moods], test.moods)[0, 1])


def _calibration_error(probabilities: np.ndarray, happened: np.ndarray, *, bins: int = 10) -> float:
    """|share that was good − mean probability| of each bin, weighted by its texts."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.abs(np.bincount(place, happened, bins) - np.bincount(place, probabilities, bins))
    return float(gaps.sum() / len(happened))


def _milliseconds(model: SentimentModel, texts: Sequence[str], *, language: str) -> float:
    """CPU time of one text alone; vectors of the packages' encoders are in the cache, those of a tuned one are not kept."""
    model.moods(texts[:TIMED], [language] * len(texts[:TIMED]))
    spent = []
    for text in texts[:TIMED]:
        started = time.process_time()
        model.moods([text], [language])
        spent.append(time.process_time() - started)
    return 1e3 * median(spent)


def _chinese() -> Graded:
    with (data_set("zh-reviews") / "waimai_10k.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return Graded([row["review"] for row in rows], [1.0 if row["label"] == "1" else -1.0 for row in rows])


def _english(file: str) -> Graded:
    """People's mean ratings, from -4 to 4."""
    lines = (data_set("sentiment") / file).read_text(encoding="utf-8", errors="replace").splitlines()
    rows = [line.split("\t", 2) for line in lines]
    return Graded([text for _, _, text in rows], [float(grade) / 4 for _, grade, _ in rows])
