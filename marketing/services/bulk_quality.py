"""What staged events are worth: robots, near-duplicates, nobody's words taken away. The rules are those of batches.

Works on the temporary table `incoming_won` of `EventStage`: events that are about to be stored, with the keys of their
items and identities.
"""

from collections import Counter
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection

from marketing.cleaning.bots import is_bot
from marketing.cleaning.duplicates import near_duplicates
from marketing.services.event_claims import LATE

USER_AGENTS: Final = """
SELECT DISTINCT context ->> 'userAgent' FROM incoming_won WHERE jsonb_typeof(context -> 'userAgent') = 'string'
"""
MARK_BOTS: Final = """
UPDATE incoming_won SET quality = 'bot'
WHERE jsonb_typeof(context -> 'userAgent') = 'string' AND context ->> 'userAgent' = ANY(%s)
"""
# Nothing in the row leads to who did not agree to be known; the body, by which the event is known again, stays that of
# what was told. As EventKind.without_words.
HIDE: Final = """
UPDATE incoming_won
SET session = '', context = '{}', event_id = replace(key::text, '-', ''), payload = (
    SELECT coalesce(jsonb_object_agg(told.key, told.value), '{}')
    FROM jsonb_each(payload) told WHERE jsonb_typeof(told.value) <> 'string')
WHERE nameless IS NOT NULL
"""
# Few rows have another one of their like beside them. Which of those counts is said in one place, near_duplicates.
CLOSE: Final = """
SELECT identity_id, nameless, kind, item_id, value, payload::text, occurred_at, key::text
FROM (
    SELECT identity_id, nameless, kind, item_id, value, payload, occurred_at, key,
           occurred_at - lag(occurred_at) OVER alike AS before, lead(occurred_at) OVER alike - occurred_at AS after
    FROM incoming_won WHERE quality = 'ok'
    WINDOW alike AS (
        PARTITION BY identity_id, item_id, kind COLLATE "C", value, nameless COLLATE "C", payload ORDER BY occurred_at)
) near
WHERE before <= %(window)s OR after <= %(window)s
"""
MARK_DUPLICATES: Final = "UPDATE incoming_won SET quality = 'duplicate' WHERE key = ANY(%s::uuid[])"
# The time in which there are both stored events and new ones: files are mostly in order, so it is short or none.
SHARED_TIME: Final = """
SELECT min(occurred_at), max(occurred_at) FROM marketing_event
WHERE occurred_at BETWEEN (SELECT min(occurred_at) FROM incoming_won) - %(window)s
                      AND (SELECT max(occurred_at) FROM incoming_won) + %(window)s
"""
# OFFSET keeps this a look-up in the index for each row: joined otherwise, all stored events might be read.
TOLD_BEFORE: Final = """
UPDATE incoming_won incoming SET quality = 'duplicate'
WHERE quality = 'ok' AND nameless IS NULL
    AND occurred_at BETWEEN %(since)s - %(window)s AND %(until)s + %(window)s
    AND EXISTS (
        SELECT FROM marketing_event stored
        WHERE stored.identity_id = incoming.identity_id
            AND stored.occurred_at BETWEEN incoming.occurred_at - %(window)s AND incoming.occurred_at + %(window)s
            AND stored.occurred_at BETWEEN %(since)s AND %(until)s
            AND stored.quality = 'ok' AND stored.kind = incoming.kind
            AND stored.item_id IS NOT DISTINCT FROM incoming.item_id
            AND stored.value IS NOT DISTINCT FROM incoming.value AND stored.payload = incoming.payload
        OFFSET 0
    )
"""
FOUND: Final = """
SELECT count(*) FILTER (WHERE quality = 'bot') AS bot, count(*) FILTER (WHERE quality = 'duplicate') AS duplicate,
       count(*) FILTER (WHERE unit_mended) AS unit_repaired,
       count(*) FILTER (WHERE occurred_at < now() - %(late)s::interval) AS late
FROM incoming_won
"""


def judge(*, anonymous: bool) -> None:
    """Write the quality of each event in its row. `anonymous`: there are people who did not agree to be known."""
    _find_bots()
    if anonymous:
        with connection.cursor() as cursor:
            cursor.execute(HIDE)
    if window := timedelta(seconds=settings.NEAR_DUPLICATE_SECONDS):
        _find_repeated(window)
        _find_told_before(window)


def count_quality() -> Counter[str]:
    """What there is to say of the events besides that they are stored, named as in the counts of a batch."""
    parameters: dict[str, Any] = {"late": LATE}
    with connection.cursor() as cursor:
        cursor.execute(FOUND, parameters)
        names = [column.name for column in cursor.description]
        return +Counter(dict(zip(names, cursor.fetchone(), strict=True)))


def _find_bots() -> None:
    with connection.cursor() as cursor:
        cursor.execute(USER_AGENTS)
        if robots := [agent for (agent,) in cursor.fetchall() if is_bot(agent)]:
            cursor.execute(MARK_BOTS, [robots])


def _find_repeated(window: timedelta) -> None:
    """Those that repeat an earlier one among the new events."""
    parameters: dict[str, Any] = {"window": window}
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, parameters)
        close = ((row[:6], row[6], row[7]) for row in cursor.fetchall())
        if repeated := near_duplicates(close, window=window):
            cursor.execute(MARK_DUPLICATES, [sorted(repeated)])


def _find_told_before(window: timedelta) -> None:
    """Those that repeat a stored one, of people who can be told from others."""
    parameters: dict[str, Any] = {"window": window}
    with connection.cursor() as cursor:
        cursor.execute(SHARED_TIME, parameters)
        since, until = cursor.fetchone()
        if since is not None:
            cursor.execute(TOLD_BEFORE, parameters | {"since": since, "until": until})
