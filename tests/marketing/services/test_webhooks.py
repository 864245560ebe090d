from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import transaction

from marketing.models import Outbox
from marketing.services.webhooks import tell, tell_many
from tests.factories.marketing import WebhookEndpointFactory

pytestmark = pytest.mark.django_db


def test_each_active_endpoint_of_the_topic_gets_its_own_delivery():
    warehouse, books = WebhookEndpointFactory.create_batch(2, topics=["order.placed", "order.refunded"])
    WebhookEndpointFactory(topics=["customer.merged"])
    WebhookEndpointFactory(topics=["order.placed"], active=False)

    tell(topic="order.placed", payload={"order": "o1"})

    assert set(Outbox.objects.values_list("endpoint", "topic", "status", "attempts")) == {
        (warehouse.pk, "order.placed", "waiting", 0),
        (books.pk, "order.placed", "waiting", 0),
    }
    assert {row.payload["order"] for row in Outbox.objects.all()} == {"o1"}


def test_nobody_hears_what_was_rolled_back():
    WebhookEndpointFactory()

    with transaction.atomic():
        tell(topic="order.placed", payload={"order": "o1"})
        transaction.set_rollback(True)

    assert not Outbox.objects.exists()


def test_money_times_and_ids_become_text():
    WebhookEndpointFactory()

    tell(
        topic="order.placed",
        payload={"total": Decimal("9.90"), "at": datetime(2026, 5, 1, tzinfo=UTC), "id": UUID(int=1)},
    )

    assert Outbox.objects.get().payload == {
        "total": "9.90",
        "at": "2026-05-01T00:00:00Z",
        "id": "00000000-0000-0000-0000-000000000001",
    }


@pytest.mark.parametrize("many", [1, 500])
def test_many_are_told_in_as_many_statements_as_one_and_wake_the_worker_once(
    many, django_assert_num_queries, django_capture_on_commit_callbacks
):
    WebhookEndpointFactory.create_batch(3)

    # Each an insert between a savepoint and its release, since tests run in a transaction.
    with django_assert_num_queries(6), django_capture_on_commit_callbacks() as callbacks:
        tell_many(topic="order.placed", payloads=[{"order": number} for number in range(many)])
        tell(topic="order.placed", payload={"order": "last"})

    assert len(callbacks) == 1
    assert Outbox.objects.count() == 3 * (many + 1)


def test_without_anybody_listening_no_worker_is_woken(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        tell(topic="order.placed", payload={})

    assert callbacks == []
