import subprocess
import sys
import threading
from uuid import uuid4

import numpy as np
import pytest

from marketing.models import Identity
from marketing.selectors import Subject
from recsys import serving
from recsys.models import RecommendationLog
from recsys.serving.lists import RankedList
from recsys.serving.log import ListLog, list_log
from tests.factories.marketing import EventFactory, ItemFactory, VisitorFactory

pytestmark = pytest.mark.usefixtures("fresh_process")


def a_list(basis="trending", artefact_id=None):
    return RankedList(uuid4(), basis, (), artefact_id)


def test_a_list_is_logged_with_who_where_by_what_and_why(deploy, vi):
    a, b = ItemFactory(), ItemFactory()
    artefact = deploy([a, b], [[0, 0.5], [0, 0]])
    EventFactory(identity=vi, item=a)

    ranked = serving.recommend(Subject((vi.pk,), None, personal=True), first=1, placement="home")
    list_log.flush()

    row = RecommendationLog.objects.get()
    assert (row.list_id, row.identity_id, row.placement) == (ranked.list_id, vi.pk, "home")
    assert (row.basis, row.artefact_id) == ("personal", artefact.pk)
    assert row.items == [{"item": str(b.pk), "score": 0.5, "reason": "because_you", "propensity": 1.0}]


def test_similar_and_trending_lists_are_logged_too(db):
    item = ItemFactory()

    serving.similar_items(item.pk, first=1)
    serving.trending(first=1)
    list_log.flush()

    assert sorted(RecommendationLog.objects.values_list("basis", flat=True)) == ["similar", "trending"]


def test_who_refused_personalisation_is_not_named_in_the_log(vi):
    serving.recommend(Subject((vi.pk,), None, personal=False), first=1)
    list_log.flush()

    assert RecommendationLog.objects.get().identity_id is None


def test_a_request_writes_nothing_itself(vi, django_assert_num_queries):
    log = ListLog()

    with django_assert_num_queries(0):
        log.add(a_list(), placement="", identity_id=vi.pk)

    assert RecommendationLog.objects.count() == 0


def test_many_lists_are_written_with_few_statements(db, django_assert_num_queries):
    log = ListLog()
    for _list in range(600):
        log.add(a_list(), placement="", identity_id=None)

    with django_assert_num_queries(2 * 3):  # two batches, each a statement between savepoint and release
        written = log.flush()

    assert written == RecommendationLog.objects.count() == 600


def test_lists_beyond_a_full_queue_are_dropped_counted_and_logged(db, caplog):
    log = ListLog(capacity=3)
    for _list in range(5):
        log.add(a_list(), placement="", identity_id=None)

    written = log.flush()

    assert written == 3
    assert "2 recommendation lists were not logged" in caplog.text


def test_an_identity_or_artefact_that_was_erased_meanwhile_costs_no_list(db, vi):
    log = ListLog()
    erased = VisitorFactory()
    log.add(a_list(artefact_id=uuid4()), placement="", identity_id=erased.pk)
    log.add(a_list(), placement="", identity_id=vi.pk)
    Identity.objects.filter(pk=erased.pk).delete()

    log.flush()

    assert set(RecommendationLog.objects.values_list("identity_id", "artefact_id")) == {(None, None), (vi.pk, None)}


def test_what_the_database_refuses_is_lost_and_logged_and_the_next_lists_are_written(db, caplog):
    log = ListLog()
    log.add(a_list(), placement="x" * 65, identity_id=None)

    refused = log.flush()
    log.add(a_list(), placement="home", identity_id=None)
    written = log.flush()

    assert (refused, written) == (0, 1)
    assert "1 recommendation lists were not logged" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_thread_writes_by_itself_and_ends_when_told(settings):
    settings.RECOMMENDATION_LOG_SECONDS = 0.01
    log = ListLog()
    written = threading.Event()

    log.add(a_list(), placement="", identity_id=None)
    for _look in range(500):
        if RecommendationLog.objects.exists() or written.wait(0.02):
            break
    thread = log._thread
    log.stop()

    assert RecommendationLog.objects.count() == 1
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_stopping_writes_what_still_waits(settings):
    settings.RECOMMENDATION_LOG_SECONDS = 3600
    log = ListLog()
    log.add(a_list(), placement="", identity_id=None)

    log.stop()

    assert RecommendationLog.objects.count() == 1


def test_scores_of_numpy_are_plain_numbers_in_the_log(deploy, vi):
    a, b = ItemFactory(), ItemFactory()
    deploy([a, b], algorithm="popularity", users=np.array([1, 2], np.float32))
    EventFactory(identity=vi, item=a)

    serving.recommend(Subject((vi.pk,), None, personal=True), first=1)
    list_log.flush()

    assert RecommendationLog.objects.get().items[0]["score"] == 2.0


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_servers_worker_that_ends_writes_what_still_waits(process_environment):
    program = (
        "import django; django.setup()\n"
        "from multiprocessing import get_context\n"
        "from recsys import serving\n"
        "worker = get_context('fork').Process(target=lambda: serving.trending(first=1))\n"
        "worker.start(); worker.join()"
    )

    environment = {**process_environment, "RECOMMENDATION_LOG_SECONDS": "3600"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)

    assert RecommendationLog.objects.count() == 1
