"""A shop whose days can be filled with events, and what serves in it."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.factories.marketing import ArtefactFactory, DeploymentFactory, ItemFactory, VisitorFactory

# A Wednesday. The artefact was trained until its midnight, as by a run in that night.
DAY = datetime(2026, 6, 10, tzinfo=UTC)


@pytest.fixture
def champion(db):
    artefact = ArtefactFactory(manifest={"trained_until": DAY.isoformat()})
    DeploymentFactory(champion=artefact)
    return artefact


@pytest.fixture
def items(db):
    return ItemFactory.create_batch(20)


@pytest.fixture
def visitors(db):
    return VisitorFactory.create_batch(20)


@pytest.fixture
def happen(items, visitors):
    """So many events of a kind on each of the days before or after DAY, spread over visitors and items."""

    def events(count, *, days, kind="view", of=None, by=None, quality="ok"):
        of, by = of or items, by or visitors
        with connection.cursor() as cursor:
            values = {
                "kind": kind,
                "quality": quality,
                "source": by[0].source_id,
                "people": [identity.pk for identity in by],
                "items": [item.pk for item in of],
                "day": DAY,
                "days": list(days),
                "last": count - 1,
            }
            cursor.execute(EVENTS, values)

    return events


# In SQL, since a month of a shop's life as objects would take a test some seconds.
EVENTS = """
INSERT INTO marketing_event
    (source_id, event_id, kind, quality, occurred_at, identity_id, item_id, session, context, payload)
SELECT %(source)s, concat_ws('-', %(kind)s, day, number), %(kind)s, %(quality)s,
       %(day)s::timestamptz + make_interval(days => day, mins => number %% 1440),
       (%(people)s::bigint[])[1 + number %% cardinality(%(people)s::bigint[])],
       (%(items)s::uuid[])[1 + number %% cardinality(%(items)s::uuid[])], '', '{}', '{}'
FROM unnest(%(days)s::int[]) AS day, generate_series(0, %(last)s) AS number
"""
