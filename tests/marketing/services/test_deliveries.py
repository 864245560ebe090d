import json
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketing.models import Outbox, WebhookEndpoint
from marketing.services import deliveries
from marketing.services.deliveries import deliver_due, prune_delivered, replay
from marketing.services.webhook_endpoints import create_endpoint, ping, rotate_secret
from marketing.services.webhooks import tell, tell_many
from marketing.tasks import deliver_webhooks, prune_deliveries
from tests.marketing.listener import listening

pytestmark = pytest.mark.django_db
Status = Outbox.Status


@pytest.fixture
def listener(settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with listening() as listener:
        yield listener


@pytest.fixture
def warehouse(listener):
    """An endpoint that leads to the listener; `secret_shown` is what its owner was shown."""
    row, secret = create_endpoint(name="warehouse", url=listener.url, topics=["order.placed"])
    row.secret_shown = secret
    return row


def let_time_pass():
    """All that waits is due."""
    Outbox.objects.filter(status=Status.WAITING).update(due_at=timezone.now() - timedelta(seconds=1))


def test_what_was_told_is_heard_once_with_topic_time_and_data(listener, warehouse):
    tell(topic="order.placed", payload={"order": "o1"})

    assert deliver_webhooks() == {"delivered": 1, "failed": 0}
    assert deliver_webhooks() == {"delivered": 0, "failed": 0}

    (heard,) = listener.heard
    row = Outbox.objects.get()
    said = heard.verified(warehouse.secret_shown)
    assert (said["type"], said["data"]) == ("order.placed", {"order": "o1"})
    assert said["timestamp"].startswith(f"{row.created_at:%Y-%m-%dT%H:%M:%S}")
    assert heard.headers["webhook-id"] == str(row.pk)
    assert (row.status, row.attempts, row.last_error) == (Status.DELIVERED, 1, "")
    assert row.delivered_at is not None


def test_after_a_failure_it_is_heard_again_with_the_same_id_and_body(listener, warehouse):
    listener.answers = [500, 200]
    tell(topic="order.placed", payload={"order": "o1"})

    assert deliver_due() == {"delivered": 0, "failed": 1}
    waiting = Outbox.objects.get()
    assert deliver_due() == {"delivered": 0, "failed": 0}  # its time has not come
    let_time_pass()
    assert deliver_due() == {"delivered": 1, "failed": 0}

    assert "HTTP 500" in waiting.last_error
    assert listener.ids == [str(waiting.pk)] * 2
    assert listener.heard[0].body == listener.heard[1].body


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 5), (2, 20), (3, 80), (6, 5_120), (9, 21_600), (10, 21_600)])
def test_waits_grow_fourfold_to_six_hours_and_differ_by_up_to_a_fifth(attempt, seconds):
    waits = {deliveries.wait_after(attempt).total_seconds() for _ in range(50)}

    assert len(waits) > 1
    assert all(0.8 * seconds <= wait <= 1.2 * seconds for wait in waits)


def test_a_failure_waits_as_long_as_its_attempt_says(listener, warehouse):
    listener.answers = [500]
    tell(topic="order.placed", payload={})
    Outbox.objects.update(attempts=2)

    deliver_due()

    # The third wait is 80 s, give or take a fifth.
    row = Outbox.objects.annotate(wait=F("due_at") - timezone.now()).get()
    assert 60 < row.wait.total_seconds() < 97


def test_the_tenth_failure_parks_it_and_staff_can_send_it_again(listener, warehouse):
    listener.answers = [503]
    tell(topic="order.placed", payload={})

    for _ in range(12):
        deliver_due()
        let_time_pass()

    parked = Outbox.objects.get()
    assert (parked.status, parked.attempts, len(listener.heard)) == (Status.PARKED, 10, 10)
    listener.answers = [200]
    assert replay(Outbox.objects.all()) == 1
    assert deliver_due() == {"delivered": 1, "failed": 0}
    assert set(listener.ids) == {str(parked.pk)}


def test_what_waits_already_is_not_replayed(warehouse):
    tell(topic="order.placed", payload={})
    Outbox.objects.update(attempts=3)

    assert replay(Outbox.objects.all()) == 0
    assert Outbox.objects.get().attempts == 3


def test_an_endpoint_that_is_off_hears_nothing_until_it_is_on(listener, warehouse):
    tell(topic="order.placed", payload={})
    WebhookEndpoint.objects.update(active=False)

    off = deliver_due()
    WebhookEndpoint.objects.update(active=True)
    on = deliver_due()

    assert (off, on) == ({"delivered": 0, "failed": 0}, {"delivered": 1, "failed": 0})


