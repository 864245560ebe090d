import pytest

from marketing.event_registry import find_kind, kinds
from tests.factories.marketing import CustomEventKindFactory

pytestmark = pytest.mark.django_db


def test_kinds_that_staff_added_stand_beside_the_built_in_ones_while_they_are_active():
    row = CustomEventKindFactory(name="store_visit", value_unit="minutes")
    CustomEventKindFactory(name="retired", active=False)

    assert find_kind("store_visit").value.unit == "minutes"
    assert find_kind("retired") is None
    assert {"view", "store_visit"} <= set(kinds())

    row.delete()

    assert find_kind("store_visit") is None


def test_a_built_in_kind_costs_no_query_and_cannot_be_taken_over(django_assert_num_queries):
    CustomEventKindFactory(name="view", label="something else")

    with django_assert_num_queries(0):
        assert find_kind("view").label == "viewed"
    assert kinds()["view"].label == "viewed"


def test_a_row_that_describes_no_kind_leaves_the_others_alone(caplog):
    CustomEventKindFactory(name="broken", payload={"a": {"type": "colour"}})
    CustomEventKindFactory(name="store_visit")

    assert {"store_visit"} == set(kinds()) & {"broken", "store_visit"}
    assert "broken" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_committed_kinds_are_remembered_and_changes_of_this_process_hold_at_once(django_assert_num_queries):
    row = CustomEventKindFactory(name="store_visit")
    kinds()

    with django_assert_num_queries(0):
        assert "store_visit" in kinds()
    row.active = False
    row.save()

    assert "store_visit" not in kinds()
