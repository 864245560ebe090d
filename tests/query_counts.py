"""How many queries a page or list may make: pinned in query_counts.json, so that one that grows is seen in review.

UPDATE_QUERY_COUNTS=1 writes the numbers anew.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

PINNED = Path(__file__).parent / "query_counts.json"


@contextmanager
def pinned_queries(name):
    """What is done inside makes as many queries as stand under the name, no more and no fewer."""
    with CaptureQueriesContext(connection) as captured:
        yield
    pinned = json.loads(PINNED.read_text()) if PINNED.exists() else {}
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        PINNED.write_text(json.dumps({**pinned, name: len(captured)}, indent=2, sort_keys=True) + "\n")
        return
    said = "\n".join(query["sql"] for query in captured)
    assert len(captured) == pinned.get(name), f"{name}: {len(captured)} queries, pinned are {pinned.get(name)}:\n{said}"
