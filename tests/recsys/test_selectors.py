from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from marketing.models import Item
from marketing.partitions import ensure_months
from recsys import selectors
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory, VisitorFactory

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def by_item(history):
    return {
        history.item_id(place): (float(history.strengths[place]), history.kinds[place]) for place in range(len(history))
    }


def test_of_several_events_with_one_item_the_strongest_counts(vi):
    item = ItemFactory()
    EventFactory(identity=vi, item=item, kind="view", occurred_at=NOW)
    EventFactory(identity=vi, item=item, kind="purchase", occurred_at=NOW - DAY)
    EventFactory(identity=vi, item=item, kind="add_to_cart", occurred_at=NOW - 2 * DAY)

    history = selectors.history([vi.pk])

    assert by_item(history) == {item.pk: (5.0, "purchase")}


def test_a_history_has_the_item_met_last_first(vi):
    old, new, older = ItemFactory(), ItemFactory(), ItemFactory()
    EventFactory(identity=vi, item=old, kind="purchase", occurred_at=NOW - 2 * DAY)
    EventFactory(identity=vi, item=new, occurred_at=NOW - DAY)
    EventFactory(identity=vi, item=older, occurred_at=NOW - 3 * DAY)

    history = selectors.history([vi.pk])

    assert [history.item_id(place) for place in range(3)] == [new.pk, old.pk, older.pk]


def test_a_poor_rating_speaks_against_the_item(vi):
    liked, disliked = ItemFactory(), ItemFactory()
    EventFactory(identity=vi, item=liked, kind="rating", value=4)
    EventFactory(identity=vi, item=disliked, kind="rating", value=2)

    history = selectors.history([vi.pk])

    assert by_item(history) == {liked.pk: (5.0, "rating"), disliked.pk: (-3.0, "rating")}
    assert history.seen() == {liked.pk.bytes, disliked.pk.bytes}
    assert history.unwanted() == {disliked.pk.bytes}


def test_a_history_joins_all_identities_of_a_person_and_nobody_elses(ada, vi, cy):
    at_home, on_the_phone, of_another = ItemFactory(), ItemFactory(), ItemFactory()
    EventFactory(identity=ada, item=at_home)
    EventFactory(identity=vi, item=on_the_phone)
    EventFactory(identity=cy, item=of_another)

    history = selectors.history([ada.pk, vi.pk])

    assert history.seen() == {at_home.pk.bytes, on_the_phone.pk.bytes}


def test_events_without_an_item_and_people_without_events_give_an_empty_history(vi):
    EventFactory(identity=vi, item=None)

    assert len(selectors.history([vi.pk])) == 0
    assert len(selectors.history([])) == 0


def test_a_history_is_one_query(vi, django_assert_num_queries):
    EventFactory.create_batch(3, identity=vi)

    with django_assert_num_queries(1):
        selectors.history([vi.pk])


def test_only_the_newest_events_are_looked_at(vi, monkeypatch):
    newest, old = ItemFactory(), ItemFactory()
    EventFactory.create_batch(2, identity=vi, item=newest, occurred_at=NOW)
    EventFactory(identity=vi, item=old, occurred_at=NOW - DAY)
    monkeypatch.setattr("recsys.selectors.histories.SEEN_EVENTS", 2)

    history = selectors.history([vi.pk])

    assert history.seen() == {newest.pk.bytes}


NOT_OFFERED = {
    "unavailable": {"available": False},
    "published tomorrow": {"published_at": NOW + DAY},
    "expired yesterday": {"expires_at": NOW - DAY},
    "retired": {"deleted_at": NOW - DAY},
}


