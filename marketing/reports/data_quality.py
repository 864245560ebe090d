"""What became of the events that came: the share that can be used, and what the rest was."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection

from marketing.reports.figures import Figure, Series
from marketing.reports.frame import Column, Report, Row
from marketing.reports.parameters import Days

# A batch's counts are outcome → number, some with the field behind a colon. Repeats are left out of the share: a sender
# who resends what it got no answer for does as it should.
ROWS = """
WITH told AS (
    SELECT (batch.received_at AT TIME ZONE %(zone)s)::date AS day, batch.source_id,
           split_part(entry.key, ':', 1) AS outcome, substr(entry.key, position(':' IN entry.key) + 1) AS field,
           sum(entry.value::bigint) AS n
    FROM marketing_ingestbatch batch, jsonb_each_text(batch.counts) entry
    WHERE batch.received_at >= %(begin)s AND batch.received_at < %(end)s
    GROUP BY 1, 2, 3, 4
), counted AS (
    SELECT day, source_id,
           coalesce(sum(n) FILTER (WHERE outcome = 'stored'), 0)::bigint AS stored,
           coalesce(sum(n) FILTER (WHERE outcome = 'already_stored'), 0)::bigint AS already_stored,
           coalesce(sum(n) FILTER (WHERE outcome = 'conflict'), 0)::bigint AS conflicts,
           coalesce(sum(n) FILTER (WHERE outcome = 'refused'), 0)::bigint AS refused,
           coalesce(sum(n) FILTER (WHERE outcome = 'quarantined'), 0)::bigint AS quarantined,
           coalesce(sum(n) FILTER (WHERE outcome = 'duplicate'), 0)::bigint AS duplicates,
           coalesce(sum(n) FILTER (WHERE outcome = 'bot'), 0)::bigint AS bots,
           coalesce(sum(n) FILTER (WHERE outcome = 'clock_repaired'), 0)::bigint AS clock_repaired,
           coalesce(sum(n) FILTER (WHERE outcome = 'unit_repaired'), 0)::bigint AS unit_repaired,
           coalesce(sum(n) FILTER (WHERE outcome = 'late'), 0)::bigint AS late,
           coalesce(string_agg(field || ' ' || n, ', ' ORDER BY n DESC, field)
                    FILTER (WHERE outcome = 'refused'), '') AS refused_for,
           coalesce(string_agg(field || ' ' || n, ', ' ORDER BY n DESC, field)
                    FILTER (WHERE outcome = 'quarantined'), '') AS quarantined_for
    FROM told GROUP BY 1, 2
), held AS (
    SELECT (received_at AT TIME ZONE %(zone)s)::date AS day, source_id, count(*) AS waiting
    FROM marketing_quarantinedevent
    WHERE status = 'waiting' AND received_at >= %(begin)s AND received_at < %(end)s
    GROUP BY 1, 2
)
SELECT day, source.code AS source, stored, already_stored, conflicts, refused, refused_for, quarantined,
       quarantined_for, coalesce(held.waiting, 0) AS waiting, duplicates, bots, clock_repaired, unit_repaired, late,
       stored - duplicates - bots AS usable,
       (stored - duplicates - bots)::float8 / nullif(stored + conflicts + refused + quarantined, 0) AS usable_share
FROM counted JOIN marketing_source source ON source.id = counted.source_id
LEFT JOIN held USING (day, source_id)
ORDER BY day DESC, source.code
"""


@dataclass(frozen=True)
class Usable:
    """How much of what came could be used: `share` is None when nothing came."""

    day: date
    came: int
    usable: int

    @property
    def share(self) -> float | None:
        return self.usable / self.came if self.came else None

    @property
    def is_low(self) -> bool:
        return self.share is not None and self.share < settings.USABLE_EVENTS_SHARE


class DataQuality(Report[Days]):
    code = "data_quality"
    title = "Data quality"
    description = "What became of the events that came in, by the day they came and the system that sent them."
    permission = "marketing.view_event"
    parameters = Days
    columns = (
        Column("day", "Day", "date"),
        Column("source", "Source", "text"),
        Column("usable_share", "Usable", "share", "of what came, resends apart"),
        Column("stored", "Stored"),
        Column("already_stored", "Already stored", explain="the same event again; harmless"),
        Column("conflicts", "Conflicts", explain="an id that another event has"),
        Column("refused", "Refused"),
        Column("refused_for", "Refused for", "text"),
        Column("quarantined", "Quarantined"),
        Column("quarantined_for", "Quarantined for", "text"),
        Column("waiting", "Waiting", explain="in quarantine now"),
        Column("duplicates", "Duplicates", explain="stored, but told twice: they don't count"),
        Column("bots", "Bots", explain="stored, but robots': they don't count"),
        Column("clock_repaired", "Clock mended"),
        Column("unit_repaired", "Unit mended"),
        Column("late", "Late", explain="came more than a day after they happened"),
        Column("usable", "Usable events"),
    )

    def rows(self, parameters: Days) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(ROWS, {"zone": settings.TIME_ZONE, "begin": parameters.begin, "end": parameters.end})
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def figure(self, rows: list[Row]) -> Figure | None:
        if not rows:
            return None
        days = sorted({day for row in rows if isinstance(day := row["day"], date)})
        days = [days[0] + timedelta(days=place) for place in range((days[-1] - days[0]).days + 1)]
        series = (
            Series("usable", "good", _by_day(rows, days, "usable")),
            Series("duplicates and bots", "muted", _by_day(rows, days, "duplicates", "bots")),
            Series("in quarantine", "warn", _by_day(rows, days, "quarantined")),
            Series("refused or in conflict", "bad", _by_day(rows, days, "refused", "conflicts")),
        )
        return Figure(f"Events that came, {days[0]:%d %b} to {days[-1]:%d %b %Y}: {self.summary(rows)}", days, series)

    def summary(self, rows: list[Row]) -> str:
        came, usable = _total(rows, "stored", "conflicts", "refused", "quarantined"), _total(rows, "usable")
        if not came:
            return "No events came in these days."
        lost = {
            "refused": _total(rows, "refused"),
            "in quarantine": _total(rows, "quarantined"),
            "duplicates": _total(rows, "duplicates"),
            "bots": _total(rows, "bots"),
            "conflicts": _total(rows, "conflicts"),
        }
        said = f"{100 * usable / came:.1f}% of {came:,} events could be used"
        worst = max(lost, key=lambda name: lost[name])
        return f"{said}; most of the rest: {lost[worst]:,} {worst}." if lost[worst] else f"{said}."


def usable_of(day: date) -> Usable:
    """One day over all sources."""
    rows = DataQuality().rows(Days(day, day))
    return Usable(
        day, came=_total(rows, "stored", "conflicts", "refused", "quarantined"), usable=_total(rows, "usable")
    )


def _total(rows: list[Row], *names: str) -> int:
    return sum(int(value) for row in rows for name in names if isinstance(value := row[name], int))


def _by_day(rows: list[Row], days: list[date], *names: str) -> list[int]:
    counts = dict.fromkeys(days, 0)
    for row in rows:
        if isinstance(day := row["day"], date):
            counts[day] += _total([row], *names)
    return list(counts.values())
