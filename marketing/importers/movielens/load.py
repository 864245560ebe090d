"""A folder of ratings, from its files to stored events."""

from collections import Counter
from pathlib import Path

from django.db import connection

from marketing.importers.job import Job
from marketing.importers.movielens.layouts import look_into
from marketing.importers.movielens.people_and_films import import_films, import_people
from marketing.importers.movielens.ratings import import_ratings
from marketing.importers.report import ImportReport


def import_movielens(path: Path, *, job: Job) -> ImportReport:
    """Films become items, users customers, ratings events. What is there already is left as it is.

    A set is small: when it was cut off it is read from its start again.

    Raises:
        InvalidInput: naming the folder without ratings, or the file that is empty or lacks a column.

    """
    found = look_into(path)
    source, rejects, progress = job.source, job.rejects, job.progress
    tables = [table for table in (found.items, found.users, found.ratings) if table]
    progress.start(sum(table.path.stat().st_size for table in tables))
    items: Counter[str] = Counter()
    customers: Counter[str] = Counter()
    if found.items:
        items = import_films(found.items, source=source, rejects=rejects, progress=progress)
    if found.users:
        customers = import_people(found.users, source=source, rejects=rejects, progress=progress)
    ratings = import_ratings(found.ratings, source=source, rejects=rejects, progress=progress)
    with connection.cursor() as cursor:  # so that the planner knows what came, without waiting for autovacuum
        cursor.execute("ANALYZE marketing_item, marketing_customer, marketing_identity, marketing_event")
    return ImportReport(
        layout=found.layout,
        items=items,
        customers=customers,
        untitled_items=ratings.untitled_items,
        stored=ratings.stored,
        already_stored=ratings.already_stored,
        quarantined=ratings.quarantined,
    )
