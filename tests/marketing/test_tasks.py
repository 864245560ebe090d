from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from marketing.models import TrainingRun
from marketing.runs import leases
from marketing.tasks import execute_run, make_partitions, prune_artefacts, sweep_runs
from tests.factories.marketing import TrainingRunFactory

pytestmark = pytest.mark.django_db
Status = TrainingRun.Status


@pytest.mark.parametrize("status", [status for status in Status if status != Status.QUEUED])
def test_a_message_that_comes_twice_or_too_late_changes_nothing(status):
    run = TrainingRunFactory(status=status, lease_expires_at=timezone.now() + timedelta(minutes=1), token=3)
    before = TrainingRun.objects.values().get()

    execute_run(str(run.id))

    assert TrainingRun.objects.values().get() == before


def test_a_run_is_acknowledged_before_it_begins():
    assert execute_run.acks_late is False


def test_the_sweep_tells_what_it_did():
    run = TrainingRunFactory()
    leases.claim(run.id)
    TrainingRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    assert sweep_runs() == {"released": 1, "sent": 0}


def test_the_months_ahead_have_their_partitions():
    make_partitions()

    later = datetime.now(UTC).replace(day=1) + timedelta(days=40)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"marketing_event_{later:%Y_%m}"])
        assert cursor.fetchone()[0] is not None


def test_pruning_an_empty_store_is_no_error():
    assert prune_artefacts() == {"store": 0, "copies": 0, "checkpoints": 0}
