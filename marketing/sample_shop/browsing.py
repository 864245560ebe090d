"""What people look at: which product each step of each session shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.sample_shop.people import People
from marketing.sample_shop.rhythm import DAY, Window, microseconds
from marketing.sample_shop.rows import SampleProduct, SampleRelation
from marketing.sample_shop.sampling import pick_columns
from marketing.sample_shop.sessions import Sessions
from marketing.sample_shop.tastes import Floats, Ints, Traits

ROWS_AT_ONCE = 4096  # times the products: what is held in memory
STAYS_ON_SHELF = 0.7
FOLLOWS_RELATION = 0.16
RISING = 12  # products that everybody starts to talk about near the end
RISING_DAYS = 14
RISING_LOGIT = 2.4  # how much likelier people are to open one of them among its neighbours
TALKED_ABOUT = 0.06  # of the views at the end go straight to one of them
LOOKING_SECONDS = (3.6, 0.8)  # of a log-normal: 37 s in the middle


@dataclass(frozen=True, eq=False)
class Views:
    """One entry a product looked at, in the order of sessions and of time within each."""

    session: Ints
    item: Ints
    at: NDArray[np.int64]
    lasts: NDArray[np.int64]  # microseconds until the next
    fit: Floats  # how well the product suits the person: 0 in the middle, about 1 wide


def browse(
    sessions: Sessions,
    *,
    people: People,
    products: list[SampleProduct],
    relations: list[SampleRelation],
    rng: np.random.Generator,
    window: Window,
) -> Views:
    session = np.repeat(np.arange(len(sessions.person)), sessions.views)
    lasts = (rng.lognormal(*LOOKING_SECONDS, len(session)) * 1e6).astype(np.int64) + 4_000_000
    at = sessions.starts_at[session] + _since_start(session, lasts)
    traits = Traits.of(products)
    sale = _Sale.of(products)
    item = _choose(sessions, session, at, people=people, traits=traits, products=products, rng=rng, window=window)
    item = _follow_relations(item, session, at, sale=sale, related=_related(products, relations), rng=rng)
    kept = (item >= 0) & (at < window.end)
    session, item = session[kept], item[kept]
    fit = people.tastes.fit_of(sessions.person[session], item, traits)
    centred = (fit - fit.mean()) / max(float(fit.std()), 1e-6) if len(fit) else fit
    return Views(session, item, at[kept], lasts[kept], centred)


@dataclass(frozen=True, eq=False)
class _Sale:
    """From when to when each product is shown, in microseconds."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, products: list[SampleProduct]) -> "_Sale":
        never = np.iinfo(np.int64).max
        return cls(
            np.array([microseconds(product.published_at) for product in products]),
            np.array([microseconds(product.expires_at) if product.expires_at else never for product in products]),
        )

    def runs(self, items: Ints, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray((self.starts[items] <= at) & (at < self.ends[items]))


def _choose(
    sessions: Sessions,
    session: Ints,
    at: NDArray[np.int64],
    *,
    people: People,
    traits: Traits,
    products: list[SampleProduct],
    rng: np.random.Generator,
    window: Window,
) -> Ints:
    """The product of each view; -1 where nothing was on sale yet."""
    person = sessions.person[session]
    elsewhere = pick_columns(people.tastes.shelves[person], rng=rng)
    shelf = np.where(rng.random(len(session)) < STAYS_ON_SHELF, sessions.shelf[session], elsewhere)
    sale = _Sale.of(products)
    charm = rng.normal(0, 0.6, len(products)).astype(np.float32)
    rising = _rising(products, charm, rng=rng, window=window)
    item = np.full(len(session), -1)
    for start in range(0, len(session), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        on_sale = (sale.starts <= at[rows, None]) & (at[rows, None] < sale.ends)
        heat = _heat(at[rows], window=window)[:, None]
        heard = rng.random(heat.shape) < TALKED_ABOUT * heat
        sought = on_sale & np.where(heard, rising > 0, traits.shelf == shelf[rows, None])
        shown = np.where(sought.any(axis=1, keepdims=True), sought, on_sale)
        liking = people.tastes.fit(person[rows], traits) + charm + RISING_LOGIT * heat * rising
        logits = np.where(shown, liking, -np.inf)
        possible = on_sale.any(axis=1)
        item[rows][possible] = pick_columns(logits[possible], rng=rng)
    return item


def _rising(
    products: list[SampleProduct], charm: Floats, *, rng: np.random.Generator, window: Window
) -> NDArray[np.float32]:
    """1 for the few products that rise, 0 for the rest. None of them was much loved before, or they'd be popular."""
    soon = window.end - RISING_DAYS * DAY
    can_rise = np.array(
        [
            product.available and product.expires_at is None and microseconds(product.published_at) < soon
            for product in products
        ]
    )
    modest = np.flatnonzero(can_rise & (charm < np.median(charm)))
    rising = np.zeros(len(products), dtype=np.float32)
    rising[rng.permutation(modest)[: max(RISING * len(products) // 360, 1)]] = 1
    return rising


def _heat(at: NDArray[np.int64], *, window: Window) -> Floats:
    """0 until two weeks before the end, then growing to 1 within five days, and staying."""
    since = (at - (window.end - RISING_DAYS * DAY)) / (RISING_DAYS * DAY)
    return np.asarray(np.clip(since * 3, 0, 1), dtype=np.float32)


def _related(products: list[SampleProduct], relations: list[SampleRelation]) -> Ints:
    """Up to six products that each leads to, -1 where there are fewer. Shape (products, 6)."""
    position = {product.sku: number for number, product in enumerate(products)}
    table = np.full((len(products), 6), -1)
    filled = np.zeros(len(products), dtype=np.intp)
    for relation in sorted(relations, key=lambda relation: -relation.weight):
        head = position[relation.head]
        if relation.relation in {"goes_with", "accessory_of"} and filled[head] < table.shape[1]:
            table[head, filled[head]] = position[relation.tail]
            filled[head] += 1
    return table


def _follow_relations(
    item: Ints, session: Ints, at: NDArray[np.int64], *, sale: _Sale, related: Ints, rng: np.random.Generator
) -> Ints:
    """Some steps go from the product before to one that belongs to it."""
    before = np.roll(item, 1)
    follows = (np.roll(session, 1) == session) & (before >= 0) & (rng.random(len(item)) < FOLLOWS_RELATION)
    follows &= ~np.roll(follows, 1)  # the product before must be the one that was really shown
    target = related[before, rng.integers(related.shape[1], size=len(item))]
    follows &= (target >= 0) & sale.runs(target, at)
    return np.where(follows, target, item)


def _since_start(session: Ints, lasts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Time from the start of each session to each of its views."""
    before = np.cumsum(lasts) - lasts
    first = np.searchsorted(session, session, side="left")
    return np.asarray(before - before[first])
