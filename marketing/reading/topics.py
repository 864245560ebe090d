"""What customers write about, found anew each week; what staff named stays named."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from marketing.errors import NotFound
from marketing.models import TextReading, Topic, User
from marketing.plain_text import short_text
from marketing.reading.readings import TOPIC_SPACE
from marketing.reading.texts import Place, Written, fetch
from marketing.services import audit
from marketing.text.redaction import redact
from marketing.text.topics import matched, nearest
from marketing.text.vectors import vectors

logger = logging.getLogger(__name__)

LOOKED_AT: Final = timedelta(days=90)
# The newest of these days; more make topics slower, not better.
MOST_TEXTS: Final = 5_000
# From this cosine on, a new topic continues an old one, with its name.
SAME_TOPIC: Final = 0.8
EXAMPLES: Final = 8
LONGEST_EXAMPLE: Final = 400
NAME_LIMIT: Final = 120

# Names the advisory lock under which topics are found, so that two finders take turns.
LOCK: Final = 0x61_74_74_75_6E_65_03  # “attune”, 3

NEWEST = """
SELECT event_id, said_at FROM marketing_textreading WHERE said_at > %(since)s ORDER BY said_at DESC LIMIT %(most)s
"""
ASSIGN = """
UPDATE marketing_textreading reading SET topic_id = topic.id
FROM unnest(%s::bigint[], %s::uuid[]) AS found(event_id, topic_id)
LEFT JOIN marketing_topic topic ON topic.id = found.topic_id AND topic.active
WHERE reading.event_id = found.event_id AND reading.topic_id IS DISTINCT FROM topic.id
"""


@dataclass(frozen=True)
class Found:
    """How many topics there are now, and how many of them are older ones that go on; of how many texts."""

    topics: int
    continued: int
    texts: int


@dataclass(frozen=True)
class Example:
    """A text of a topic or item, without what says who somebody is."""

    text: str
    said_at: datetime
    sentiment: float | None
    language: str


def find_topics() -> Found:
    """Group what was written in the last 90 days, and say of each of these texts what it is about.

    Where there is too little to find any, what there was stays.
    """
    written = _newest()
    texts = [text.text for text in written]
    placed = vectors(texts, space=TOPIC_SPACE)
    # By its path, since it learns: what serves must not load that.
    discover: Callable[..., Any] = import_string("marketing.text.topics_fit.discover")
    topics = discover(texts, placed)
    if not len(topics.centroids):
        logger.info("%d texts are too few, or too alike, to find topics in", len(texts))
        return Found(Topic.objects.filter(active=True).count(), 0, len(texts))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        ids, continued = _store(topics.centroids, terms=topics.terms, sizes=topics.sizes)
        _assign(written, nearest(placed, topics.centroids), ids=ids)
    return Found(len(ids), continued, len(texts))


def are_known() -> bool:
    """Whether topics were found before."""
    return Topic.objects.filter(space=TOPIC_SPACE).exists()


def change_topic(topic_id: UUID, *, name: str, active: bool, by: User) -> Topic:
    """Give a topic a name of one's own, or take it out of use.

    Raises:
        InvalidInput: names `name`: it is too long.
        NotFound: there is no such topic.

    """
    name = short_text(name, field="name", limit=NAME_LIMIT)
    with transaction.atomic():
        topic = Topic.objects.select_for_update().filter(pk=topic_id).first()
        if topic is None:
            raise NotFound("There is no such topic.")
        before = {"name": topic.name, "active": topic.active}
        topic.name, topic.active = name, active
        topic.save(update_fields=["name", "active"])
        audit.record(action="change-topic", row=topic, before=before, after={"name": name, "active": active}, user=by)
    return topic


def examples(readings: Sequence[TextReading]) -> list[Example]:
    """The texts of these readings, in their order, redacted and cut to what a page shows."""
    places: list[Place] = [(reading.event_id, reading.said_at) for reading in readings]
    texts = {text.event_id: text.text for text in fetch(places)}
    return [
        Example(_shown(texts[reading.event_id]), reading.said_at, reading.sentiment, reading.language)
        for reading in readings
        if reading.event_id in texts
    ]


def _shown(text: str) -> str:
    redacted = redact(text).text
    return f"{redacted[:LONGEST_EXAMPLE].rstrip()}…" if len(redacted) > LONGEST_EXAMPLE else redacted


def _newest() -> list[Written]:
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, {"since": timezone.now() - LOOKED_AT, "most": MOST_TEXTS})
        places: list[Place] = list(cursor.fetchall())
    return fetch(places)


def _store(
    centroids: npt.NDArray[np.float32], *, terms: Sequence[Sequence[str]], sizes: Sequence[int]
) -> tuple[list[UUID], int]:
    """Write the topics; gives their ids, and how many of them were there already.

    An old one that is continued keeps its id, its name and whether it is in use. Of the others those stay that somebody
    named: nothing was written about them lately.
    """
    old = list(Topic.objects.select_for_update().filter(space=TOPIC_SPACE))
    before = np.array([np.asarray(topic.centroid, np.float32) for topic in old], np.float32)
    continues = matched(centroids, before, floor=SAME_TOPIC).tolist()
    ids: list[UUID] = []
    for place, continued in enumerate(continues):
        topic = old[continued] if continued >= 0 else Topic(space=TOPIC_SPACE)
        topic.terms, topic.centroid, topic.size = list(terms[place]), centroids[place].tolist(), sizes[place]
        topic.save()
        ids.append(topic.pk)
    left = [topic.pk for place, topic in enumerate(old) if place not in continues]
    Topic.objects.filter(pk__in=left, name="").delete()
    Topic.objects.filter(pk__in=left).update(size=0)
    return ids, len(old) - len(left)


def _assign(written: Sequence[Written], places: npt.NDArray[np.int64], *, ids: Sequence[UUID]) -> None:
    topics = [ids[place] if place >= 0 else None for place in places.tolist()]
    with connection.cursor() as cursor:
        cursor.execute(ASSIGN, [[text.event_id for text in written], topics])
