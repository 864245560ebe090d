"""A task that tells what its worker has loaded and how it is set; workers of tests include it."""

import os
import sys

from celery import shared_task
from django.core.cache import cache


@shared_task(name="tests.probe")
def probe(key):
    cache.set(key, {"torch": "torch" in sys.modules, "threads": os.environ.get("OMP_NUM_THREADS")}, timeout=60)
