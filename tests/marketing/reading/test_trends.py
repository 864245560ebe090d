"""The mood of what people wrote, by periods."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketing.errors import InvalidInput
from marketing.reading.trends import About, Period, mood_trend, over_all
from marketing.services.merges import merge_customers
from tests.factories.marketing import EventFactory, ItemFactory
from tests.factories.text import TextReadingFactory, TopicFactory

pytestmark = pytest.mark.django_db


def at(day, hour=12):
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def read(*, identity, item=None, when=None, mood=0.5, topic=None):
    event = EventFactory(
        identity=identity,
        item=item or ItemFactory(),
        kind="review",
        payload={"text": "…"},
        occurred_at=when or at(5),
    )
    return TextReadingFactory(event=event, sentiment=mood, topic=topic)


def test_all_periods_are_there_with_their_mean_and_what_is_clearly_for_and_against(ada):
    for mood in (0.9, 0.1, -0.4):
        read(identity=ada, when=at(5), mood=mood)
    read(identity=ada, when=at(7), mood=-1.0)

    trend = mood_trend(About(), first=date(2026, 5, 4), end=date(2026, 5, 8), grain="day")

    # 5 May: (.9 + .1 − .4) / 3 = .2; above .3 one, below −.3 one.
    assert trend == [
        Period(date(2026, 5, 4), 0, None, 0, 0),
        Period(date(2026, 5, 5), 3, pytest.approx(0.2), 1, 1),
        Period(date(2026, 5, 6), 0, None, 0, 0),
        Period(date(2026, 5, 7), 1, -1.0, 0, 1),
    ]
    assert [period.negative_share for period in trend] == [None, pytest.approx(1 / 3), None, 1.0]
    # (3 × .2 − 1) / 4 = −.1
    assert over_all(trend) == Period(date(2026, 5, 4), 4, pytest.approx(-0.1), 1, 2)


def test_days_are_the_businesss_and_half_open(ada, settings):
    settings.TIME_ZONE = "Asia/Shanghai"  # eight hours ahead
    for hour in (15, 16):
        read(identity=ada, when=at(5, hour))

    trend = mood_trend(About(), first=date(2026, 5, 5), end=date(2026, 5, 6), grain="day")

    # 16:00 in UTC is midnight there, the next day's first instant.
    assert [period.texts for period in trend] == [1]


def test_weeks_begin_on_monday_and_months_on_the_first(ada):
    read(identity=ada, when=at(3))  # a Sunday
    read(identity=ada, when=at(4))  # a Monday

    weeks = mood_trend(About(), first=date(2026, 4, 29), end=date(2026, 5, 12), grain="week")
    months = mood_trend(About(), first=date(2026, 4, 29), end=date(2026, 5, 12), grain="month")

    assert [(week.begins, week.texts) for week in weeks] == [
        (date(2026, 4, 27), 1),
        (date(2026, 5, 4), 1),
        (date(2026, 5, 11), 0),
    ]
    assert [(month.begins, month.texts) for month in months] == [(date(2026, 4, 1), 0), (date(2026, 5, 1), 2)]


def test_a_trend_is_of_a_customer_an_item_or_a_topic(ada, cy):
    lamp, topic = ItemFactory(), TopicFactory()
    read(identity=ada, item=lamp)
    read(identity=ada, topic=topic)
    read(identity=cy, item=lamp, topic=topic)

    def texts(about):
        return sum(week.texts for week in mood_trend(about, first=date(2026, 5, 1), end=date(2026, 6, 1), grain="week"))

    assert texts(About(customer=ada.customer_id)) == 2
    assert texts(About(item=lamp.pk)) == 2
    assert texts(About(topic=topic.pk)) == 2
    assert texts(About(customer=cy.customer_id, item=lamp.pk, topic=topic.pk)) == 1
    assert texts(About(customer=ada.customer_id, item=lamp.pk, topic=topic.pk)) == 0


def test_what_a_merged_customer_wrote_is_the_kept_ones(ada, cy, ola):
    read(identity=cy)

    merge_customers(kept=ada.customer, merged=cy.customer, user=ola)

    trend = mood_trend(About(customer=ada.customer_id), first=date(2026, 5, 5), end=date(2026, 5, 6), grain="day")
    assert trend[0].texts == 1


def test_a_mood_that_could_not_be_told_counts_nowhere(ada):
    read(identity=ada, mood=None)

    assert over_all(mood_trend(About(), first=date(2026, 5, 5), end=date(2026, 5, 6), grain="day")) is None


@pytest.mark.parametrize(
    ("first", "end", "grain", "message"),
    [
        (date(2026, 5, 5), date(2026, 5, 5), "day", "until: is 2026-05-05; expected a day after"),
        (date(2020, 1, 1), date(2026, 1, 1), "day", "until: .*at most 732 periods of a day"),
        (date(1, 1, 1), date(2026, 1, 1), "month", "from: is 0001-01-01; expected a day since 1970"),
        (date(2026, 1, 1), date.max, "month", "until: is 9999-12-31; expected a day since 1970"),
        (date(2026, 5, 5), date(2026, 5, 6), "year", "grain: is 'year'; expected one of day, week, month"),
    ],
)
def test_spans_that_make_no_trend_are_refused_by_name(first, end, grain, message):
    with pytest.raises(InvalidInput, match=message):
        mood_trend(About(), first=first, end=end, grain=grain)


def test_the_longest_span_of_days_is_answered(ada):
    trend = mood_trend(About(), first=date(2026, 1, 1) - timedelta(days=732), end=date(2026, 1, 1), grain="day")

    assert len(trend) == 732
