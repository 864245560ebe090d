"""What load balancers and Prometheus are told."""

import time

import pytest
from django.core.cache import cache
from django.test import override_settings

from config.celery import HEARTBEAT_KEY
from tests.callers import caller


def test_a_process_that_answers_is_healthy_without_asking_anything_else(client):
    assert client.get("/healthz").text == "ok"


def test_what_does_not_answer_is_named_and_the_rest_is_not_blamed(client, db, settings):
    nowhere = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}}

    with override_settings(CACHES=nowhere):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "ok"
    assert response.json()["checks"]["cache"] == "failing"


@pytest.mark.parametrize(("silence", "status"), [(5, 200), (31, 503)])
def test_a_worker_that_was_at_work_lately_makes_it_ready(client, db, silence, status):
    cache.set(HEARTBEAT_KEY, time.time() - silence)

    response = client.get("/readyz")

    assert response.status_code == status
    assert response.json()["ready"] is (status == 200)


def test_metrics_are_for_who_holds_the_token(client, db, settings):
    settings.METRICS_TOKEN = "let me see"

    def asked(authorization):
        return client.get("/metrics", headers={"Authorization": authorization}).status_code

    assert asked("Bearer let me see") == 200
    assert asked("Bearer let me see!") == 401
    assert asked("let me see") == 401
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize("shown", ["Bearer ", "Bearer", ""])
def test_without_a_metrics_token_an_empty_one_opens_nothing(client, db, settings, shown):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": shown}).status_code == 401


def test_metrics_are_for_staff(ola, ada):
    assert b"django_http_requests" in caller(ola).get("/metrics").content
    assert caller(ada).get("/metrics").status_code == 403
