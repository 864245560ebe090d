"""Who comes when, for how long, and with what in mind."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.sample_shop.people import People
from marketing.sample_shop.rhythm import BY_HOUR, DAY, Window, day_weights, shelf_seasons, utc_offsets
from marketing.sample_shop.sampling import pick_columns
from marketing.sample_shop.tastes import Ints

SESSIONS_A_DAY = 0.052  # of a customer of middling activity
VISITOR_SESSIONS = 1.5
ACTIVITY_SPREAD = 1.0  # sigma of a log-normal: the busiest tenth makes almost half of the sessions
MOST_SESSIONS_A_DAY = 0.8


@dataclass(frozen=True, eq=False)
class Sessions:
    """One entry a session."""

    person: Ints
    starts_at: NDArray[np.int64]  # microseconds UTC
    day: Ints  # position among the window's midnights
    views: Ints  # how many products are looked at
    shelf: Ints  # what the person came for


def plan_sessions(people: People, *, rng: np.random.Generator, window: Window) -> Sessions:
    midnights = window.midnights()
    person = np.repeat(np.arange(len(people.identities)), _session_counts(people, rng=rng, window=window))
    day = _days(person, people, midnights=midnights, rng=rng)
    starts_at = midnights[day] + _time_of_day(len(person), rng=rng) - _ahead(people, midnights)[person, day]
    earliest = np.maximum(people.arrives_at, window.start)[person]
    latest = np.minimum(people.leaves_at, window.end)[person]
    kept = (starts_at >= earliest) & (starts_at < latest)
    person, day, starts_at = person[kept], day[kept], starts_at[kept]
    return Sessions(
        person=person,
        starts_at=starts_at,
        day=day,
        views=1 + np.minimum(rng.lognormal(1.2, 0.75, len(person)), 40).astype(np.intp),
        shelf=pick_columns(people.tastes.shelves[person] + shelf_seasons(midnights)[day], rng=rng),
    )


def _session_counts(people: People, *, rng: np.random.Generator, window: Window) -> Ints:
    count = len(people.identities)
    activity = rng.lognormal(-(ACTIVITY_SPREAD**2) / 2, ACTIVITY_SPREAD, count)
    rate = np.minimum(SESSIONS_A_DAY * activity, MOST_SESSIONS_A_DAY)
    days = (np.minimum(people.leaves_at, window.end) - np.maximum(people.arrives_at, window.start)) / DAY
    expected = np.where(people.is_customer, rate * np.maximum(days, 0), VISITOR_SESSIONS)
    return rng.poisson(expected).astype(np.intp)


def _days(person: Ints, people: People, *, midnights: NDArray[np.int64], rng: np.random.Generator) -> Ints:
    """Busy days draw more sessions; each person has only the days between arriving and leaving."""
    total = np.concatenate([[0.0], np.cumsum(day_weights(midnights, rng=rng))])
    edges = np.append(midnights, midnights[-1] + DAY)
    low = np.interp(people.arrives_at, edges, total)[person]
    high = np.interp(people.leaves_at, edges, total)[person]
    drawn = low + (high - low) * rng.random(len(person))
    return np.asarray(np.clip(np.searchsorted(total, drawn, side="right") - 1, 0, len(midnights) - 1), dtype=np.intp)


def _time_of_day(count: int, *, rng: np.random.Generator) -> NDArray[np.int64]:
    hour = rng.choice(24, size=count, p=BY_HOUR / BY_HOUR.sum())
    return np.asarray((hour + rng.random(count)) * (DAY / 24), dtype=np.int64)


def _ahead(people: People, midnights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shape (people, days)."""
    zones, zone = np.unique(people.time_zones, return_inverse=True)
    return np.asarray(utc_offsets([str(name) for name in zones], midnights)[zone])
