import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from marketing.events import parse_batch
from marketing.models import IngestBatch
from marketing.reports import load_report
from marketing.reports.csv_file import csv_lines
from marketing.reports.data_quality import usable_of
from marketing.reports.parameters import Days
from marketing.services.events import record_events
from tests.factories.marketing import ItemFactory, QuarantinedEventFactory, SourceFactory

pytestmark = pytest.mark.django_db

MAY_4, MAY_5 = date(2026, 5, 4), date(2026, 5, 5)


def batch(source, when, **counts):
    row = IngestBatch.objects.create(source=source, door="rest", counts=counts)
    IngestBatch.objects.filter(pk=row.pk).update(received_at=when)


def report(first=MAY_4, last=MAY_5):
    return load_report("data_quality").compute(Days(first, last))


@pytest.fixture
def two_days():
    """The shop on two days, the app on the second."""
    shop, app = SourceFactory(code="shop"), SourceFactory(code="app")
    batch(shop, datetime(2026, 5, 4, 9, tzinfo=UTC), **{"stored": 90, "already_stored": 40, "refused:value": 4})
    batch(
        shop, datetime(2026, 5, 4, 10, tzinfo=UTC), **{"refused:value": 1, "refused:item": 5, "duplicate": 8, "bot": 2}
    )
    batch(shop, datetime(2026, 5, 5, 0, tzinfo=UTC), stored=10, conflict=10)
    batch(app, datetime(2026, 5, 5, 23, 59, tzinfo=UTC), **{"stored": 3, "quarantined:item": 1, "clock_repaired": 2})
    batch(app, datetime(2026, 5, 6, 0, tzinfo=UTC), stored=1000)
    held = QuarantinedEventFactory(source=app)
    type(held).objects.update(received_at=datetime(2026, 5, 5, 23, 59, tzinfo=UTC))


def test_each_day_and_source_has_what_became_of_its_events(two_days):
    rows = {(row["day"], row["source"]): row for row in report().rows}

    assert list(rows) == [(MAY_5, "app"), (MAY_5, "shop"), (MAY_4, "shop")]
    shop = rows[MAY_4, "shop"]
    # 90 stored, 8 told twice and 2 robots': 80 usable. Came: 90 stored and 10 refused, resends apart. 80 / 100.
    assert (shop["stored"], shop["already_stored"], shop["refused"]) == (90, 40, 10)
    assert (shop["duplicates"], shop["bots"], shop["usable"], shop["usable_share"]) == (8, 2, 80, 0.8)
    assert shop["refused_for"] == "item 5, value 5"
    # 10 stored and 10 in conflict.
    assert rows[MAY_5, "shop"]["usable_share"] == 0.5
    app = rows[MAY_5, "app"]
    assert (app["quarantined"], app["quarantined_for"], app["waiting"]) == (1, "item 1", 1)
    assert (app["clock_repaired"], app["late"], app["unit_repaired"], app["usable_share"]) == (2, 0, 0, 0.75)


def test_a_day_is_cut_in_the_business_time_zone(two_days, settings):
    settings.TIME_ZONE = "America/New_York"  # 4 hours behind in May

    days = {(row["day"], row["source"]): row["stored"] for row in report(MAY_4, MAY_4).rows}

    # The 5th at 0:00 UTC is the 4th at 20:00 there.
    assert days == {(MAY_4, "shop"): 100}


def test_the_sentence_and_the_figure_say_the_same(two_days):
    outcome = report()

    # Usable 80 + 10 + 3 = 93; came 100 + 20 + 4 = 124; the most of the rest is 10 refused and 10 in conflict, the
    # first of the two named.
    assert outcome.summary == "75.0% of 124 events could be used; most of the rest: 10 refused."
    assert outcome.figure.days == [MAY_4, MAY_5]
    assert {series.name: list(series.values) for series in outcome.figure.series} == {
        "usable": [80, 13],
        "duplicates and bots": [10, 0],
        "in quarantine": [0, 1],
        "refused or in conflict": [10, 10],
    }
    assert outcome.figure.tallest == 100


def test_days_without_events_are_said_so_and_a_gap_between_days_stays_a_gap():
    shop = SourceFactory(code="shop")
    assert report().summary == "No events came in these days."
    assert report().figure is None

    for day in (4, 7):
        batch(shop, datetime(2026, 5, day, 9, tzinfo=UTC), stored=1)

    assert list(report(MAY_4, date(2026, 5, 8)).figure.series[0].values) == [1, 0, 0, 1]


def test_only_resent_events_are_no_loss():
    batch(SourceFactory(code="shop"), datetime(2026, 5, 4, 9, tzinfo=UTC), already_stored=5)

    (row,) = report().rows

    assert row["usable_share"] is None
    assert not usable_of(MAY_4).is_low


def test_what_the_store_counts_is_what_the_report_tells():
    shop = SourceFactory(code="shop", unknown_items="refuse")
    ItemFactory(sku="lamp")
    now = datetime.now(UTC)
    event = {"kind": "view", "occurredAt": now.isoformat(), "item": "lamp", "customer": "ada"}
    rows = [
        {**event, "id": "1"},
        {**event, "id": "1"},  # the same again
        {**event, "id": "2"},  # told twice
        {**event, "id": "3", "item": "no such"},
        {**event, "id": "4", "occurredAt": (now - timedelta(days=3)).isoformat()},
        {**event, "id": "5", "value": "ten"},
    ]

    record_events(parse_batch(rows, now=now), source=shop, door="rest")

    today = now.date()
    (told,) = load_report("data_quality").rows(Days(today, today))
    assert (told["stored"], told["already_stored"], told["duplicates"], told["late"]) == (3, 1, 1, 1)
    assert (told["refused"], told["refused_for"]) == (2, "item 1, value 1")
    # 3 stored of which one counts twice; 5 came.
    assert told["usable_share"] == 2 / 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM marketing_event WHERE quality = 'ok'")
        assert cursor.fetchone() == (told["usable"],)


@pytest.mark.parametrize(("stored", "low"), [(94, True), (95, False)])
def test_a_day_is_low_below_the_share_that_is_set(stored, low, settings):
    settings.USABLE_EVENTS_SHARE = 0.95
    counts = {"stored": stored, "refused:item": 100 - stored}
    batch(SourceFactory(code="shop"), datetime(2026, 5, 4, 9, tzinfo=UTC), **counts)

    assert usable_of(MAY_4).is_low is low


def test_the_file_runs_no_formula_and_reads_back(two_days):
    SourceFactory(code="-shop")  # a source's code may begin as a formula does
    batch(SourceFactory(code="-shop"), datetime(2026, 5, 4, 9, tzinfo=UTC), stored=1)

    text = "".join(csv_lines(report(MAY_4, MAY_4)))

    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert text.startswith("\ufeffDay,Source,Usable,")
    assert [line["Source"] for line in lines] == ["'-shop", "shop"]
    assert (lines[1]["Day"], lines[1]["Usable"], lines[1]["Refused for"]) == ("2026-05-04", "0.8", "item 5, value 5")
