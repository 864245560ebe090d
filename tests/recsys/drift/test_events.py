from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from recsys.drift.events import NEW_PEOPLE, UNKNOWN_ITEMS, Windows, data_measures
from tests.factories.marketing import ItemFactory, VisitorFactory
from tests.recsys.drift.conftest import DAY

pytestmark = pytest.mark.django_db
WEEKS_BEFORE = range(-28, 0)


def measured(trained_until=DAY):
    windows = Windows.of(DAY.date(), trained_until=trained_until)
    return {measure.name: measure for measure in data_measures(windows)}


def test_a_day_like_those_before_drifts_nowhere(happen):
    happen(450, days=[*WEEKS_BEFORE, 0])

    measures = measured()

    assert [name for name, measure in measures.items() if measure.alert] == []
    assert measures["volume"].value == 1.0
    assert measures["kinds"].value < 0.01
    assert measures["popularity"].value < 0.01


def test_another_mix_of_kinds_is_seen_and_said(happen):
    happen(450, days=WEEKS_BEFORE)
    happen(225, days=[0])
    happen(225, days=[0], kind="search")

    kinds = measured()["kinds"]

    assert kinds.alert
    # Half of the day's 450 events; both kinds moved by 50 points, and the first by name is said.
    assert kinds.note in {
        "Most changed: search, 50.0% of the events; 0.0% before.",
        "Most changed: view, 50.0% of the events; 100.0% before.",
    }


@pytest.mark.parametrize(("count", "alert"), [(100, True), (240, False), (800, False), (850, True), (0, True)])
def test_less_than_half_or_more_than_double_of_the_events_is_an_alert(count, alert, happen):
    happen(400, days=WEEKS_BEFORE)
    happen(count, days=[0])

    assert measured()["volume"].alert is alert


def test_a_young_shops_usual_day_is_of_the_days_that_it_has(happen):
    happen(400, days=range(-4, 0))
    happen(400, days=[0])

    assert measured()["volume"].value == pytest.approx(1.0, abs=0.01)


def test_what_does_not_count_does_not_count_here(happen):
    happen(450, days=[*WEEKS_BEFORE, 0])
    happen(900, days=[0], kind="purchase", quality="bot")

    assert measured()["volume"].value == 1.0


def test_other_items_becoming_popular_is_seen(happen, items):
    happen(450, days=WEEKS_BEFORE)
    happen(450, days=[0], of=items[:2])

    assert measured()["popularity"].alert


def test_items_that_the_training_did_not_see_are_counted(happen, items):
    happen(450, days=WEEKS_BEFORE)
    happen(450, days=[0], of=[*items[:3], ItemFactory()])

    unknown = measured()["unknown_items"]

    # 112 of 450.
    assert unknown.alert
    assert unknown.note == "24.9% of 450 events with items were not known to the training; 0.0% on a usual day."


def test_an_item_first_seen_after_the_training_is_unknown_also_on_its_second_day(happen, items):
    happen(450, days=[*WEEKS_BEFORE])
    late = ItemFactory()
    happen(10, days=[-2], of=[late])
    happen(450, days=[0], of=[late])

    assert "100.0%" in measured(trained_until=DAY - timedelta(days=3))["unknown_items"].note


def test_new_people_are_held_against_those_of_the_same_weekday(happen, visitors):
    happen(450, days=WEEKS_BEFORE)
    happen(450, days=[-7], by=VisitorFactory.create_batch(430), kind="click")
    happen(450, days=[0], by=[*visitors, *VisitorFactory.create_batch(430)])

    people = measured()["new_people"]

    # 430 of 450 on both days.
    assert people.value == pytest.approx(0, abs=0.001)
    assert people.note == "95.6% of 450 people were not known to the training; 95.6% on a usual day."


def test_a_customers_names_are_one_person_whom_one_of_them_makes_known(happen, ada):
    phone = VisitorFactory(customer=ada.customer)
    happen(1, days=[-3], by=[ada])
    happen(1, days=[0], by=[phone])
    window = {"begin": DAY, "end": DAY + timedelta(days=1), "cut": DAY}

    with connection.cursor() as cursor:
        cursor.execute(NEW_PEOPLE, window)

        assert cursor.fetchall() == [(1, 0)]


def test_longer_histories_are_seen(happen):
    happen(500, days=[-7], by=VisitorFactory.create_batch(500))
    happen(8000, days=[0], by=VisitorFactory.create_batch(500))

    lengths = measured()["history_lengths"]

    assert lengths.alert
    assert lengths.note == "Who came had 16.0 events with items in four weeks; 1.0 on a usual day."


def test_without_events_there_is_too_little_to_tell_of_everything():
    assert all(measure.value is None and not measure.alert for measure in measured().values())


def test_the_usual_day_lies_whole_before_the_end_of_the_training():
    nightly = Windows.of(date(2026, 6, 10), trained_until=datetime(2026, 6, 11, 3, tzinfo=UTC))
    weeks_ago = Windows.of(date(2026, 6, 10), trained_until=datetime(2026, 5, 27, 3, tzinfo=UTC))

    assert nightly.usual_day == date(2026, 6, 3)
    # The 27th of May is the same weekday, but was still under way.
    assert weeks_ago.usual_day == date(2026, 5, 20)


def test_whether_an_item_is_known_is_asked_of_an_index(happen):
    happen(50, days=[0])
    window = {"begin": DAY, "end": DAY + timedelta(days=1), "cut": DAY}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan TO off")  # which it prefers for so few rows
        cursor.execute(f"EXPLAIN {UNKNOWN_ITEMS}", window)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "item_id_occurred_at_idx" in plan
    assert "Limit" in plan
