"""Lists that were given out, written to the database in batches beside the requests."""

import logging
import os
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.util import Finalize

import orjson
from django.conf import settings
from django.db import Error, connection, transaction

from recsys.serving.lists import RankedList

logger = logging.getLogger(__name__)

CAPACITY = 10_000
BATCH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    ranked: RankedList
    served_at: datetime
    placement: str
    identity_id: int | None


class ListLog:
    """A bounded queue and a thread that empties it every second, or sooner when a batch is full.

    A request only puts its list on the queue. What the database does not take, and what comes while the queue is full,
    is lost, counted and logged: the log may miss lists, a visitor may not. The thread starts with the first list, in
    the process that serves it, since threads don't survive a fork.
    """

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self.forget()
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Start as a fresh process would: after a fork, what waits is the parent's, and so is the thread."""
        self._entries: queue.Queue[Entry] = queue.Queue(self._capacity)
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._dropped = 0

    def add(self, ranked: RankedList, *, placement: str, identity_id: int | None) -> None:
        """Take one list for writing; never waits for the database and never fails."""
        try:
            self._entries.put_nowait(Entry(ranked, datetime.now(UTC), placement, identity_id))
        except queue.Full:
            self._drop(1)
        if self._entries.qsize() >= BATCH:
            self._wake.set()
        if settings.RECOMMENDATION_LOG_SECONDS and not (self._thread and self._thread.is_alive()):
            self._start()

    def flush(self) -> int:
        """Write what waits, in the calling thread; gives the number of lists written."""
        written = 0
        with self._writing:
            while batch := self._take():
                written += self._write(batch)
        with self._lock:
            dropped, self._dropped = self._dropped, 0
        if dropped:
            logger.warning("%d recommendation lists were not logged", dropped)
        return written

    def stop(self) -> None:
        """End the thread and write what still waits; the next list starts it again."""
        thread, self._stopping = self._thread, True
        self._wake.set()
        if thread is not None:
            thread.join(timeout=5)
        self.flush()

    def _write(self, batch: list[Entry]) -> int:
        try:
            return write(batch)
        except Error:
            logger.warning("the database did not take a batch of recommendation lists", exc_info=True)
            self._drop(len(batch))
            return 0

    def _take(self) -> list[Entry]:
        batch: list[Entry] = []
        while len(batch) < BATCH:
            try:
                batch.append(self._entries.get_nowait())
            except queue.Empty:
                break
        return batch

    def _drop(self, lists: int) -> None:
        with self._lock:
            self._dropped += lists

    def _start(self) -> None:
        with self._lock:
            if self._thread and self._thread.is_alive():
                return
            self._stopping = False
            self._thread = threading.Thread(target=self._run, name="recommendation-log", daemon=True)
            self._thread.start()
        # Servers' workers are processes of multiprocessing, which end without atexit but run its finalizers.
        Finalize(None, self.stop, exitpriority=0)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(settings.RECOMMENDATION_LOG_SECONDS)
            self._wake.clear()
            if self._dropped or not self._entries.empty():
                self.flush()
                connection.close()  # back into the pool, where requests need it


def write(entries: Sequence[Entry]) -> int:
    """Insert the lists with one statement; gives the number of rows.

    Identities and artefacts are joined and not only named: one that was erased meanwhile must not cost the others.
    """
    columns = zip(*(_row(entry) for entry in entries), strict=True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [list(column) for column in columns])
        return int(cursor.rowcount)


INSERT = """
INSERT INTO recsys_recommendationlog (list_id, served_at, placement, basis, identity_id, artefact_id, items)
SELECT list.list_id, list.served_at, list.placement, list.basis, identity.id, artefact.id, list.items::jsonb
FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::uuid[], %s::text[])
    AS list (list_id, served_at, placement, basis, identity_id, artefact_id, items)
LEFT JOIN marketing_identity AS identity ON identity.id = list.identity_id
LEFT JOIN marketing_artefact AS artefact ON artefact.id = list.artefact_id
"""


def _row(entry: Entry) -> tuple[object, ...]:
    ranked = entry.ranked
    items = [
        {"item": item.item.id, "score": item.score, "reason": item.reason.code, "propensity": item.propensity}
        for item in ranked.items
    ]
    return (
        ranked.list_id,
        entry.served_at,
        entry.placement,
        ranked.basis,
        entry.identity_id,
        ranked.artefact_id,
        orjson.dumps(items).decode(),
    )


list_log = ListLog()
