"""Features at a moment: by hand, and against counting raw events in Python."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketing.errors import InvalidInput
from marketing.features import daily
from marketing.features.at import SPANS, customer_features_at, features_at, z_scores
from marketing.features.person import Interest, Span, features_of_customer
from marketing.features.ratings import DEFAULT_PRIOR, RatingPrior, rating_prior_at
from marketing.models import Event, ExchangeRate, Identity, Order, Refund
from tests.factories.marketing import (
    CategoryFactory,
    CustomerFactory,
    CustomerIdentityFactory,
    EventFactory,
    ItemFactory,
    OrderFactory,
    RefundFactory,
    SourceFactory,
    VisitorFactory,
)

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def lamp(shop):
    return ItemFactory(source=shop, category=CategoryFactory(slug="lamps"), tags=["brass"])


@pytest.fixture
def did(ada, lamp, berlin):
    def happened(kind, when, value=None, *, who=ada, item=lamp):
        return EventFactory(identity=who, item=item, kind=kind, value=value, occurred_at=berlin(when))

    return happened


def test_recency_frequency_money_dwell_clicks_and_ratings_of_a_customer(did, ada, berlin):
    did("view", "2026-08-01 12:00", 20)
    did("purchase", "2026-10-12 12:00", 1)
    did("rating", "2026-10-13 12:00", 5)
    did("rating", "2026-10-13 13:00", 2)
    did("click", "2026-11-10 08:00")
    did("view", "2026-11-10 09:00", 4)
    for day, total in (("2026-10-12", 30), ("2026-11-01", 20)):
        OrderFactory(identity=ada, placed_at=berlin(f"{day} 12:00"), items_total=total, total=total)
    RefundFactory(order=Order.objects.get(total=20), amount=5, refunded_at=berlin("2026-11-02 12:00"))
    daily.recompute_dirty()

    found = features_of_customer(ada.customer_id, at=berlin("2026-11-10 18:00"))

    assert found.last_seen_at == berlin("2026-11-10 09:00")
    # The last order is of 1 November, nine days before.
    assert (found.last_seen_days, found.last_purchase_days) == (0, 9)
    assert (found.events, found.views, found.clicks, found.purchases, found.orders) == (6, 2, 1, 1, 2)
    # 30 days reach back to 12 October, 90 to 13 August: 12 and 13 October, 1 and 10 November.
    assert found.spans == (Span(30, 1, 4), Span(90, 1, 4), Span(365, 1, 5))
    # 30 + 20 − 5, over two orders.
    assert (found.currency, found.revenue, found.mean_order) == ("EUR", Decimal("45.00"), Decimal("22.50"))
    assert found.dwell_seconds == 24
    # (5 + 2 + 5 × 3.5) / 7 = 3.5; (25 + 4 + 5 × (1 + 12.25)) / 7 − 3.5² = 1.3571.
    assert (found.ratings.count, found.ratings.mean) == (2, 3.5)
    assert found.ratings.centre == pytest.approx(3.5)
    assert found.ratings.spread == pytest.approx(1.3571428**0.5)
    assert found.ratings.z_score(5) == pytest.approx(1.5 / 1.3571428**0.5)


def test_interest_halves_with_every_half_life(did, ada, shop, berlin):
    books = ItemFactory(source=shop, category=CategoryFactory(slug="books"), tags=["paper", "brass"])
    did("purchase", "2026-10-11 23:59")
    did("view", "2026-11-10 00:00", item=books)
    did("view", "2026-10-31 12:00", item=books)
    daily.recompute_dirty()

    found = features_of_customer(ada.customer_id, at=berlin("2026-11-10 12:00"), half_life=timedelta(days=10))

    # Lamps: 5 × 2^(−30/10) = 0.625. Books: 1 today + 1 × 2^(−10/10) = 1.5. Brass is of both.
    assert found.categories == (Interest("books", 1.5), Interest("lamps", 0.625))
    assert found.tags == (Interest("brass", 2.125), Interest("paper", 1.5))


def test_only_the_strongest_interests_are_given(did, ada, shop, berlin):
    for number, strength in enumerate((1, 3, 2)):
        item = ItemFactory(source=shop, category=CategoryFactory(slug=f"c{number}"))
        for _ in range(strength):
            did("view", "2026-11-10 12:00", item=item)

    columns = customer_features_at([ada.customer_id], at=berlin("2026-11-10 13:00"), top=2)

    assert columns["categories"].tolist() == [["c1", "c2"]]
    assert columns["category_weights"].tolist() == [[3, 2]]


@pytest.mark.parametrize(("at", "views"), [("11:59:59", 0), ("12:00:00", 0), ("12:00:01", 1)])
def test_what_happens_at_the_moment_itself_or_later_is_not_known_yet(did, ada, berlin, at, views):
    did("view", "2026-11-10 12:00:00")
    OrderFactory(identity=ada, placed_at=berlin("2026-11-10 12:00:00"))
    daily.recompute_dirty()

    found = features_of_customer(ada.customer_id, at=berlin(f"2026-11-10 {at}"))

    assert (found.views, found.orders) == (views, views)
    assert (found.last_seen_at is None) == (views == 0)


def test_of_somebody_unknown_nothing_is_said(berlin, db):
    found = features_of_customer(CustomerFactory().pk, at=berlin("2026-11-10 12:00"))

    assert (found.last_seen_at, found.last_seen_days, found.last_purchase_days) == (None, None, None)
    assert (found.events, found.revenue, found.mean_order, found.ratings.mean) == (0, 0, None, None)
    assert (found.ratings.centre, found.ratings.spread) == (DEFAULT_PRIOR.mean, DEFAULT_PRIOR.deviation)
    assert (found.categories, found.tags) == ((), ())


def test_a_refund_alone_does_not_say_that_somebody_was_there(ada, berlin):
    order = OrderFactory(identity=ada, placed_at=berlin("2026-11-01 12:00"))
    RefundFactory(order=order, amount=10, refunded_at=berlin("2026-11-08 12:00"))
    daily.recompute_dirty()

    found = features_of_customer(ada.customer_id, at=berlin("2026-11-10 12:00"))

    assert (found.last_seen_days, found.spans[0].active_days, found.revenue) == (9, 1, 0)


def test_a_merge_and_its_undoing_show_at_once(did, ada, cy, berlin):
    did("view", "2026-11-01 12:00", 1)
    did("view", "2026-11-01 13:00", 2, who=cy)
    did("view", "2026-11-02 13:00", 4, who=cy)
    daily.recompute_dirty()
    at = berlin("2026-11-10 12:00")
    apart = features_of_customer(ada.customer_id, at=at)

    Identity.objects.filter(pk=cy.pk).update(customer=ada.customer)
    merged = features_of_customer(ada.customer_id, at=at)
    Identity.objects.filter(pk=cy.pk).update(customer=cy.customer)

    # Of the day that both were there there is one.
    assert (merged.views, merged.dwell_seconds, merged.spans[0].active_days) == (3, 7, 2)
    assert (apart.views, apart.dwell_seconds, apart.spans[0].active_days) == (1, 1, 1)
    assert features_of_customer(ada.customer_id, at=at) == apart


def test_thousands_of_people_take_the_same_queries_as_one(did, ada, berlin, django_assert_num_queries):
    did("view", "2026-11-01 12:00")
    others = Identity.objects.bulk_create(
        Identity(source=ada.source, kind=Identity.Kind.VISITOR, value=f"v{number}") for number in range(3000)
    )
    groups = [[other.pk] for other in others] + [[ada.pk, others[0].pk, ada.pk]]
    daily.recompute_dirty()

    with django_assert_num_queries(3):
        columns = features_at(groups, at=berlin("2026-11-10 12:00"))

    assert columns["views"].shape == (3001,)
    assert columns["categories"].shape == (3001, 5)
    # Who is named twice counts once.
    assert np.flatnonzero(columns["views"]).tolist() == [3000]
    assert columns["views"][3000] == 1


def test_nobody_asked_about_is_no_error(berlin, db):
    assert features_at([], at=berlin("2026-11-10 12:00"))["views"].shape == (0,)
    assert features_at([[]], at=berlin("2026-11-10 12:00"))["views"].tolist() == [0]


def test_ratings_of_each_person_are_normalised_by_that_persons_own(did, ada, cy, berlin):
    for who, stars in ((ada, (5, 5, 4)), (cy, (2, 1, 1))):
        for number, value in enumerate(stars):
            did("rating", f"2026-11-01 1{number}:00", value, who=who)
    daily.recompute_dirty()
    prior = RatingPrior(mean=3, deviation=1, weight=1)

    columns = features_at([[ada.pk], [cy.pk]], at=berlin("2026-11-10 12:00"), prior=prior)

    # Ada: (14 + 3) / 4 = 4.25, (66 + 10) / 4 − 4.25² = 0.9375. Cy: (4 + 3) / 4 = 1.75, (6 + 10) / 4 − 1.75² = 0.9375.
    assert z_scores([4, 2], columns) == pytest.approx([-0.25 / 0.9375**0.5, 0.25 / 0.9375**0.5])


def test_the_prior_is_how_everybody_rated_before(did, cy, berlin):
    for when, value, who in (("11-01 12:00", 5, None), ("11-10 10:00", 2, cy), ("11-10 14:00", 1, cy)):
        did("rating", f"2026-{when}", value, **({"who": who} if who else {}))
    daily.recompute_dirty()

    prior = rating_prior_at(berlin("2026-11-10 12:00"))

    # 5 and 2: mean 3.5, (25 + 4) / 2 − 12.25 = 2.25.
    assert (prior.mean, prior.deviation) == (3.5, 1.5)
    assert rating_prior_at(berlin("2026-11-01 12:00")) == DEFAULT_PRIOR


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"at": datetime(2026, 1, 1)}, "at"),  # noqa: DTZ001
        ({"half_life": timedelta(0)}, "half_life"),
        ({"half_life": timedelta(days=-1)}, "half_life"),
        ({"top": 0}, "top"),
    ],
)
def test_what_can_not_be_answered_is_refused_by_name(wrong, field):
    with pytest.raises(InvalidInput) as refused:
        features_at([[1]], **{"at": datetime(2026, 1, 1, tzinfo=UTC), **wrong})

    assert refused.value.field == field


def test_the_oldest_interest_and_the_shortest_half_life_are_no_overflow(did, ada, berlin):
    did("view", "2026-01-01 12:00")
    daily.recompute_dirty()

    columns = customer_features_at([ada.customer_id], at=berlin("2026-11-10 12:00"), half_life=timedelta(minutes=1))

    assert 0 <= columns["category_weights"][0, 0] < 1e-200


# -- Against raw events ------------------------------------------------------------------------------------------------

BEGINNING = datetime(2026, 3, 20, tzinfo=BERLIN).astimezone(UTC)
MINUTES = 20 * 24 * 60  # over the night of 29 March, when an hour is left out
STRENGTHS = {"view": 1, "click": 1, "add_to_cart": 3, "purchase": 5, "search": 0}
# Category and tags of the items that things happen with.
ITEMS = (("lamps", ("brass", "small")), ("books", ("small",)), (None, ()))
RATES = {"EUR": Decimal(1), "USD": Decimal("0.9"), "JPY": None}
# Whose identities are whose: Ada has two, Cy one, a visitor and nobody have one each.
PEOPLE = ((0, 1), (2,), (3,), (4,))
NOBODY = 4

minutes = st.integers(0, MINUTES)
events = st.tuples(
    st.integers(0, 4),
    st.sampled_from(["view", "click", "add_to_cart", "purchase", "rating", "search", "ad_impression"]),
    st.sampled_from([0.5, 2.0, 3.0, 4.5]),
    minutes,
    st.sampled_from([0, 1, 2, None]),
    st.sampled_from(["ok", "ok", "ok", "bot"]),
)
orders = st.tuples(
    st.integers(0, 4),
    minutes,
    st.sampled_from(sorted(RATES)),
    st.decimals(1, 100, places=2),
    st.decimals(0, 10, places=2),
    st.sampled_from(["placed", "placed", "cancelled"]),
    st.lists(st.tuples(minutes, st.sampled_from([Decimal("0.25"), Decimal("0.5")])), max_size=2),
)


class History:
    """What happened, stored and counted by hand."""

    def __init__(self):
        shop = SourceFactory(code="shop")
        ada, cy = CustomerFactory(source=shop), CustomerFactory(source=shop)
        self.shop = shop
        self.identities = [
            CustomerIdentityFactory(customer=ada),
            VisitorFactory(customer=ada),
            CustomerIdentityFactory(customer=cy),
            VisitorFactory(),
            Identity.objects.create(source=shop, kind=Identity.Kind.NOBODY, value="nobody"),
        ]
        categories = {slug: CategoryFactory(slug=slug) for slug, _ in ITEMS if slug}
        self.items = [ItemFactory(source=shop, category=categories.get(slug), tags=list(tags)) for slug, tags in ITEMS]
        ExchangeRate.objects.create(base="EUR", currency="USD", day=date(2026, 1, 1), rate=RATES["USD"])
        self.events, self.orders = [], []

    def happen(self, events, orders):
        self.events += events
        self.orders += orders
        Event.objects.bulk_create(
            Event(
                identity=self.identities[who],
                item=None if item is None else self.items[item],
                kind=kind,
                value=value,
                occurred_at=instant(minute),
                source=self.shop,
                event_id="e",
                quality=quality,
            )
            for who, kind, value, minute, item, quality in events
        )
        for who, minute, currency, goods, shipping, status, refunds in orders:
            total = goods + shipping
            order = OrderFactory(
                identity=self.identities[who],
                placed_at=instant(minute),
                currency=currency,
                items_total=goods,
                shipping=shipping,
                total=total,
                status=status,
            )
            for number, (refund_minute, share) in enumerate(refunds):
                Refund.objects.create(
                    order=order,
                    external_id=str(number),
                    amount=cents(total * share),
                    refunded_at=instant(refund_minute),
                    body=order.body,
                )

    def brute_force(self, members, at):
        """The features of these identities, counted event by event."""
        today = day_of(at)
        events, amounts = list(self.events_of(members, at)), list(self.amounts_of(members, at))
        counts = Counter(kind for kind, *_ in events)
        counts["orders"] = sum(placed for *_, placed in amounts)
        ordered = [when for _who, when, _amount, placed in amounts if placed]
        seen = [when for *_, when in events] + ordered
        bought = [when for kind, *_, when in events if kind == "purchase"] + ordered
        days = {day_of(when) for when in seen}
        return {
            "last_seen_at": max(seen, default=None),
            "last_seen_days": (today - max(days)).days if days else None,
            "last_purchase_days": (today - day_of(max(bought))).days if bought else None,
            "counts": [len(events)] + [counts[k] for k in ("view", "click", "add_to_cart", "purchase", "orders")],
            "active_days": [sum((today - day).days < span for day in days) for span in SPANS],
            "revenue_micros": int(revenue_of(amounts) * 1_000_000),
            "dwell": sum(value for kind, value, *_ in events if kind == "view"),
            "ratings": [value for kind, value, *_ in events if kind == "rating"],
            "interest": interest_of(events, today),
        }

    def events_of(self, members, at):
        """(kind, value, item, when) of what counts."""
        for who, kind, value, minute, item, quality in self.events:
            counts = who in members and who != NOBODY and quality == "ok" and kind != "ad_impression"
            if counts and instant(minute) < at:
                yield kind, value, item, instant(minute)

    def amounts_of(self, members, at):
        """(who, when, euros, whether it is an order) of what counts."""
        for who, minute, currency, goods, shipping, status, refunds in self.orders:
            rate = RATES[currency]
            if who not in members or who == NOBODY or status != "placed" or rate is None:
                continue
            paid = goods + shipping
            moved = [(minute, goods * rate, True)]
            moved += [(late, -cents(paid * share) * goods * rate / paid, False) for late, share in refunds]
            for when, amount, placed in moved:
                if instant(when) < at:
                    yield who, instant(when), amount, placed


def revenue_of(amounts):
    """Rounded per identity and day, as the rows are."""
    by_row = defaultdict(Decimal)
    for who, when, amount, _placed in amounts:
        by_row[who, day_of(when)] += amount
    return sum((amount.quantize(Decimal("0.0001"), ROUND_HALF_UP) for amount in by_row.values()), Decimal(0))


def interest_of(events, today):
    interest = {"category": defaultdict(float), "tag": defaultdict(float)}
    for kind, value, item, when in events:
        strength = {4.5: 5, 3.0: 1}.get(value, 0) if kind == "rating" else STRENGTHS[kind]
        if not strength or item is None:
            continue
        category, tags = ITEMS[item]
        decayed = strength * 0.5 ** ((today - day_of(when)).days / 7)
        for of_kind, names in (("category", [category] if category else []), ("tag", tags)):
            for name in names:
                interest[of_kind][name] += decayed
    return interest


def instant(minute):
    return BEGINNING + timedelta(minutes=minute)


def day_of(when):
    return when.astimezone(BERLIN).date()


def cents(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def strongest(weights):
    return sorted(weights.items(), key=lambda pair: (-round(pair[1], 9), pair[0]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.tuples(st.lists(events, max_size=12), st.lists(orders, max_size=3)),
    late=st.tuples(st.lists(events, max_size=6), st.lists(orders, max_size=2)),
    after=minutes,
)
def test_features_are_what_counting_every_event_before_the_moment_gives(first, late, after):
    with transaction.atomic():
        history = History()
        history.happen(*first)
        daily.recompute_dirty()
        history.happen(*late)
        daily.recompute_dirty()
        at = instant(after)

        columns = features_at(
            [[history.identities[who].pk for who in members] for members in PEOPLE],
            at=at,
            half_life=timedelta(days=7),
        )

        for place, members in enumerate(PEOPLE):
            expected = history.brute_force(members, at)
            assert_same({name: column[place] for name, column in columns.items()}, expected)
        transaction.set_rollback(True)


def assert_same(row, expected):
    last_seen = None if np.isnat(row["last_seen_at"]) else row["last_seen_at"].item().replace(tzinfo=UTC)
    assert last_seen == expected["last_seen_at"]
    for name in ("last_seen_days", "last_purchase_days"):
        assert (None if np.isnan(row[name]) else row[name]) == expected[name]
    assert [row[k] for k in ("events", "views", "clicks", "carts", "purchases", "orders")] == expected["counts"]
    assert [row[f"active_days_{span}"] for span in SPANS] == expected["active_days"]
    assert row["revenue_micros"] == expected["revenue_micros"]
    assert row["dwell_seconds"] == pytest.approx(expected["dwell"])
    count, total = len(expected["ratings"]), sum(expected["ratings"])
    assert row["ratings"] == count
    assert np.isnan(row["rating_mean"]) if not count else row["rating_mean"] == pytest.approx(total / count)
    assert row["rating_centre"] == pytest.approx((total + 5 * 3.5) / (count + 5))
    for kind, names, weights in (("category", "categories", "category_weights"), ("tag", "tags", "tag_weights")):
        wanted = strongest(expected["interest"][kind])
        assert [name for name in row[names] if name] == [name for name, _ in wanted]
        assert [weight for weight in row[weights] if weight] == pytest.approx([weight for _, weight in wanted])
