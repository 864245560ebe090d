"""Who comes to the shop: customers, and visitors of whom some turn out to be customers."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from marketing.sample_shop.names import HOMES
from marketing.sample_shop.rhythm import Window, microseconds
from marketing.sample_shop.rows import SampleCustomer, SampleLogin
from marketing.sample_shop.tastes import Ints, Tastes, draw_tastes

VISITORS_PER_CUSTOMER = 0.8
SIGNED_UP_AFTER_A_VISIT = 0.6  # of the customers who are new in the window
VISITOR_DAYS = 12  # how long an anonymous visitor stays around


@dataclass(frozen=True, eq=False)
class People:
    """One entry a person: all customers first, then all visitors."""

    identities: list[str]
    is_customer: np.ndarray[tuple[int], np.dtype[np.bool_]]
    time_zones: list[str]
    arrives_at: np.ndarray[tuple[int], np.dtype[np.int64]]  # microseconds; nobody acts before that
    leaves_at: np.ndarray[tuple[int], np.dtype[np.int64]]
    tastes: Tastes
    logins: list[SampleLogin]


def gather_people(customers: list[SampleCustomer], *, rng: np.random.Generator, window: Window) -> People:
    tastes = draw_tastes(len(customers), rng=rng)
    signed_up = _signed_up_after_a_visit(customers, rng=rng, window=window)
    strangers = max(int(len(customers) * VISITORS_PER_CUSTOMER) - len(signed_up), 0)
    visitors = [f"V{number:05d}" for number in range(1, len(signed_up) + strangers + 1)]
    arrivals = rng.uniform(window.start, window.end, strangers).astype(np.int64)
    created = np.array([microseconds(customer.created_at) for customer in customers])
    stay = microseconds(timedelta(days=VISITOR_DAYS))
    return People(
        identities=[customer.external_id for customer in customers] + visitors,
        is_customer=np.arange(len(customers) + len(visitors)) < len(customers),
        time_zones=[customer.time_zone for customer in customers]
        + [customers[position].time_zone for position in signed_up]
        + _homes(strangers, rng=rng),
        arrives_at=np.concatenate([np.maximum(created, window.start), created[signed_up] - stay, arrivals]),
        leaves_at=np.concatenate([np.full(len(customers), window.end), created[signed_up], arrivals + stay]),
        tastes=tastes.and_then(tastes.of(signed_up)).and_then(draw_tastes(strangers, rng=rng)),
        logins=[
            SampleLogin(visitor, customers[position].external_id, customers[position].created_at)
            for visitor, position in zip(visitors, signed_up, strict=False)
        ],
    )


def _signed_up_after_a_visit(customers: list[SampleCustomer], *, rng: np.random.Generator, window: Window) -> Ints:
    """Positions of those who looked around before they signed up."""
    soonest = window.start + microseconds(timedelta(days=1))
    is_new = np.array([microseconds(customer.created_at) > soonest for customer in customers])
    return np.flatnonzero(is_new & (rng.random(len(customers)) < SIGNED_UP_AFTER_A_VISIT))


def _homes(count: int, *, rng: np.random.Generator) -> list[str]:
    shares = np.array([home.share for home in HOMES])
    homes = rng.choice(len(HOMES), size=count, p=shares / shares.sum())
    return [HOMES[home].time_zones[0] for home in homes]
