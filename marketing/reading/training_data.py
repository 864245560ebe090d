"""Texts with what was meant by them, to learn moods from: the shop's own, data sets where there are, or a sample's."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from marketing.errors import InvalidInput
from marketing.models import TextLabel
from marketing.reading.labels import MOOD_OF, TASK
from marketing.sample_shop.reviews import practice_reviews
from marketing.text.holdout import text_holdout
from marketing.text.language import detect
from marketing.text.vectors import normalised_text

# The shop's newest reviews; older ones tell of what is no more.
MOST_REVIEWS: Final = 50_000
MOST_UNLABELLED: Final = 5_000
# A language with fewer texts than that is learned from the sample shop's reviews as well.
ENOUGH_REVIEWS: Final = 200
PRACTICE_REVIEWS: Final = 1_200
HALF_OF_STARS: Final = 2.0  # from the middle, 3, to either end

REVIEWS: Final = "the shop's reviews"
LABELS: Final = "staff's labels"
SAMPLE: Final = "the sample shop's reviews"
ADVICE: Final = f"put data sets under ATTUNE_DATA or collect {ENOUGH_REVIEWS} reviews for a better one"

STARRED = """
SELECT event.payload ->> 'text', (event.payload ->> 'stars')::float8, coalesce(reading.language, ''),
       coalesce(customer.locale, '')
FROM marketing_event event
JOIN marketing_identity identity ON identity.id = event.identity_id
LEFT JOIN marketing_customer customer ON customer.id = identity.customer_id
LEFT JOIN marketing_textreading reading ON reading.event_id = event.id
WHERE event.kind = 'review' AND event.quality = 'ok' AND event.payload ? 'stars' AND event.payload ? 'text'
ORDER BY event.occurred_at DESC
LIMIT %s
"""
UNLABELLED = """
SELECT event.payload ->> 'text', reading.language
FROM marketing_textreading reading
JOIN marketing_event event ON event.id = reading.event_id AND event.occurred_at = reading.said_at
WHERE event.payload ? 'text' AND NOT event.payload ? 'stars'
ORDER BY reading.said_at DESC
LIMIT %s
"""


@dataclass(frozen=True)
class Sample:
    """A text and its mood, from -1 to 1; `source` says where it comes from."""

    text: str
    mood: float
    language: str
    source: str


def gather() -> list[Sample]:
    """All there is to learn from, each text once: what people said of it in person counts before its stars.

    A language in which there is too little gets the sample shop's reviews besides.
    """
    real = [*_labelled(), *_starred(), *_data_sets()]
    by_language = Counter(sample.language for sample in real)
    practice = [sample for sample in _practice() if by_language[sample.language] < ENOUGH_REVIEWS]
    by_text: dict[str, Sample] = {}
    for sample in (*real, *practice):
        text = normalised_text(sample.text)
        if text:
            by_text.setdefault(text, sample)
    return list(by_text.values())


def unlabelled() -> list[tuple[str, str]]:
    """(text, language) of what was written without stars, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(UNLABELLED, [MOST_UNLABELLED])
        return list(cursor.fetchall())


def counts(samples: Sequence[Sample]) -> dict[str, int]:
    """How many texts come from where."""
    return dict(Counter(sample.source for sample in samples))


def _labelled() -> Iterator[Sample]:
    rows = TextLabel.objects.filter(task=TASK, label__in=MOOD_OF).order_by("-labelled_at")
    for text, language, label in rows.values_list("text", "language", "label"):
        yield Sample(text, MOOD_OF[label], language or detect(text).code, LABELS)


def _starred() -> Iterator[Sample]:
    with connection.cursor() as cursor:
        cursor.execute(STARRED, [MOST_REVIEWS])
        rows = cursor.fetchall()
    for text, stars, language, locale in rows:
        code = language or detect(text, known=locale).code
        yield Sample(text, max((stars - 3) / HALF_OF_STARS, -1.0), code, REVIEWS)


def _practice() -> Iterator[Sample]:
    for review in practice_reviews(PRACTICE_REVIEWS):
        yield Sample(review.text, (review.stars - 3) / HALF_OF_STARS, review.language, SAMPLE)


def _data_sets() -> Iterator[Sample]:
    """Those that are there, of each only the texts that no published figure is measured on."""
    folder = settings.DATA_SETS
    if folder is None:
        return
    readers = (
        ("amazon", "sentiment/amazonReviewSnippets_GroundTruth.txt", _graded),
        ("tweets", "sentiment/tweets_GroundTruth.txt", _graded),
        ("zh-reviews", "zh-reviews/waimai_10k.csv", _good_or_bad),
    )
    for name, path, read in readers:
        file = Path(folder) / path
        if file.is_file():
            yield from (sample for sample in read(file, name=name) if not text_holdout(sample.text))


def _graded(file: Path, *, name: str) -> Iterator[Sample]:
    """English texts that people graded from -4 to 4 (Hutto and Gilbert 2014): id, mean, text, with tabs between."""
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            _id, grade, text = line.split("\t", 2)
            mood = float(grade) / 4
        except ValueError:
            raise InvalidInput(
                "ATTUNE_DATA", f"{file.name}, line {number}: an id, a grade and a text expected"
            ) from None
        yield Sample(text, min(max(mood, -1.0), 1.0), "en", name)


def _good_or_bad(file: Path, *, name: str) -> Iterator[Sample]:
    """Chinese reviews of deliveries, 1 good and 0 bad, then the text, which may hold commas."""
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines()[1:], start=2):
        label, comma, text = line.partition(",")
        if label not in ("0", "1") or not comma:
            raise InvalidInput("ATTUNE_DATA", f"{file.name}, line {number}: 0 or 1 and a text expected")
        yield Sample(text, 1.0 if label == "1" else -1.0, "zh", name)
