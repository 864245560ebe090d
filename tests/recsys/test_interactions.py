from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from marketing.models import Event
from recsys.interactions import read_preferences
from tests.factories.marketing import (
    ConsentFactory,
    CustomerIdentityFactory,
    EventFactory,
    ItemFactory,
    SourceFactory,
    VisitorFactory,
)

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(identity, item, kind="view", *, days=0, **values):
    return EventFactory(identity=identity, item=item, kind=kind, occurred_at=DAY + timedelta(days=days), **values)


def rows(preferences):
    """(person, item, strength, day) of each interaction, days counted from DAY."""
    i = preferences.interactions
    days = (i.times - DAY.timestamp()) / 86400
    return sorted(zip(i.users.tolist(), i.items.tolist(), i.values.tolist(), days.tolist(), strict=True))


@pytest.mark.parametrize(
    ("kind", "value", "strength"),
    [
        ("view", None, 1),
        ("click", None, 1),
        ("like", None, 2),
        ("add_to_cart", 2, 3),
        ("purchase", 1, 5),
        ("rating", 5, 5),
        ("rating", 4, 5),
        ("rating", 3.5, 1),
        ("rating", 3, 1),
    ],
)
def test_a_kind_of_event_tells_a_strength(kind, value, strength, ada):
    event(ada, ItemFactory(), kind, value=value)

    assert rows(read_preferences()) == [(0, 0, strength, 0)]


@pytest.mark.parametrize(
    ("kind", "value"), [("rating", 2.5), ("rating", 1), ("search", None), ("remove_from_cart", 1), ("refund", 1)]
)
def test_other_events_tell_no_preference(kind, value, ada):
    event(ada, ItemFactory(), kind, value=value)

    assert rows(read_preferences()) == []


@pytest.mark.parametrize("quality", [Event.Quality.DUPLICATE, Event.Quality.BOT])
def test_events_that_do_not_count_tell_no_preference(quality, ada):
    event(ada, ItemFactory(), "purchase", value=1, quality=quality)

    assert rows(read_preferences()) == []


def test_nothing_is_learned_from_those_of_whom_nothing_is_kept():
    event(VisitorFactory(kind="nobody", value="nobody"), ItemFactory(), "purchase", value=1)

    assert rows(read_preferences()) == []


def test_of_several_events_on_one_item_the_strongest_counts_from_the_first_meeting_on(ada):
    item = ItemFactory()
    event(ada, item, "view", days=0)
    event(ada, item, "purchase", days=3)
    event(ada, item, "click", days=9)

    preferences = read_preferences()

    assert rows(preferences) == [(0, 0, 5, 0)]
    assert preferences.extent.events == 3
    assert preferences.extent.last_event == Event.objects.latest("id").id
    assert preferences.extent.until == DAY + timedelta(days=9)


def test_dense_ids_follow_the_items_whose_bytes_are_given(ada, vi):
    items = [ItemFactory() for _ in range(3)]
    ItemFactory()  # nobody met it
    event(vi, items[2])
    event(ada, items[0], "purchase")
    event(ada, items[2], "add_to_cart")

    preferences = read_preferences()

    assert preferences.item_ids.dtype == np.uint8
    assert [bytes(row) for row in preferences.item_ids] == [items[0].id.bytes, items[2].id.bytes]
    interactions = preferences.interactions
    assert (interactions.n_users, interactions.n_items) == (2, 2)
    # A visitor's key is smaller than any customer's, so that she is person 0.
    assert interactions.matrix().toarray().tolist() == [[0, 1], [5, 3]]


def test_a_customer_with_several_identities_is_one_person(ada):
    item, other = ItemFactory(), ItemFactory()
    visit = VisitorFactory(customer=ada.customer)
    event(ada, item)
    event(visit, item, "purchase")
    event(visit, other)

    preferences = read_preferences()

    assert preferences.interactions.n_users == 1
    assert preferences.interactions.matrix().toarray().tolist() == [[5, 1]]


def test_whoever_took_consent_back_is_not_learned_from(ada, cy):
    item = ItemFactory()
    event(ada, item)
    event(cy, item)
    ConsentFactory(identity=ada, granted=True, given_at=DAY)
    ConsentFactory(identity=ada, granted=False, given_at=DAY + timedelta(days=1))

    assert read_preferences().interactions.n_users == 1


def test_an_answer_under_one_name_holds_for_all_names_of_a_customer(ada):
    visit = VisitorFactory(customer=ada.customer)
    event(ada, ItemFactory())
    ConsentFactory(identity=visit, granted=False)

    assert rows(read_preferences()) == []


def test_the_answer_to_another_purpose_does_not_matter(ada):
    event(ada, ItemFactory())
    ConsentFactory(identity=ada, purpose="marketing", granted=False)

    assert len(rows(read_preferences())) == 1


@pytest.mark.parametrize("consent", [{"personalisation": False}, {}])
def test_without_an_answer_the_sources_default_holds(consent):
    strict = SourceFactory(code="strict", consent=consent)
    silent = CustomerIdentityFactory(customer__source=strict)
    willing = CustomerIdentityFactory(customer__source=strict)
    ConsentFactory(identity=willing, granted=True)
    item = ItemFactory()
    event(silent, item)
    event(willing, item)

    assert read_preferences().interactions.n_users == 1


def test_retired_items_are_left_out_and_those_out_of_stock_are_not(ada):
    event(ada, ItemFactory(deleted_at=DAY))
    kept = ItemFactory(available=False)
    event(ada, kept)

    preferences = read_preferences()

    assert [bytes(row) for row in preferences.item_ids] == [kept.id.bytes]


def test_without_events_everything_is_empty(ada):
    preferences = read_preferences()

    assert len(preferences.interactions) == 0
    assert preferences.item_ids.shape == (0, 16)
    assert (preferences.extent.events, preferences.extent.until) == (0, None)


def test_reading_twice_in_one_transaction_works(ada):
    event(ada, ItemFactory())

    assert rows(read_preferences()) == rows(read_preferences())
