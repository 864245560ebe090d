"""From looking to buying: clicks, views, baskets, purchases and ratings, as columns of events."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.sample_shop.browsing import Views
from marketing.sample_shop.people import People
from marketing.sample_shop.rhythm import DAY, Window
from marketing.sample_shop.rows import SampleEvents, SampleProduct
from marketing.sample_shop.sessions import Sessions
from marketing.sample_shop.tastes import Ints

KINDS = ("click", "view", "add_to_cart", "purchase", "rating")  # in the order in which they happen
CLICK, VIEW, ADD_TO_CART, PURCHASE, RATING = range(5)

CAME_BY_CLICK = 0.32
CART_LOGIT = -1.95
CHECKS_OUT = 0.55
KEEPS_IN_BASKET = 0.85
RATES = 0.45
RATED_AFTER_DAYS = (4, 25)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Events of one kind."""

    kind: int
    session: Ints
    item: Ints
    at: NDArray[np.int64]
    value: NDArray[np.float64]


def write_events(
    views: Views,
    *,
    sessions: Sessions,
    people: People,
    products: list[SampleProduct],
    rng: np.random.Generator,
    window: Window,
    seed: int,
) -> SampleEvents:
    carts = _carts(views, rng=rng)
    purchases, bought = _purchases(views, carts, sessions=sessions, people=people, products=products, rng=rng)
    ratings = _ratings(views, purchases, bought, products=products, rng=rng)
    clicks = rng.random(len(views.item)) < CAME_BY_CLICK
    moment_before = rng.integers(300_000, 1_500_000, size=int(clicks.sum()))
    rows = [
        _valueless(CLICK, views.session[clicks], views.item[clicks], views.at[clicks] - moment_before),
        _valueless(VIEW, views.session, views.item, views.at),
        _valueless(ADD_TO_CART, views.session[carts], views.item[carts], _cart_times(views, carts, rng=rng)),
        purchases,
        ratings,
    ]
    return _merged(rows, sessions=sessions, people=people, window=window, seed=seed)


def _carts(views: Views, *, rng: np.random.Generator) -> Ints:
    """Positions of the views that end in the basket: the better it suits, the likelier, and once a session."""
    chance = 1 / (1 + np.exp(-(CART_LOGIT + 0.6 * views.fit)))
    taken = np.flatnonzero(rng.random(len(views.item)) < chance)
    return taken[_first_of_each(views.session[taken], views.item[taken])]


def _cart_times(views: Views, carts: Ints, *, rng: np.random.Generator) -> NDArray[np.int64]:
    return views.at[carts] + (views.lasts[carts] * rng.uniform(0.3, 0.9, len(carts))).astype(np.int64)


def _purchases(
    views: Views,
    carts: Ints,
    *,
    sessions: Sessions,
    people: People,
    products: list[SampleProduct],
    rng: np.random.Generator,
) -> tuple[_Rows, Ints]:
    """Purchases, and the position of the view that each of them began with. Only customers check out."""
    buys = people.is_customer[sessions.person] & (rng.random(len(sessions.person)) < CHECKS_OUT)
    bought = carts[buys[views.session[carts]] & (rng.random(len(carts)) < KEEPS_IN_BASKET)]
    bought = bought[_first_or_refill(sessions.person[views.session[bought]], views.item[bought], products=products)]
    session = views.session[bought]
    till = _ends(views, len(sessions.person)) + rng.integers(40, 300, size=len(sessions.person)) * 1_000_000
    price = np.array([float(product.price) for product in products])[views.item[bought]]
    pieces = (1 + rng.poisson(0.9 * np.exp(-price / 18))).astype(np.float64)
    return _Rows(PURCHASE, session, views.item[bought], till[session], pieces), bought


def _ratings(
    views: Views, purchases: _Rows, bought: Ints, *, products: list[SampleProduct], rng: np.random.Generator
) -> _Rows:
    """Some weeks after a purchase: by how well the product suits, how good it is, and the day's mood."""
    quality = rng.normal(0, 0.35, len(products))
    stars = 3.75 + 0.75 * views.fit[bought] + quality[purchases.item] + rng.normal(0, 0.65, len(bought))
    waited = (rng.uniform(*RATED_AFTER_DAYS, len(bought)) * DAY).astype(np.int64)
    rated = np.flatnonzero(rng.random(len(bought)) < RATES)
    return _Rows(
        RATING,
        purchases.session[rated],
        purchases.item[rated],
        purchases.at[rated] + waited[rated],
        np.clip(np.rint(stars[rated]), 1, 5).astype(np.float64),
    )


def _merged(rows: list[_Rows], *, sessions: Sessions, people: People, window: Window, seed: int) -> SampleEvents:
    kind = np.concatenate([np.full(len(part.item), part.kind) for part in rows])
    session = np.concatenate([part.session for part in rows])
    item = np.concatenate([part.item for part in rows])
    at = np.concatenate([part.at for part in rows])
    value = np.concatenate([part.value for part in rows])
    person = sessions.person[session]
    kept = (at >= window.start) & (at < window.end) & _rated_once(kind, person, item)
    order = np.flatnonzero(kept)[np.lexsort((session[kept], kind[kept], at[kept]))]
    kind, session, person = kind[order], session[order], person[order]
    is_customer = people.is_customer[person]
    return SampleEvents(
        event_id=_numbered(f"sample-{seed}-", np.arange(1, len(order) + 1)),
        identity_kind=np.where(is_customer, "customer", "visitor"),
        identity=np.array(people.identities)[person],
        product=item[order].astype(np.int32),
        kind=np.array(KINDS)[kind],
        value=value[order],
        occurred_at=at[order],
        # A rating is given weeks later, from a link in a message: a session of its own.
        session=np.char.add(_numbered(f"sample-{seed}-s", session + 1), np.where(kind == RATING, "-later", "")),
        payload=np.full(len(order), "{}", dtype=object),
    )


def _valueless(kind: int, session: Ints, item: Ints, at: NDArray[np.int64]) -> _Rows:
    return _Rows(kind, session, item, at, np.full(len(item), np.nan))


def _rated_once(kind: Ints, person: Ints, item: Ints) -> NDArray[np.bool_]:
    """False for the second and later ratings of one product by one person."""
    ratings = np.flatnonzero(kind == RATING)
    kept: NDArray[np.bool_] = kind != RATING
    kept[ratings[_first_of_each(person[ratings], item[ratings])]] = True
    return kept


def _first_or_refill(person: Ints, item: Ints, *, products: list[SampleProduct]) -> NDArray[np.bool_]:
    """People buy ink and soap again, but no second tent."""
    is_refill: NDArray[np.bool_] = np.array(["refill" in product.tags for product in products])[item]
    is_refill[_first_of_each(person, item)] = True
    return is_refill


def _first_of_each(first: Ints, second: Ints) -> Ints:
    """Positions at which a pair occurs for the first time, in order."""
    _, positions = np.unique(np.stack([first, second]), axis=1, return_index=True)
    return np.sort(positions)


def _ends(views: Views, count: int) -> NDArray[np.int64]:
    """When the last view of each session is over. Shape (sessions,)."""
    ends = np.zeros(count, dtype=np.int64)
    np.maximum.at(ends, views.session, views.at + views.lasts)
    return ends


def _numbered(prefix: str, numbers: Ints) -> NDArray[np.str_]:
    return np.asarray(np.char.mod(f"{prefix}%06d", numbers), dtype=np.str_)
