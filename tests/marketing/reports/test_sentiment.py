"""The report on moods: numbers that can be checked by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from marketing.reports.parameters import Days
from marketing.reports.sentiment import Sentiment
from tests.factories.marketing import EventFactory
from tests.factories.text import TextReadingFactory

pytestmark = pytest.mark.django_db
DAYS = Days(date(2026, 5, 4), date(2026, 5, 6))


def read(day, mood):
    at = datetime(2026, 5, day, 12, tzinfo=UTC)
    TextReadingFactory(event=EventFactory(kind="review", payload={"text": "…"}, occurred_at=at), sentiment=mood)


def test_each_day_has_its_texts_by_mood_the_newest_first():
    for day, mood in ((5, 0.9), (5, 0.0), (5, -0.6), (6, 0.5), (7, -1.0)):
        read(day, mood)

    outcome = Sentiment().compute(DAYS)

    names = ("day", "texts", "mood", "positive", "neutral", "negative", "negative_share")
    assert [tuple(row[name] for name in names) for row in outcome.rows] == [
        (date(2026, 5, 6), 1, Decimal("0.50"), 1, 0, 0, 0.0),
        (date(2026, 5, 5), 3, Decimal("0.10"), 1, 1, 1, pytest.approx(1 / 3)),  # (.9 + 0 − .6) / 3 = .1
        (date(2026, 5, 4), 0, None, 0, 0, 0, None),
    ]
    # (.9 + 0 − .6 + .5) / 4 = .2
    assert outcome.summary == "4 texts were written, of mood +0.20 on average; 25.0% were negative."
    assert {series.name: list(series.values) for series in outcome.figure.series} == {
        "positive": [0, 1, 1],
        "neutral": [0, 1, 0],
        "negative": [0, 1, 0],
    }


def test_days_without_texts_are_said_to_be_that():
    outcome = Sentiment().compute(DAYS)

    assert outcome.figure is None
    assert outcome.summary == "Nothing was written in these days whose mood could be told."
