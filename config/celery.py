"""The Celery app: two queues, JSON only. Postgres decides what is tried again; the broker only carries ids."""

import os
import time
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, heartbeat_sent, worker_ready
from kombu import Exchange, Queue

LIGHT, TRAINING, DEAD = "light", "training", "dead"
# RabbitMQ moves a message that was delivered this often without an end to the queue "dead": the net under our counting.
DELIVERY_LIMIT = 10
# What /readyz looks for: when a worker of the light queue last was at work, seconds since 1970.
HEARTBEAT_KEY = "worker:heartbeat"
HEARTBEAT_EVERY = 10.0

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def broker_defaults() -> dict[str, Any]:
    """Queues and routes for the broker that the settings name; read when the app is first used, not when imported."""
    from django.conf import settings

    return {
        "task_queues": queues(settings.BROKER_URL),
        "task_routes": {"marketing.execute_run": {"queue": TRAINING}},
        "broker_connection_retry_on_startup": True,
        # A light task whose connection is lost is delivered again, so that its first start need not go on.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        # Seconds that a page may wait for a broker that doesn't answer.
        "broker_connection_timeout": 3,
    }


def queues(broker_url: str) -> list[Queue]:
    """Declarations of both queues; on RabbitMQ replicated, with a dead-letter queue beside them."""
    if not broker_url.startswith("amqp"):
        return [Queue(LIGHT), Queue(TRAINING)]
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": DEAD,
    }
    # Messages for later wait in queues of their own on RabbitMQ, and come back through a topic exchange only.
    return [
        Queue(name, exchange=Exchange(name, type="topic"), routing_key=name, queue_arguments=arguments)
        for name in (LIGHT, TRAINING)
    ]


def pin_threads(*, options: dict[str, Any], **_: Any) -> None:
    """Keep each process of the light queue to one thread of arithmetic: many small tasks, a few cores.

    It has to happen before numpy is loaded. A trainer's runs use all cores.
    """
    if TRAINING not in _queue_names(options):
        os.environ.setdefault("OMP_NUM_THREADS", "1")


class Heartbeat:
    """Writes down now and then that a worker of the light queue is connected and consumes."""

    def __init__(self) -> None:
        self._written_at = 0.0

    def __call__(self, **_: Any) -> None:
        from django.core.cache import cache

        if time.monotonic() - self._written_at >= HEARTBEAT_EVERY:
            cache.set(HEARTBEAT_KEY, time.time(), timeout=6 * HEARTBEAT_EVERY)
            self._written_at = time.monotonic()


def start_heartbeat(*, options: dict[str, Any], **_: Any) -> None:
    if LIGHT in _queue_names(options):
        heartbeat_sent.connect(Heartbeat(), weak=False)


def declare_dead_letters(*, sender: Any, **_: Any) -> None:
    """Have the queue there that RabbitMQ moves dead letters to; nobody consumes it, people look into it."""
    with sender.app.connection_for_write() as connection:
        if connection.transport.driver_type == "amqp":
            Queue(DEAD, queue_arguments={"x-queue-type": "quorum"}).bind(connection.default_channel).declare()


def _queue_names(options: dict[str, Any]) -> list[str]:
    """Names after -Q; without it a worker consumes both queues."""
    named = options.get("queues") or [LIGHT, TRAINING]
    return named.split(",") if isinstance(named, str) else list(named)


app = Celery("attune")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.add_defaults(broker_defaults)
app.autodiscover_tasks()
celeryd_init.connect(pin_threads)
celeryd_init.connect(start_heartbeat)
worker_ready.connect(declare_dead_letters)
