"""How the mood of what people wrote goes: by day, week or month, of a customer, an item, a topic, or all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID

from django.conf import settings
from django.db import connection

from marketing.errors import InvalidInput
from marketing.features.days import DAY_OF, STARTS_AT
from marketing.reading.moods import CLEAR_MOOD

Grain = Literal["day", "week", "month"]
GRAINS: Final = get_args(Grain)
MOST_PERIODS: Final = 732
_DAYS_OF: Final[dict[str, int]] = {"day": 1, "week": 7, "month": 28}

# Weeks begin on Monday. Periods without texts are among the rows, so that a gap is seen as one.
TREND = f"""
WITH period AS (
    SELECT begins::date AS begins
    FROM generate_series(date_trunc(%(grain)s, %(first)s::timestamp), (%(end)s::date - 1)::timestamp,
                         ('1 ' || %(grain)s)::interval) begins
), told AS (
    SELECT date_trunc(%(grain)s, ({DAY_OF.format(instant="reading.said_at")})::timestamp)::date AS begins,
           count(*) AS texts, avg(reading.sentiment) AS mean,
           count(*) FILTER (WHERE reading.sentiment >= {CLEAR_MOOD}) AS positive,
           count(*) FILTER (WHERE reading.sentiment <= -{CLEAR_MOOD}) AS negative
    FROM marketing_textreading reading
    WHERE reading.sentiment IS NOT NULL
        AND reading.said_at >= {STARTS_AT.format(day="%(first)s::date")}
        AND reading.said_at < {STARTS_AT.format(day="%(end)s::date")}
        {{about}}
    GROUP BY 1
)
SELECT period.begins, coalesce(told.texts, 0), told.mean, coalesce(told.positive, 0), coalesce(told.negative, 0)
FROM period LEFT JOIN told USING (begins)
ORDER BY period.begins
"""  # noqa: S608 – only constants of ours are put in
ABOUT: Final = {
    "customer": "AND reading.identity_id IN (SELECT id FROM marketing_identity WHERE customer_id = %(customer)s)",
    "item": "AND reading.item_id = %(item)s",
    "topic": "AND reading.topic_id = %(topic)s",
}


@dataclass(frozen=True)
class About:
    """Whose or which texts: all that is given must hold; nothing given: all of them."""

    customer: UUID | None = None
    item: UUID | None = None
    topic: UUID | None = None

    def given(self) -> dict[str, UUID]:
        named = {"customer": self.customer, "item": self.item, "topic": self.topic}
        return {name: key for name, key in named.items() if key is not None}


@dataclass(frozen=True)
class Period:
    """A span from `begins` to where the next one begins, as far as it lies in what was asked for.

    `mean` is of moods from -1 to 1, None without texts; `positive` and `negative` are the texts clearly for and against.
    """

    begins: date
    texts: int
    mean: float | None
    positive: int
    negative: int

    @property
    def negative_share(self) -> float | None:
        return self.negative / self.texts if self.texts else None


def mood_trend(about: About, *, first: date, end: date, grain: Grain) -> list[Period]:
    """All periods from the day `first` to before the day `end`, of the business's time zone, oldest first.

    Raises:
        InvalidInput: names `grain` or `end`: the days are in the wrong order, or too many.

    """
    _check(first, end, grain=grain)
    given = about.given()
    statement = TREND.format(about=" ".join(ABOUT[name] for name in given))
    parameters: dict[str, Any] = {"zone": settings.TIME_ZONE, "first": first, "end": end, "grain": grain, **given}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Period(*row) for row in cursor.fetchall()]


def over_all(periods: Sequence[Period]) -> Period | None:
    """The periods as one; None when they hold no text."""
    texts = sum(period.texts for period in periods)
    if not texts:
        return None
    return Period(
        begins=periods[0].begins,
        texts=texts,
        mean=sum(period.texts * (period.mean or 0.0) for period in periods) / texts,
        positive=sum(period.positive for period in periods),
        negative=sum(period.negative for period in periods),
    )


def _check(first: date, end: date, *, grain: str) -> None:
    if grain not in GRAINS:
        raise InvalidInput("grain", f"is {grain!r}; expected one of {', '.join(GRAINS)}")
    # The edges of the calendar have no midnight in every zone, and no day before or after.
    for name, day in (("from", first), ("until", end)):
        if not date(1970, 1, 1) <= day <= date(9000, 1, 1):
            raise InvalidInput(name, f"is {day}; expected a day since 1970")
    if end <= first:
        raise InvalidInput("until", f"is {end}; expected a day after {first}")
    if end - first > timedelta(days=MOST_PERIODS * _DAYS_OF[grain]):
        raise InvalidInput("until", f"is {end}; expected at most {MOST_PERIODS} periods of a {grain} from {first} on")
