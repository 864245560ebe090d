import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection

from marketing.models import Item
from marketing.services.merges import merge_customers
from recsys.models import OnlineResult, RecommendationLog
from recsys.models.lists import PREVIEW
from recsys.online import LISTS, count_online_results, parameters, people_served
from tests.factories.marketing import (
    ArtefactFactory,
    EventFactory,
    ExchangeRateFactory,
    ItemFactory,
    VisitorFactory,
)
from tests.factories.recsys import RecommendationLogFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def artefact(db):
    return ArtefactFactory()


@pytest.fixture
def items(db):
    return ItemFactory.create_batch(4)


@pytest.fixture
def give(artefact, items):
    """Gives a personal list of the first two items to somebody, at noon of the 10th of May."""

    def give_list(identity, *, at=NOON, shown=None, **options):
        entries = [{"item": str(item.pk), "score": 1.0, "reason": "because_you"} for item in shown or items[:2]]
        values = {"basis": "personal", "artefact": artefact, "served_at": at, "items": entries, **options}
        return RecommendationLogFactory(identity=identity, **values)

    return give_list


def happens(identity, item, kind="click", *, after=HOUR, **options):
    return EventFactory(identity=identity, item=item, kind=kind, occurred_at=NOON + after, **options)


def buys(identity, item, *, pieces=1.0, after=HOUR, **payload):
    return happens(identity, item, "purchase", after=after, value=pieces, payload=payload)


def counted(today=date(2026, 5, 12)):
    count_online_results(today=today)
    return OnlineResult.objects.get()


def test_lists_people_clicks_and_purchases_of_a_day_are_counted(ada, cy, vi, items, give):
    for person in (ada, ada, cy, vi):
        give(person)
    happens(ada, items[0])
    happens(vi, items[1], "view")
    buys(vi, items[1], pieces=2, price=4.5)

    row = counted()

    # Ada's click counts for both of her lists, the visitor's for one: 3 of 4. He alone bought, 2 pieces at 4.50.
    assert (row.day, row.lists, row.people) == (date(2026, 5, 10), 4, 3)
    assert (row.clicked_lists, row.bought_lists) == (3, 1)
    assert (row.items, row.clicked_items) == (8, 3)
    assert row.revenue == Decimal(9)


@pytest.mark.parametrize(
    ("kind", "after", "counts"),
    [
        ("click", timedelta(0), (1, 0)),
        ("click", DAY - timedelta(seconds=1), (1, 0)),
        ("click", DAY, (0, 0)),
        ("view", timedelta(seconds=-1), (0, 0)),
        ("purchase", 7 * DAY - timedelta(seconds=1), (0, 1)),
        ("purchase", 7 * DAY, (0, 0)),
        ("add_to_cart", HOUR, (0, 0)),
    ],
)
def test_clicks_count_for_a_day_and_purchases_for_seven(kind, after, counts, ada, give):
    item_id = give(ada).items[0]["item"]
    happens(ada, Item.objects.get(pk=item_id), kind, after=after)

    row = counted(today=date(2026, 5, 18))

    assert (row.clicked_lists, row.bought_lists) == counts


def test_others_and_other_items_and_what_does_not_count_count_nothing(ada, cy, items, give):
    give(ada)
    happens(cy, items[0])
    happens(ada, items[2])
    happens(ada, items[0], quality="bot")
    happens(ada, items[0], "purchase", quality="duplicate", value=1, payload={"price": 5})

    row = counted()

    assert (row.clicked_lists, row.bought_lists, row.revenue) == (0, 0, 0)


def test_an_event_that_names_its_list_counts_for_that_one_alone(ada, items, give):
    give(ada)
    second = give(ada, at=NOON + timedelta(minutes=5))
    happens(ada, items[0], context={"list": str(second.list_id).upper()})

    assert counted().clicked_lists == 1


@pytest.mark.parametrize(("named", "clicked"), [(str(UUID(int=7)), 0), ("category page", 1), (7, 1), (None, 1)])
def test_a_list_that_is_not_ours_takes_the_event_with_it_and_what_is_no_list_does_not(named, clicked, ada, items, give):
    give(ada)
    happens(ada, items[0], context={"list": named})

    assert counted().clicked_lists == clicked


def test_all_names_of_a_customer_are_one_person_also_after_a_merge(ada, cy, ola, items, give):
    phone = VisitorFactory(customer=ada.customer)
    give(phone)
    give(cy)
    happens(ada, items[0])
    happens(cy, items[1], after=2 * HOUR)
    apart = counted()

    merge_customers(kept=ada.customer, merged=cy.customer, user=ola)
    together = counted()

    assert (apart.people, apart.clicked_lists, apart.clicked_items) == (2, 2, 2)
    # Each of the two clicks is now the same person's, on both lists.
    assert (together.people, together.clicked_lists, together.clicked_items) == (1, 2, 4)


