"""Features of people at a moment: all that happened before it, and nothing of later.

Days before the moment's own come from the daily rows, the moment's own day from events, orders and refunds before it.
A person is a set of identities, whose rows are summed when they are asked for: a merge of customers, and its undoing,
show at once. "Before" is by when things happened, not by when they were heard of; who belongs to whom, prices of
currencies, cancelled orders and the catalogue are as they stand now (the catalogue: when the day was last counted). A
past day that something arrived for shows it after the next recomputation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

from marketing.errors import InvalidInput
from marketing.features.counting import ACTIVITY, ACTIVITY_COLUMNS, EVENTS, INTEREST
from marketing.features.days import Window, until
from marketing.features.ratings import DEFAULT_PRIOR, RatingPrior, shrunken

Columns = dict[str, npt.NDArray[Any]]

HALF_LIFE: Final = timedelta(days=30)
TOP: Final = 5
# Lengths of the spans, in days, that activity is counted in: the moment's own day and those before it.
SPANS: Final = (30, 90, 365)
MICROS: Final = 1_000_000

MEMBERS_BY_IDENTITY = """
SELECT DISTINCT place, identity_id FROM unnest(%(places)s::int[], %(keys)s::bigint[]) AS asked (place, identity_id)
"""
MEMBERS_BY_CUSTOMER = """
SELECT asked.place, identity.id AS identity_id
FROM unnest(%(places)s::int[], %(keys)s::uuid[]) AS asked (place, customer_id)
JOIN marketing_identity identity ON identity.customer_id = asked.customer_id
"""
PEOPLE = "(SELECT * FROM marketing_identity WHERE id IN (SELECT identity_id FROM member))"
# Every column of the answer, as an aggregate over a person's days; `there`: the person did something on that day.
AGGREGATES = {
    "last_seen_at": "max(last_at) FILTER (WHERE there)",
    "last_seen_days": "(%(day)s::date - max(day) FILTER (WHERE there))::float8",
    "last_purchase_days": "(%(day)s::date - max(day) FILTER (WHERE purchases > 0 OR orders > 0))::float8",
    **{name: f"sum({name})::int8" for name in ("events", "views", "clicks", "carts", "purchases", "orders", "ratings")},
    **{
        f"purchases_{span}": f"coalesce(sum(purchases) FILTER (WHERE day > %(day)s::date - {span}), 0)::int8"
        for span in SPANS
    },
    **{
        f"active_days_{span}": f"count(DISTINCT day) FILTER (WHERE there AND day > %(day)s::date - {span})"
        for span in SPANS
    },
    "revenue_micros": f"(sum(revenue) * {MICROS})::int8",
    "dwell_seconds": "sum(dwell_seconds)",
    "rating_sum": "sum(rating_sum)",
    "rating_squares": "sum(rating_squares)",
}
WHOLE_NUMBERS = {
    *("events", "views", "clicks", "carts", "purchases", "orders", "ratings", "revenue_micros"),
    *(f"{name}_{span}" for span in SPANS for name in ("purchases", "active_days")),
}
ACTIVITY_AT = f"""
WITH member AS MATERIALIZED ({{members}}),
{ACTIVITY.format(people=PEOPLE)},
counted AS (
    SELECT identity_id, day, {", ".join(ACTIVITY_COLUMNS)} FROM marketing_dailyactivity
    WHERE identity_id IN (SELECT identity_id FROM member) AND day < %(day)s
    UNION ALL
    SELECT identity_id, %(day)s::date, {", ".join(ACTIVITY_COLUMNS)} FROM activity
)
SELECT place, {", ".join(AGGREGATES.values())}
FROM member JOIN (SELECT *, events > 0 OR orders > 0 AS there FROM counted) counted USING (identity_id)
GROUP BY place
"""  # noqa: S608 - only constants of ours are put in
# Beyond 900 half-lives nothing is left that a float could hold.
INTEREST_AT = f"""
WITH member AS MATERIALIZED ({{members}}),
event AS MATERIALIZED ({EVENTS.format(people=PEOPLE)}),
{INTEREST},
counted AS (
    SELECT identity_id, kind, name,
           strength * power(0.5::float8, least((%(day)s::date - day) / %(half_life)s::float8, 900)) AS strength
    FROM marketing_dailyinterest
    WHERE identity_id IN (SELECT identity_id FROM member) AND day < %(day)s
    UNION ALL
    SELECT identity_id, kind, name, strength FROM interest
),
ranked AS (
    SELECT place, kind, name, sum(strength) AS strength,
           row_number() OVER (PARTITION BY place, kind ORDER BY sum(strength) DESC, name) AS rank
    FROM member JOIN counted USING (identity_id)
    GROUP BY place, kind, name
)
SELECT place, kind, rank, name, strength FROM ranked WHERE rank <= %(top)s
"""  # noqa: S608


@dataclass(frozen=True)
class _Asked:
    """Whose features: as SQL's relation of members, one number a person and one key a member."""

    members: str
    places: list[int]
    keys: list[Any]
    people: int


