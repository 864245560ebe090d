import pytest
from django.db import IntegrityError, connection, transaction

from marketing.models import ApiKey, AuditEntry
from marketing.services.audit import Change, record, record_all
from tests.factories.marketing import CustomerFactory

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_which_row_and_how_it_was(bo):
    customer = CustomerFactory()

    record(action="rename-customer", row=customer, before={"name": "Ada"}, after={"name": "Ada L."}, user=bo)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user, entry.api_key) == ("rename-customer", bo, None)
    assert (entry.object_type, entry.object_id) == ("marketing.customer", str(customer.pk))
    assert (entry.before, entry.after) == ({"name": "Ada"}, {"name": "Ada L."})
    assert entry.at is not None


def test_many_rows_of_one_call_are_recorded_in_one_statement(sam, django_assert_num_queries):
    key = ApiKey.objects.get()
    changes = [Change(row, None, {"made": True}) for row in CustomerFactory.create_batch(5)]

    with django_assert_num_queries(1):
        record_all(action="make-customer", changes=changes, api_key=key)

    assert AuditEntry.objects.filter(api_key=key).count() == 5


@pytest.mark.parametrize(
    "statement", ["UPDATE marketing_auditentry SET action = 'nothing'", "DELETE FROM marketing_auditentry"]
)
def test_postgres_refuses_to_change_or_delete_an_entry_whoever_asks(statement, bo):
    record(action="rename-customer", row=CustomerFactory(), before=None, after=None, user=bo)

    with pytest.raises(IntegrityError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEntry.objects.get().action == "rename-customer"