def test_an_address_that_has_become_private_gets_nothing(settings, listener, warehouse):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    tell(topic="order.placed", payload={})

    deliver_due()

    assert listener.heard == []
    assert "public address" in Outbox.objects.get().last_error


def test_an_endpoint_that_hangs_does_not_stop_the_others(listener, warehouse, settings):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.5
    with listening() as hanging:
        hanging.answers = [lambda _handler: hanging.released.wait(30)]
        create_endpoint(name="hanging", url=hanging.url, topics=["order.placed"])
        tell_many(topic="order.placed", payloads=[{"order": number} for number in range(15)])

        counts = deliver_due()

    assert counts == {"delivered": 15, "failed": 15}
    assert len(set(listener.ids)) == 15


def test_a_round_makes_as_many_statements_for_10_as_for_1(listener, warehouse):
    counts = {}
    for many in (1, 10):
        tell_many(topic="order.placed", payloads=[{}] * many)
        with CaptureQueriesContext(connection) as captured:
            deliver_due()
        counts[many] = len(captured)

    assert counts[1] == counts[10]


def test_two_workers_share_what_is_due(warehouse):
    tell_many(topic="order.placed", payloads=[{}] * 12)

    first, second = deliveries.claim(), deliveries.claim()

    assert (len(first), len(second)) == (10, 2)
    assert not {row.id for row in first} & {row.id for row in second}


def test_who_comes_back_after_the_lease_writes_nothing_over_the_one_who_took_it(listener, warehouse):
    listener.answers = [500]
    tell(topic="order.placed", payload={})
    late = deliveries.claim()
    let_time_pass()
    deliver_due()

    deliveries.resolve(late, [deliveries.Outcome(delivered=True)])

    assert Outbox.objects.get().status == Status.WAITING


def test_a_last_attempt_that_never_ended_is_parked(warehouse):
    tell(topic="order.placed", payload={})
    Outbox.objects.update(attempts=10)

    deliver_due()

    row = Outbox.objects.get()
    assert (row.status, row.last_error) == (Status.PARKED, "the last attempt was begun and never ended")


def test_after_a_rotation_the_new_secret_and_the_one_before_hold_and_no_older_one(listener, warehouse):
    from standardwebhooks import WebhookVerificationError

    second, third = rotate_secret(warehouse), rotate_secret(warehouse)
    tell(topic="order.placed", payload={"order": "o1"})
    deliver_due()

    (heard,) = listener.heard
    assert heard.verified(third) == heard.verified(second) == json.loads(heard.body)
    with pytest.raises(WebhookVerificationError):
        heard.verified(warehouse.secret_shown)


def test_a_ping_is_heard_whatever_the_topics_are(listener, warehouse):
    ping(warehouse)
    deliver_due()

    assert listener.heard[0].verified(warehouse.secret_shown)["type"] == "ping"


def test_deliveries_of_a_month_ago_are_forgotten_and_parked_ones_kept(warehouse):
    tell_many(topic="order.placed", payloads=[{"n": n} for n in range(3)])
    new, old, parked = Outbox.objects.order_by("payload__n")
    ended = timezone.now() - timedelta(days=31)
    Outbox.objects.filter(pk=old.pk).update(status=Status.DELIVERED, delivered_at=ended)
    Outbox.objects.filter(pk=parked.pk).update(status=Status.PARKED, due_at=ended)
    Outbox.objects.filter(pk=new.pk).update(status=Status.DELIVERED, delivered_at=timezone.now())

    assert prune_deliveries() == 1
    assert prune_delivered() == 0
    assert set(Outbox.objects.values_list("pk", flat=True)) == {new.pk, parked.pk}


WORK = "import django; django.setup(); from marketing.services.deliveries import deliver_due; deliver_due()"


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_was_sending_is_sent_again_with_the_same_id(listener, warehouse, process_environment):
    listener.answers = [lambda _handler: listener.released.wait(60), 200]
    tell(topic="order.placed", payload={"order": "o1"})
    environment = {**process_environment, "WEBHOOK_PRIVATE_ADDRESSES": "1"}
    worker = subprocess.Popen([sys.executable, "-c", WORK], env=environment)

    assert listener.asked.acquire(timeout=60)
    worker.kill()
    worker.wait()
    while_leased = deliver_due()
    let_time_pass()
    after = deliver_due()

    assert while_leased == {"delivered": 0, "failed": 0}
    assert after == {"delivered": 1, "failed": 0}
    assert listener.ids == [str(Outbox.objects.get().pk)] * 2