def features_at(
    groups: Sequence[Sequence[int]],
    *,
    at: datetime,
    half_life: timedelta = HALF_LIFE,
    top: int = TOP,
    prior: RatingPrior = DEFAULT_PRIOR,
) -> Columns:
    """Features of people given as groups of identity ids, before the instant `at`, in three queries.

    Columns by name, each (people,) unless said otherwise, in the order asked:

    - `last_seen_at` datetime64[us] in UTC, NaT for never; `last_seen_days`, `last_purchase_days`: days of the
      business's calendar between then and the day of `at`, NaN for never;
    - `events` (of any kind), `views`, `clicks`, `carts`, `purchases` (events), `orders`; `purchases_N` and
      `active_days_N` in the day of `at` and the N − 1 days before it, for each N of `SPANS`;
    - `revenue_micros` int64: millionths of the base currency, less refunds, without tax and shipping;
      `mean_order_micros`: the revenue for each order, NaN without;
    - `dwell_seconds`;
    - `ratings` (their number), `rating_mean` (NaN without), `rating_centre` and `rating_spread`: what to normalise a
      rating of this person by (see `ratings.shrunken`);
    - `categories`, `tags` (people, top) object: slugs and tags by falling interest, "" where there are fewer;
      `category_weights`, `tag_weights` (people, top): Σ strength · 2^(−age / half_life) over the days, where a day's
      age is in whole days and the strength is that of marketing.features.counting.

    Raises:
        InvalidInput: when `at` has no offset, or `half_life` or `top` is not above 0.

    """
    places = [place for place, group in enumerate(groups) for _ in group]
    asked = _Asked(MEMBERS_BY_IDENTITY, places, list(chain.from_iterable(groups)), len(groups))
    return _columns(asked, at=at, half_life=half_life, top=top, prior=prior)


def customer_features_at(
    customer_ids: Sequence[UUID],
    *,
    at: datetime,
    half_life: timedelta = HALF_LIFE,
    top: int = TOP,
    prior: RatingPrior = DEFAULT_PRIOR,
) -> Columns:
    """Features of customers, each with all identities that are theirs now. See `features_at`."""
    asked = _Asked(MEMBERS_BY_CUSTOMER, list(range(len(customer_ids))), list(customer_ids), len(customer_ids))
    return _columns(asked, at=at, half_life=half_life, top=top, prior=prior)


def z_scores(ratings: npt.ArrayLike, columns: Columns) -> npt.NDArray[np.float64]:
    """Ratings (people,), one of each person of `columns`, normalised: (r − centre) / spread."""
    scores: npt.NDArray[np.float64] = (np.asarray(ratings, np.float64) - columns["rating_centre"]) / columns[
        "rating_spread"
    ]
    return scores


def _columns(asked: _Asked, *, at: datetime, half_life: timedelta, top: int, prior: RatingPrior) -> Columns:
    if at.tzinfo is None:
        raise InvalidInput("at", "an instant with its offset from UTC expected")
    if half_life <= timedelta(0):
        raise InvalidInput("half_life", f"a span above 0 expected, got {half_life}")
    if top < 1:
        raise InvalidInput("top", f"1 or more expected, got {top}")
    window = until(at)
    columns = _activity(asked, window)
    columns |= _interest(asked, window, half_life=half_life, top=top)
    total, squares = columns.pop("rating_sum"), columns.pop("rating_squares")
    with np.errstate(divide="ignore", invalid="ignore"):
        columns["rating_mean"] = total / columns["ratings"]
        columns["mean_order_micros"] = np.where(
            columns["orders"] > 0, columns["revenue_micros"] / columns["orders"], np.nan
        )
    columns["rating_centre"], columns["rating_spread"] = shrunken(columns["ratings"], total, squares, prior=prior)
    return columns


def _activity(asked: _Asked, window: Window) -> Columns:
    rows = _rows(ACTIVITY_AT, asked, window)
    places = np.array([row[0] for row in rows], np.intp)
    columns: Columns = {}
    for number, name in enumerate(AGGREGATES, start=1):
        column = _empty(name, asked.people)
        column[places] = [_FILLERS.get(name, _same)(row[number]) for row in rows]
        columns[name] = column
    return columns


def _empty(name: str, people: int) -> npt.NDArray[Any]:
    """What holds for people of whom nothing is known."""
    if name in WHOLE_NUMBERS:
        return np.zeros(people, np.int64)
    if name == "last_seen_at":
        return np.full(people, np.datetime64("NaT"), "datetime64[us]")
    return np.full(people, np.nan if name.endswith("_days") else 0.0)


def _same(value: Any) -> Any:
    return value


def _instant(value: datetime | None) -> np.datetime64:
    # numpy knows no offsets; Django's connections speak UTC.
    return np.datetime64("NaT") if value is None else np.datetime64(value.replace(tzinfo=None), "us")


def _or_never(value: float | None) -> float:
    return np.nan if value is None else value


_FILLERS: dict[str, Callable[[Any], Any]] = {
    "last_seen_at": _instant,
    "last_seen_days": _or_never,
    "last_purchase_days": _or_never,
}


def _interest(asked: _Asked, window: Window, *, half_life: timedelta, top: int) -> Columns:
    shape = (asked.people, top)
    columns: Columns = {
        "categories": np.full(shape, "", object),
        "category_weights": np.zeros(shape),
        "tags": np.full(shape, "", object),
        "tag_weights": np.zeros(shape),
    }
    for place, kind, rank, name, strength in _rows(
        INTEREST_AT, asked, window, half_life=half_life / timedelta(days=1), top=top
    ):
        names, weights = ("categories", "category_weights") if kind == "category" else ("tags", "tag_weights")
        columns[names][place, rank - 1] = name
        columns[weights][place, rank - 1] = strength
    return columns


def _rows(statement: str, asked: _Asked, window: Window, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(members=asked.members),
            {"places": asked.places, "keys": asked.keys, **window.parameters(), **parameters},
        )
        return list(cursor.fetchall())