@pytest.mark.parametrize("state", NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_what_is_not_offered_is_left_out_everywhere(state, vi):
    shelf = CategoryFactory()
    base, shown, hidden = ItemFactory(category=shelf), ItemFactory(category=shelf), ItemFactory(category=shelf, **state)
    for item in (shown, hidden):
        EventFactory(identity=vi, item=item, kind="purchase")

    ranked = selectors.offered_items([hidden.pk, shown.pk], because=[None, None], first=5)
    newest = selectors.newest_offered(first=5, leave_out=[base.pk])
    trending = selectors.trending_scores(first=5)
    neighbours = selectors.neighbour_scores(base.pk, first=5)

    assert [(place, row.id) for place, row in ranked] == [(1, shown.pk)]
    assert [row.id for row in newest] == [shown.pk]
    assert [item_id for item_id, _score in trending] == [shown.pk]
    assert [item_id for item_id, _score in neighbours] == [shown.pk]


def test_offered_items_keep_their_order_and_are_no_more_than_asked_for(db):
    a, b, c = ItemFactory(sku="a"), ItemFactory(sku="b"), ItemFactory(sku="c")

    rows = selectors.offered_items([c.pk, a.pk, b.pk], because=[None] * 3, first=2)

    assert [(place, row.sku) for place, row in rows] == [(0, "c"), (1, "a")]


def test_an_offered_item_brings_its_columns_its_shelf_and_the_title_of_its_reason(db):
    shelf = CategoryFactory(slug="tea", name="Tea", translations={"de": "Tee"})
    item = ItemFactory(title="Assam", category=shelf, price=Decimal("4.50"), currency="EUR", tags=["black"])
    reason = ItemFactory(title="Darjeeling", deleted_at=timezone.now())

    [(_place, row)] = selectors.offered_items([item.pk], because=[reason.pk], first=1)

    assert (row.title, row.price, row.currency, row.tags) == ("Assam", Decimal("4.5000"), "EUR", ["black"])
    assert row.category == ("tea", "Tea", {"de": "Tee"})
    assert row.because_title == "Darjeeling"


@pytest.mark.parametrize("state", NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_the_item_that_led_to_another_is_named_only_while_it_is_on_offer(state, db):
    item, shown, hidden = ItemFactory(), ItemFactory(title="Inkwell"), ItemFactory(**state)

    rows = selectors.offered_items([item.pk] * 3, because=[None] * 3, through=[shown.pk, hidden.pk, None], first=3)

    assert [row.through_title for _place, row in rows] == ["Inkwell", None, None]


def test_an_item_that_is_gone_is_no_row(db):
    gone = ItemFactory()
    Item.objects.filter(pk=gone.pk).delete()

    assert selectors.offered_items([gone.pk], because=[None], first=1) == []


def test_trending_halves_a_strength_every_seven_days_before_the_newest_event(db):
    new, week_old, two_weeks_old = ItemFactory(), ItemFactory(), ItemFactory()
    EventFactory(item=new, kind="view", occurred_at=NOW)
    EventFactory(item=week_old, kind="add_to_cart", occurred_at=NOW - 7 * DAY)
    EventFactory(item=two_weeks_old, kind="purchase", occurred_at=NOW - 14 * DAY)

    scores = dict(selectors.trending_scores(first=10))

    # view 1 · 1, cart 3 / 2, purchase 5 / 4
    assert scores == {
        new.pk: pytest.approx(1.0),
        week_old.pk: pytest.approx(1.5),
        two_weeks_old.pk: pytest.approx(1.25),
    }


def test_events_of_long_ago_have_their_trends_too(db):
    long_ago = datetime(1998, 3, 14, tzinfo=UTC)
    ensure_months(long_ago.date(), long_ago.date())
    loved, met = ItemFactory(), ItemFactory()
    EventFactory.create_batch(2, item=loved, kind="rating", value=5, occurred_at=long_ago)
    EventFactory(item=met, kind="rating", value=5, occurred_at=long_ago)

    scores = selectors.trending_scores(first=10)

    assert scores == [(loved.pk, pytest.approx(10.0)), (met.pk, pytest.approx(5.0))]


def test_one_new_event_does_not_wipe_out_the_order_of_what_is_decades_older(db):
    long_ago = datetime(1998, 3, 14, tzinfo=UTC)
    ensure_months(long_ago.date(), long_ago.date())
    loved, met, new = ItemFactory(), ItemFactory(), ItemFactory()
    EventFactory(item=met, kind="rating", value=5, occurred_at=long_ago)
    EventFactory.create_batch(2, item=loved, kind="rating", value=5, occurred_at=long_ago)
    EventFactory(item=new, kind="view", occurred_at=NOW)

    scores = selectors.trending_scores(first=10)

    assert [item_id for item_id, _score in scores] == [new.pk, loved.pk, met.pk]


def test_one_person_can_not_make_an_item_trend_alone(db):
    pushed, liked_by_two = ItemFactory(), ItemFactory()
    EventFactory.create_batch(9, identity=VisitorFactory(), item=pushed, occurred_at=NOW)
    for _person in range(2):
        EventFactory(identity=VisitorFactory(), item=liked_by_two, occurred_at=NOW)

    scores = selectors.trending_scores(first=10)

    assert scores == [(liked_by_two.pk, pytest.approx(2.0)), (pushed.pk, pytest.approx(1.0))]


@pytest.mark.parametrize(
    ("kinds", "strength"),
    [
        (["purchase", "refund"], None),
        (["purchase", "refund", "view"], None),
        (["purchase", "refund", "purchase"], 5.0),
        (["like", "not_interested"], None),
        (["not_interested", "like"], 2.0),
        (["not_interested"], None),
        (["view", "purchase"], 5.0),
    ],
)
def test_what_somebody_is_against_does_not_trend_by_her(kinds, strength, vi, settings):
    settings.TRENDING_HALF_LIFE_DAYS = 1e6  # so that nothing is lost of a strength within minutes
    item = ItemFactory()
    for minute, kind in enumerate(kinds):
        EventFactory(identity=vi, item=item, kind=kind, occurred_at=NOW + timedelta(minutes=minute - 10))

    scores = selectors.trending_scores(first=5)

    assert scores == ([] if strength is None else [(item.pk, pytest.approx(strength))])


@pytest.mark.parametrize("quality", ["bot", "duplicate"])
def test_what_does_not_count_is_no_history_and_no_trend(quality, vi):
    EventFactory(identity=vi, quality=quality)

    assert len(selectors.history([vi.pk])) == 0
    assert selectors.trending_scores(first=5) == []


def test_those_of_whom_nothing_is_kept_make_no_trend(db):
    EventFactory(identity=VisitorFactory(kind="nobody", value="nobody"))

    assert selectors.trending_scores(first=5) == []


def test_neighbours_share_the_shelf_or_tags(db):
    tea, coffee = CategoryFactory(), CategoryFactory()
    base = ItemFactory(category=tea, tags=["black", "loose", "strong"])
    both = ItemFactory(category=tea, tags=["black", "loose"])
    shelf_only = ItemFactory(category=tea, tags=[])
    tag_only = ItemFactory(category=coffee, tags=["strong", "ground"])
    ItemFactory(category=coffee, tags=["ground"])
    ItemFactory(category=None, tags=[])

    scores = selectors.neighbour_scores(base.pk, first=10)

    # both: shelf 1 + 2 common of 3 tags; shelf_only: 1 + 0 of 3; tag_only: 0 + 1 common of 4 tags
    assert scores == [
        (both.pk, pytest.approx(1 + 2 / 3)),
        (shelf_only.pk, pytest.approx(1.0)),
        (tag_only.pk, pytest.approx(0.25)),
    ]


def test_neither_shelf_nor_tags_means_no_neighbours(db):
    base = ItemFactory(category=None, tags=[])
    ItemFactory(category=None, tags=[])

    assert selectors.neighbour_scores(base.pk, first=10) == []


def test_the_rule_of_what_is_offered_is_the_catalogues_own(db):
    ItemFactory(available=False)
    shown = ItemFactory()

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM marketing_item WHERE {selectors.offered_condition()}")  # noqa: S608 – ours
        ids = {row[0] for row in cursor.fetchall()}

    assert ids == set(Item.objects.offered().values_list("pk", flat=True)) == {shown.pk}