def test_the_money_of_a_purchase_counts_once_for_the_last_list_before_it(ada, items, give):
    first, second = ArtefactFactory(), ArtefactFactory()
    give(ada, artefact=first)
    give(ada, artefact=second, at=NOON + timedelta(minutes=5))
    buys(ada, items[0], price=10)
    buys(ada, items[1], after=timedelta(minutes=1), price=3)

    count_online_results(today=date(2026, 5, 12))

    rows = {row.artefact_id: row for row in OnlineResult.objects.all()}
    assert (rows[first.pk].bought_lists, rows[first.pk].revenue) == (1, 3)
    assert (rows[second.pk].bought_lists, rows[second.pk].revenue) == (1, 10)


def test_money_is_changed_by_the_rate_of_its_day_and_left_out_without_one(ada, items, give):
    ExchangeRateFactory(currency="USD", day=date(2026, 5, 9), rate="0.5")
    ExchangeRateFactory(currency="USD", day=date(2026, 5, 11), rate="0.9")
    give(ada)
    for currency, price in (("USD", 10), ("EUR", 1), ("GBP", 100)):
        buys(ada, items[0], price=price, currency=currency)
    buys(ada, items[1], pieces=3, price=2)  # in the shop's own currency
    buys(ada, items[1])  # nobody said for how much

    # 10 · 0.5 + 1 + 3 · 2
    assert counted().revenue == 12


def test_an_absurd_price_keeps_nothing_from_being_counted(ada, items, give):
    give(ada)
    buys(ada, items[0], pieces=1_000_000, price=1e12)

    assert counted().revenue == 10**14 - 1


def test_only_personal_lists_that_an_artefact_made_for_somebody_count(ada, artefact, items, give):
    give(ada)
    give(ada, placement=PREVIEW)
    give(ada, basis="trending", artefact=None)
    give(ada, basis="similar")
    give(None)

    assert counted().lists == 1


def test_days_are_cut_in_the_business_time_zone(ada, give, settings):
    settings.TIME_ZONE = "Asia/Tokyo"  # nine hours ahead
    give(ada, at=datetime(2026, 5, 10, 14, 59, tzinfo=UTC))
    give(ada, at=datetime(2026, 5, 10, 15, 0, tzinfo=UTC))

    count_online_results(today=date(2026, 5, 12))

    days = OnlineResult.objects.order_by("day").values_list("day", "lists")
    assert list(days) == [(date(2026, 5, 10), 1), (date(2026, 5, 11), 1)]


def test_counting_again_changes_nothing_until_something_happens(ada, items, give):
    give(ada)
    first = counted()
    second = counted()
    buys(ada, items[0], after=3 * DAY, price=2)

    third = counted(today=date(2026, 5, 18))

    assert (first.pk, second.pk, third.pk) == (first.pk,) * 3
    assert (first.bought_lists, second.bought_lists, third.bought_lists) == (0, 0, 1)


def test_a_day_whose_lists_were_erased_is_forgotten_and_older_days_stay(ada, give):
    erased = give(ada)
    give(ada, at=NOON - 5 * DAY)
    count_online_results(today=date(2026, 5, 10))
    erased.delete()

    count_online_results(today=date(2026, 5, 17))  # from the 9th on

    assert [row.day for row in OnlineResult.objects.all()] == [date(2026, 5, 5)]


def test_people_served_are_given_per_person_and_arm(ada, cy, items, give):
    champion, canary = ArtefactFactory(), ArtefactFactory()
    for person, made_by in ((ada, champion), (ada, champion), (cy, champion), (ada, canary)):
        give(person, artefact=made_by)
    happens(cy, items[0])
    give(cy, artefact=canary, at=NOON - HOUR)

    served = people_served([champion.pk, canary.pk], since=NOON, until=NOON + 2 * HOUR)

    arms = {pk: sorted(zip(arm.lists, arm.clicked, arm.bought, strict=True)) for pk, arm in served.items()}
    assert arms == {champion.pk: [(1, 1, 0), (2, 0, 0)], canary.pk: [(1, 0, 0)]}


def test_without_lists_nothing_is_counted(db):
    assert count_online_results() == 0


def test_only_the_windows_lists_and_events_are_read(ada, artefact):
    lists = (
        RecommendationLogFactory.build(
            identity=ada, basis="personal", artefact=artefact, served_at=NOON - timedelta(hours=number)
        )
        for number in range(5_000)
    )
    RecommendationLog.objects.bulk_create(lists)
    begin = datetime(2026, 5, 10, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE recsys_recommendationlog")
        # With few events Postgres reads all of a table; what matters is which tables, and that the indexes fit.
        cursor.execute("SET LOCAL enable_seqscan TO off")
        cursor.execute(f"EXPLAIN {LISTS} SELECT * FROM list", parameters(begin=begin, end=begin + DAY))  # noqa: S608
        plan = "\n".join(line for (line,) in cursor.fetchall())

    # The seven days after the 10th of May are in May: of the two and a half years of partitions one is read.
    assert set(re.findall(r"marketing_event_\d{4}_\d{2} ", plan)) == {"marketing_event_2026_05 "}
    assert "recommendation_log_served_at" in plan
    assert "Seq Scan" not in plan
