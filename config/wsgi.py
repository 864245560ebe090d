"""What a WSGI server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Load the routes and the GraphQL schema now, not in the first request. What is there by then stays to the end, and the
# garbage collector would walk through it again and again: a sixth of a request's time.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
# A full collection waits until a quarter of what the last one left has come anew; this one leaves next to nothing. Every
# request is a cycle that holds its body, so rare collections would let the process grow by tens of megabytes.
gc.collect()
gc.set_threshold(20_000, 10, 10)
