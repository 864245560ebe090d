"""Drift of what is served: an artefact's scores and lists of a day beside those of its first week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Min, Q

from marketing.models import Deployment
from recsys.drift.measures import Measure, shift, shift_of_values
from recsys.models.lists import PREVIEW
from recsys.serving.lists import MADE_BY_MODEL

FIRST_DAYS = timedelta(days=7)
# Lists of each window that are looked at. Their ids are random, so that the first ones by id are a fair sample.
SAMPLE = 20_000

# What filled the list up, what staff pinned and what was tried out have no score of the artefact's.
SCORES = """
SELECT max(entry.score) FILTER (WHERE entry.rank = 1), avg(entry.score)
FROM (
    SELECT list_id, items FROM recsys_recommendationlog
    WHERE served_at >= %(begin)s AND served_at < %(end)s AND artefact_id = %(artefact)s
      AND basis = 'personal' AND placement <> %(preview)s
    ORDER BY list_id LIMIT %(sample)s
) list
CROSS JOIN LATERAL (
    SELECT (told.value ->> 'score')::float8 AS score, row_number() OVER (ORDER BY told.ordinality) AS rank
    FROM jsonb_array_elements(list.items) WITH ORDINALITY AS told
    WHERE told.value ->> 'reason' = ANY(%(by_model)s)
) entry
GROUP BY list.list_id
"""
# Of people who agreed to personal lists: whether they got one, and how long it was.
LISTS = """
SELECT basis = 'personal' AS personal, least(jsonb_array_length(items), 50) AS length,
       count(*) FILTER (WHERE served_at < %(base_end)s), count(*) FILTER (WHERE served_at >= %(day_begin)s)
FROM recsys_recommendationlog
WHERE (served_at >= %(base_begin)s AND served_at < %(base_end)s OR served_at >= %(day_begin)s AND served_at < %(day_end)s)
  AND identity_id IS NOT NULL AND basis IN ('personal', 'trending') AND placement <> %(preview)s
GROUP BY 1, 2
ORDER BY 1, 2
"""


@dataclass(frozen=True)
class FirstDays:
    """The first week that an artefact served in, as far as it lies before the day in question."""

    begin: datetime
    end: datetime

    @classmethod
    def of(cls, artefact_id: UUID, *, before: datetime) -> "FirstDays":
        served = Deployment.objects.filter(Q(champion=artefact_id) | Q(canary=artefact_id))
        begin = served.aggregate(first=Min("created_at"))["first"] or before
        return cls(begin, min(begin + FIRST_DAYS, before))


def score_measures(artefact_id: UUID, *, first: FirstDays, begin: datetime, end: datetime) -> list[Measure]:
    """How the artefact's best and mean scores of its personal lists have moved."""
    before = _scores(artefact_id, begin=first.begin, end=first.end)
    after = _scores(artefact_id, begin=begin, end=end)
    measures = []
    for name, place in (("top_score", 0), ("mean_score", 1)):
        old, new = [row[place] for row in before], [row[place] for row in after]
        note = f"{_mean(new):.4g} on the mean of {len(new):,} lists; {_mean(old):.4g} in the artefact's first week."
        measures.append(shift_of_values(name, before=old, after=new, note=note))
    return measures


def list_measures(*, first: FirstDays, begin: datetime, end: datetime) -> list[Measure]:
    """How many of those who agreed to personal lists got one, and how long lists are."""
    parameters: dict[str, Any] = {
        "base_begin": first.begin,
        "base_end": first.end,
        "day_begin": begin,
        "day_end": end,
        "preview": PREVIEW,
    }
    with connection.cursor() as cursor:
        cursor.execute(LISTS, parameters)
        rows = cursor.fetchall()
    return [_not_personal(rows), _length(rows)]


def _not_personal(rows: list[tuple[bool, int, int, int]]) -> Measure:
    before, after = ([sum(row[place] for row in rows if row[0] is kind) for kind in (True, False)] for place in (2, 3))
    shares = [100 * counts[1] / max(sum(counts), 1) for counts in (after, before)]
    note = f"{shares[0]:.1f}% of the lists were not personal; {shares[1]:.1f}% in the artefact's first week."
    return shift("not_personal", before=before, after=after, note=note)


def _length(rows: list[tuple[bool, int, int, int]]) -> Measure:
    lengths = sorted({row[1] for row in rows})
    before, after = ([sum(row[place] for row in rows if row[1] == length) for length in lengths] for place in (2, 3))
    means = [
        sum(length * n for length, n in zip(lengths, counts, strict=True)) / max(sum(counts), 1)
        for counts in (after, before)
    ]
    note = f"{means[0]:.1f} items in a list on the mean; {means[1]:.1f} in the artefact's first week."
    return shift("list_length", before=before, after=after, note=note)


def _scores(artefact_id: UUID, *, begin: datetime, end: datetime) -> list[tuple[float, float]]:
    parameters: dict[str, Any] = {
        "artefact": artefact_id,
        "begin": begin,
        "end": end,
        "preview": PREVIEW,
        "sample": SAMPLE,
        "by_model": sorted(MADE_BY_MODEL),
    }
    with connection.cursor() as cursor:
        cursor.execute(SCORES, parameters)
        return list(cursor.fetchall())


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
