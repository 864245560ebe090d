"""The whole sample shop from one seed."""

from datetime import datetime

import numpy as np

from marketing.errors import InvalidInput
from marketing.sample_shop.browsing import browse
from marketing.sample_shop.catalogue import SHELVES
from marketing.sample_shop.customers import build_customers
from marketing.sample_shop.funnel import write_events
from marketing.sample_shop.people import gather_people
from marketing.sample_shop.products import build_categories, build_products
from marketing.sample_shop.relations import build_relations
from marketing.sample_shop.reviews import add_texts
from marketing.sample_shop.rhythm import Window
from marketing.sample_shop.rows import SampleShop
from marketing.sample_shop.sessions import plan_sessions

SHOP_NAME = "Harbour & Pine"
LIMITS = {"products": (len(SHELVES), 5000), "customers": (1, 50_000), "days": (14, 3650)}


def generate(
    *, seed: int = 7, products: int = 360, customers: int = 1000, days: int = 182, until: datetime
) -> SampleShop:
    """A simulated shop: the same arguments give the same shop, to the last event.

    `until` is the first moment after the last event. The defaults make about 70,000 events in about a second.

    Raises:
        InvalidInput: a number outside its limits, or `until` without a time zone.

    """
    for field, value in (("products", products), ("customers", customers), ("days", days)):
        _check_range(field, value)
    if until.tzinfo is None:
        raise InvalidInput("until", "a date and time with a time zone was expected, got one without.")
    until = until.replace(microsecond=0)
    # A stream of chance for each part, so that a change in one leaves the others as they were.
    for_products, for_customers, for_people, for_sessions, for_views, for_events, for_texts = (
        np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(7)
    )
    window = Window.before(until, days=days)
    stock = build_products(rng=for_products, count=products, days=days, until=until)
    relations = build_relations(stock.products, predecessors=stock.predecessors)
    known = build_customers(rng=for_customers, count=customers, days=days, until=until)
    people = gather_people(known, rng=for_people, window=window)
    sessions = plan_sessions(people, rng=for_sessions, window=window)
    views = browse(sessions, people=people, products=stock.products, relations=relations, rng=for_views, window=window)
    events = write_events(
        views,
        sessions=sessions,
        people=people,
        products=stock.products,
        rng=for_events,
        window=window,
        seed=seed,
    )
    events = add_texts(
        events,
        people=people,
        customers=known,
        products=stock.products,
        rng=for_texts,
        window=window,
        seed=seed,
    )
    return SampleShop(
        name=SHOP_NAME,
        categories=build_categories(),
        products=stock.products,
        relations=relations,
        customers=known,
        logins=people.logins,
        events=events,
    )


def _check_range(field: str, value: int) -> None:
    low, high = LIMITS[field]
    if not low <= value <= high:
        raise InvalidInput(field, f"a whole number from {low} to {high} was expected, got {value}.")
