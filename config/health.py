"""Is it alive, is it ready, how much does it do: what load balancers and Prometheus ask."""

import logging
import time
from collections.abc import Callable
from hmac import compare_digest
from typing import Final

import django_prometheus.exports
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from config.celery import HEARTBEAT_EVERY, HEARTBEAT_KEY
from marketing.access import caller_of
from marketing.errors import NotAllowed, NotAuthenticated

logger = logging.getLogger("attune.health")

# A worker writes down that it consumes every HEARTBEAT_EVERY seconds; two may be missed.
WORKER_SILENCE: Final = 3 * HEARTBEAT_EVERY  # seconds


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """All that a call may need answers, and a worker consumes what is put in the queue."""
    checks = {name: _answers(name, check) for name, check in CHECKS.items()}
    ready = all(checks.values())
    body = {"ready": ready, "checks": {name: "ok" if good else "failing" for name, good in checks.items()}}
    return JsonResponse(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' numbers, for who shows METRICS_TOKEN as bearer token, and for staff.

    Raises:
        NotAuthenticated: to nobody.
        NotAllowed: to callers of another kind.

    """
    shown = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not (settings.METRICS_TOKEN and compare_digest(shown.encode(), wanted.encode())):
        caller = caller_of(request)
        if caller.kind == "nobody":
            raise NotAuthenticated("This needs staff, or METRICS_TOKEN as bearer token.")
        if caller.kind != "staff":
            raise NotAllowed("This needs staff, or METRICS_TOKEN as bearer token.")
    response: HttpResponse = django_prometheus.exports.ExportToDjangoView(request)
    return response


def _answers(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (Error, RedisError):
        logger.warning("Not ready: %s", name, exc_info=True)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _cache() -> bool:
    cache.set("ready:cache", 1, timeout=5)
    return bool(cache.get("ready:cache") == 1)


def _worker() -> bool:
    """Whether a worker of the light queue lives. The trainer may be busy for hours, which is no fault."""
    return bool(time.time() - cache.get(HEARTBEAT_KEY, 0.0) < WORKER_SILENCE)


CHECKS: Final[dict[str, Callable[[], bool]]] = {"database": _database, "cache": _cache, "worker": _worker}
