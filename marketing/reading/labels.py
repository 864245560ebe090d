"""Texts that people are asked about, because the model is least sure of them; and what they said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketing.errors import InvalidInput, NotFound
from marketing.models import TextLabel, User
from marketing.reading.moods import Name, name_of
from marketing.reading.readings import TOPIC_SPACE
from marketing.reading.texts import Place, fetch
from marketing.services import audit
from marketing.text.redaction import redact
from marketing.text.uncertainty import least_sure
from marketing.text.vectors import text_hash, vectors

TASK: Final = "sentiment"
LABELS: Final[tuple[Name, ...]] = ("negative", "neutral", "positive")
# As moods, for training.
MOOD_OF: Final[dict[str, float]] = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}

# Open ones of a task; more would be work that nobody gets to.
MOST_OPEN: Final = 20
RECENT: Final = timedelta(days=30)
# The least sure of so many are compared, so that no two offered ones say the same.
CANDIDATES: Final = 500

# How sure the reader is: the probability where it gives one, else how far the mood is from the middle. What was offered
# before, labelled or not, is not offered again.
UNSURE = """
SELECT event_id, said_at, language, sentiment, sure
FROM (
    SELECT reading.event_id, reading.said_at, reading.language, reading.sentiment, reading.text_hash,
           abs(coalesce(2 * reading.probability - 1, reading.sentiment)) AS sure
    FROM marketing_textreading reading
    WHERE reading.said_at > %(since)s AND reading.sentiment IS NOT NULL
) read
WHERE NOT EXISTS (
    SELECT FROM marketing_textlabel label WHERE label.task = %(task)s AND label.text_hash = read.text_hash)
ORDER BY sure, event_id
LIMIT %(most)s
"""


def offer_labels() -> int:
    """Put recent texts that the reader is least sure of before people, up to 20 open ones; how many are new comes back."""
    wanted = MOST_OPEN - TextLabel.objects.filter(task=TASK, label="").count()
    if wanted <= 0:
        return 0
    rows = _unsure()
    read = {event_id: (language, mood, sure) for event_id, _at, language, mood, sure in rows}
    places: list[Place] = [(event_id, at) for event_id, at, *_ in rows]
    written = fetch(places)
    if not written:
        return 0
    far = np.array([read[text.event_id][2] for text in written], np.float32)
    sure = np.stack([1 + far, 1 - far], axis=1) / np.float32(2)
    chosen = least_sure(sure, vectors([text.text for text in written], space=TOPIC_SPACE), k=wanted)
    offered = []
    for place in chosen:
        text = written[place]
        language, mood, _sure = read[text.event_id]
        offered.append(
            TextLabel(
                task=TASK,
                text=redact(text.text).text,
                text_hash=text_hash(text.text),
                language=language,
                suggestion=name_of(mood),
                probability=float(sure[place].max()),
            )
        )
    TextLabel.objects.bulk_create(offered, ignore_conflicts=True)
    return len(offered)


def give_label(label_id: int, *, label: str, by: User) -> TextLabel:
    """Write down what a person says that a text is; it counts from the next training on.

    Raises:
        InvalidInput: names `label`.
        NotFound: there is no such text.

    """
    if label not in LABELS:
        raise InvalidInput("label", f"is {label[:32]!r}; expected one of {', '.join(LABELS)}")
    with transaction.atomic():
        row = TextLabel.objects.select_for_update().filter(pk=label_id).first()
        if row is None:
            raise NotFound("There is no such text to label.")
        before = {"label": row.label}
        row.label, row.labelled_by, row.labelled_at = label, by, timezone.now()
        row.save(update_fields=["label", "labelled_by", "labelled_at"])
        audit.record(action="label-text", row=row, before=before, after={"label": label}, user=by)
    return row


def waiting(*, skipped: Sequence[int] = ()) -> QuerySet[TextLabel]:
    """What nobody has labelled yet, the least sure first."""
    return TextLabel.objects.filter(task=TASK, label="").exclude(pk__in=skipped).order_by("probability", "pk")


def _unsure() -> list[tuple[int, datetime, str, float, float]]:
    with connection.cursor() as cursor:
        cursor.execute(UNSURE, {"task": TASK, "since": timezone.now() - RECENT, "most": CANDIDATES})
        return list(cursor.fetchall())
