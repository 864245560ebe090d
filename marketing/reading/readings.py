"""Reads what customers write: language, mood, topic, and what a person should look at. One row for each text.

New texts are those without a row. Where to look for them is remembered in the cache, so that a pass over nothing new
costs next to nothing; whenever that is lost, and once a day, all events are looked through. When another model serves,
what the one before had read is read again, the newest first.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from redis.exceptions import RedisError

from marketing.models import Topic
from marketing.reading.reader import Reader, deployed
from marketing.reading.texts import Place, Written, fetch, unread
from marketing.services.nudges import nudge
from marketing.text.flags import flags
from marketing.text.language import detect
from marketing.text.topics import nearest
from marketing.text.vectors import text_hash, vectors

# Read and written at once: a second or two.
BATCH: Final = 500
# What one message reads before the next one goes on: a minute or so.
MOST_NEW: Final = 5_000
MOST_AGAIN: Final = 2_000
# The space that topics lie in: texts of all its languages side by side.
TOPIC_SPACE: Final = "multilingual"

# An event is seen when its transaction ends, which may be long after it says that it was received.
STILL_COMING: Final = timedelta(hours=1)
LOOKED_KEY, LOOKED_SECONDS = "reading:looked-until", 24 * 3600
READ_KEY, READ_SECONDS = "reading:read-by", 3600
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

OUTDATED = """
SELECT event_id, said_at FROM marketing_textreading WHERE "by" <> %(by)s ORDER BY said_at DESC LIMIT %(most)s
"""
WRITE = """
INSERT INTO marketing_textreading
    (event_id, kind, identity_id, item_id, language, sentiment, probability, flags, topic_id, text_hash, said_at, "by")
SELECT event_id, kind, identity_id, item_id, language, sentiment, probability,
       coalesce(string_to_array(nullif(flags, ''), ','), '{{}}'), topic.id, text_hash, said_at, %s
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::uuid[], %s::text[], %s::float8[], %s::float8[], %s::text[],
            %s::uuid[], %s::bytea[], %s::timestamptz[])
    AS incoming(event_id, kind, identity_id, item_id, language, sentiment, probability, flags, topic_id, text_hash, said_at)
LEFT JOIN marketing_topic topic ON topic.id = incoming.topic_id
ON CONFLICT (event_id) DO {again}
"""
ADD = WRITE.format(again="NOTHING")
REPLACE = WRITE.format(
    again="""UPDATE SET language = excluded.language, sentiment = excluded.sentiment, probability = excluded.probability,
    flags = excluded.flags, topic_id = excluded.topic_id, text_hash = excluded.text_hash, "by" = excluded."by",
    read_at = now()"""
)
# What is gone can't be read again.
MARK = 'UPDATE marketing_textreading SET "by" = %s WHERE event_id = ANY(%s::bigint[])'

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Done:
    """How many texts were read; `more` when others may be waiting."""

    new: int
    again: int
    more: bool


def read_texts(*, most_new: int = MOST_NEW, most_again: int = MOST_AGAIN) -> Done:
    """Read what nobody has read yet, then what another reader than the present one has. Several at once are safe."""
    reader = deployed.current()
    began = timezone.now()
    waiting = unread(since=_looked_until(), most=most_new)
    _read(waiting, reader=reader, statement=ADD)
    if len(waiting) < most_new:
        _remember(LOOKED_KEY, began.isoformat(), seconds=LOOKED_SECONDS)
    again = _read_again(reader, most=most_again) if len(waiting) < most_new else 0
    return Done(len(waiting), again, more=len(waiting) == most_new or again == most_again)


def wake() -> None:
    """Ask a worker to read on."""
    nudge("marketing.read_texts")


def _read_again(reader: Reader, *, most: int) -> int:
    if _remembered(READ_KEY) == reader.name:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(OUTDATED, {"by": reader.name, "most": most})
        outdated: list[Place] = list(cursor.fetchall())
    found = _read(outdated, reader=reader, statement=REPLACE)
    gone = {event_id for event_id, _at in outdated} - found
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(MARK, [reader.name, list(gone)])
    if len(outdated) < most:
        _remember(READ_KEY, reader.name, seconds=READ_SECONDS)
    return len(outdated)


def _read(places: Sequence[Place], *, reader: Reader, statement: str) -> set[int]:
    """Read the texts of these events and write what was read. The ids of those that are there come back."""
    there: set[int] = set()
    topics = _Topics.active() if places else None
    for start in range(0, len(places), BATCH):
        written = fetch(places[start : start + BATCH])
        if written and topics is not None:
            _write(written, reader=reader, topics=topics, statement=statement)
        there |= {text.event_id for text in written}
    return there


def _write(written: Sequence[Written], *, reader: Reader, topics: "_Topics", statement: str) -> None:
    texts = [text.text for text in written]
    languages = [_language(text) for text in written]
    moods = reader.moods(texts, languages=languages)
    columns: list[list[Any]] = [
        [text.event_id for text in written],
        [text.kind for text in written],
        [text.identity_id for text in written],
        [text.item_id for text in written],
        languages,
        [mood.score for mood in moods],
        [mood.probability for mood in moods],
        [",".join(sorted(flags(text))) for text in texts],
        topics.of(texts),
        [text_hash(text) for text in texts],
        [text.said_at for text in written],
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [reader.name, *columns])


def _language(text: Written) -> str:
    """What the letters show; where words are too few for that the customer's, else the shop's."""
    has_words = any(map(str.isalpha, text.text))
    return detect(text.text, known=text.locale or (settings.LANGUAGE_CODE if has_words else "")).code


@dataclass(frozen=True, eq=False)
class _Topics:
    """The topics that texts may be about; `centroids` `(topics, dimensions)`."""

    ids: list[Any]
    centroids: np.ndarray[Any, np.dtype[np.float32]]

    @classmethod
    def active(cls) -> "_Topics":
        rows = list(Topic.objects.filter(active=True, space=TOPIC_SPACE).values_list("pk", "centroid"))
        return cls([pk for pk, _ in rows], np.array([np.asarray(at, np.float32) for _, at in rows], np.float32))

    def of(self, texts: Sequence[str]) -> list[Any]:
        """Each text's topic, None where there is none."""
        if not self.ids:
            return [None] * len(texts)
        places = nearest(vectors(texts, space=TOPIC_SPACE), self.centroids)
        return [self.ids[place] if place >= 0 else None for place in places.tolist()]


def _looked_until() -> datetime:
    found = _remembered(LOOKED_KEY)
    try:
        return datetime.fromisoformat(found) - STILL_COMING if found else EVER
    except ValueError:  # something else was left under the key
        return EVER


def _remembered(key: str) -> str | None:
    try:
        found = cache.get(key)
    except (RedisError, OSError):
        return None
    return found if isinstance(found, str) else None


def _remember(key: str, value: str, *, seconds: int) -> None:
    try:
        cache.set(key, value, timeout=seconds)
    except (RedisError, OSError) as error:
        logger.warning("The cache doesn't answer (%s): the next pass looks through all events", error)
