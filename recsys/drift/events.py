"""Drift of the data: a day's events beside those of the weeks that the artefact was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from marketing.features.days import whole
from recsys.cursors import hashing_cursor
from recsys.drift.measures import Measure, shift

# Of the training's time, the last four weeks: whole weeks, since Sundays differ from Mondays.
BASELINE = timedelta(days=28)
# A day with less than one in so many events of a usual day, or as many times more, is worth a look.
VOLUME_LIMIT = 2.0
# Events a day below which their number says nothing.
LEAST_VOLUME = 100

KINDS = """
SELECT kind, count(*) FILTER (WHERE occurred_at < %(base_end)s), count(*) FILTER (WHERE occurred_at >= %(day_begin)s),
       min(occurred_at)
FROM marketing_event
WHERE quality = 'ok' AND (occurred_at >= %(base_begin)s AND occurred_at < %(base_end)s
                          OR occurred_at >= %(day_begin)s AND occurred_at < %(day_end)s)
GROUP BY kind
ORDER BY kind
"""
# Items by how much happened with them before, in ten groups that had a tenth of it each.
POPULARITY = """
WITH counted AS (
    SELECT item_id, count(*) FILTER (WHERE occurred_at < %(base_end)s) AS before,
           count(*) FILTER (WHERE occurred_at >= %(day_begin)s) AS after
    FROM marketing_event
    WHERE quality = 'ok' AND item_id IS NOT NULL
      AND (occurred_at >= %(base_begin)s AND occurred_at < %(base_end)s
           OR occurred_at >= %(day_begin)s AND occurred_at < %(day_end)s)
    GROUP BY item_id
), placed AS (
    SELECT before, after, ceil(10 * (sum(before) OVER (ORDER BY before DESC, item_id) - before / 2.0)
                               / sum(before) OVER ()) AS decile
    FROM counted WHERE before > 0
)
SELECT sum(before)::float8, sum(after)::float8 FROM placed GROUP BY decile ORDER BY decile
"""
# Asked item by item, the newest first, so that an index answers and history is not read.
UNKNOWN_ITEMS = """
WITH met AS (
    SELECT item_id, count(*) AS n FROM marketing_event
    WHERE occurred_at >= %(begin)s AND occurred_at < %(end)s AND quality = 'ok' AND item_id IS NOT NULL
    GROUP BY item_id
)
SELECT COALESCE(sum(n) FILTER (WHERE earlier.there), 0)::float8, COALESCE(sum(n) FILTER (WHERE earlier.there IS NULL), 0)::float8
FROM met LEFT JOIN LATERAL (
    SELECT true AS there FROM marketing_event event
    WHERE event.item_id = met.item_id AND event.occurred_at < %(cut)s
    ORDER BY event.occurred_at DESC LIMIT 1
) earlier ON true
"""
CAME = """
WITH came AS MATERIALIZED (
    SELECT DISTINCT COALESCE(identity.customer_id, lpad(to_hex(identity.id), 32, '0')::uuid) AS person,
           identity.customer_id, CASE WHEN identity.customer_id IS NULL THEN identity.id END AS visitor_id
    FROM (SELECT DISTINCT identity_id FROM marketing_event
          WHERE occurred_at >= %(begin)s AND occurred_at < %(end)s AND quality = 'ok') active
    JOIN marketing_identity identity ON identity.id = active.identity_id
    WHERE identity.kind <> 'nobody'
), name AS MATERIALIZED (
    SELECT came.person, identity.id AS identity_id
    FROM came JOIN marketing_identity identity ON identity.customer_id = came.customer_id
    UNION ALL
    SELECT person, visitor_id FROM came WHERE visitor_id IS NOT NULL
)
"""
NEW_PEOPLE = f"""
{CAME}, known AS (
    SELECT name.person, bool_or(earlier.there) AS there
    FROM name LEFT JOIN LATERAL (
        SELECT true AS there FROM marketing_event event
        WHERE event.identity_id = name.identity_id AND event.occurred_at < %(cut)s
        ORDER BY event.occurred_at DESC LIMIT 1
    ) earlier ON true
    GROUP BY name.person
)
SELECT count(*) FILTER (WHERE there), count(*) FILTER (WHERE there IS NULL) FROM known
"""  # noqa: S608 - only constants of ours are put in
# How much the people who came had done in four weeks: 1, 2 to 3, 4 to 7, …
HISTORY_LENGTHS = f"""
{CAME}, length AS (
    SELECT name.person, count(*) AS n
    FROM name JOIN marketing_event event ON event.identity_id = name.identity_id
    WHERE event.occurred_at >= %(begin)s - %(baseline)s AND event.occurred_at < %(end)s AND event.quality = 'ok'
      AND event.item_id IS NOT NULL
    GROUP BY name.person
)
SELECT bin, count(length.n), COALESCE(sum(length.n), 0)
FROM generate_series(0, 10) AS bin
LEFT JOIN length ON least(floor(log(2, length.n)), 10) = bin
GROUP BY bin ORDER BY bin
"""  # noqa: S608


@dataclass(frozen=True)
class Windows:
    """The day in question; the weeks before the training's end; and of those the last day of the same weekday.

    What happened before `cut` the artefact could have learned from. A day that lies before the training's end itself,
    as the day before a nightly run does, is compared with what came before it.
    """

    day: date
    day_begin: datetime
    day_end: datetime
    cut: datetime

    @classmethod
    def of(cls, day: date, *, trained_until: datetime) -> "Windows":
        own = whole(day)
        return cls(day, own.starts_at, own.ends_at, min(trained_until, own.starts_at))

    @property
    def usual_day(self) -> date:
        back = 7
        while whole(self.day - timedelta(days=back)).ends_at > self.cut:
            back += 7
        return self.day - timedelta(days=back)

    def parameters(self) -> dict[str, Any]:
        return {
            "day_begin": self.day_begin,
            "day_end": self.day_end,
            "base_begin": self.cut - BASELINE,
            "base_end": self.cut,
        }


def data_measures(windows: Windows) -> list[Measure]:
    usual = whole(windows.usual_day)
    then = {"begin": usual.starts_at, "end": usual.ends_at, "cut": usual.starts_at, "baseline": BASELINE}
    now = {"begin": windows.day_begin, "end": windows.day_end, "cut": windows.cut, "baseline": BASELINE}
    return [
        *_volume_and_kinds(windows),
        _popularity(windows),
        _unknown("unknown_items", UNKNOWN_ITEMS, then=then, now=now, of="events with items"),
        _unknown("new_people", NEW_PEOPLE, then=then, now=now, of="people"),
        _history_lengths(then=then, now=now),
    ]


def _volume_and_kinds(windows: Windows) -> list[Measure]:
    rows = _rows(KINDS, windows.parameters())
    before, after = [row[1] for row in rows], [row[2] for row in rows]
    first = min((row[3] for row in rows), default=windows.cut)
    # A young shop has not four weeks yet.
    days = max((windows.cut - first) / timedelta(days=1), 1.0)
    return [
        _volume(sum(before) / days, today=sum(after)),
        shift("kinds", before=before, after=after, note=_largest_change([row[0] for row in rows], before, after)),
    ]


def _volume(usual: float, *, today: int) -> Measure:
    if usual < LEAST_VOLUME:
        note = f"Too little to tell: {usual:,.0f} events on a usual day, {LEAST_VOLUME:,} are wanted."
        return Measure("volume", None, VOLUME_LIMIT, alert=False, note=note)
    ratio = today / usual
    note = f"{today:,} events; {usual:,.0f} on a usual day. Less than half of it, or more than double, is an alert."
    return Measure("volume", round(ratio, 4), VOLUME_LIMIT, not 1 / VOLUME_LIMIT <= ratio <= VOLUME_LIMIT, note)


def _largest_change(kinds: Sequence[str], before: Sequence[int], after: Sequence[int]) -> str:
    shares = [
        (new / max(sum(after), 1), old / max(sum(before), 1), kind)
        for kind, old, new in zip(kinds, before, after, strict=True)
    ]
    if not shares:
        return ""
    new, old, kind = max(shares, key=lambda one: abs(one[0] - one[1]))
    return f"Most changed: {kind.replace('_', ' ')}, {new:.1%} of the events; {old:.1%} before."


def _popularity(windows: Windows) -> Measure:
    rows = _rows(POPULARITY, windows.parameters())
    before, after = [row[0] for row in rows], [row[1] for row in rows]
    top = after[0] / max(sum(after), 1) if after else 0.0
    old = before[0] / max(sum(before), 1) if before else 0.0
    note = f"The items most looked at had {top:.1%} of the events; {old:.1%} before."
    return shift("popularity", before=before, after=after, note=note)


def _unknown(name: str, statement: str, *, then: dict[str, Any], now: dict[str, Any], of: str) -> Measure:
    (before,), (after,) = _rows(statement, then), _rows(statement, now)
    shares = [new / max(known + new, 1) for known, new in (after, before)]
    note = f"{shares[0]:.1%} of {sum(after):,.0f} {of} were not known to the training; {shares[1]:.1%} on a usual day."
    return shift(name, before=before, after=after, note=note)


def _history_lengths(*, then: dict[str, Any], now: dict[str, Any]) -> Measure:
    before, after = _rows(HISTORY_LENGTHS, then), _rows(HISTORY_LENGTHS, now)
    means = [float(sum(row[2] for row in rows)) / max(sum(row[1] for row in rows), 1) for rows in (after, before)]
    note = f"Who came had {means[0]:.1f} events with items in four weeks; {means[1]:.1f} on a usual day."
    return shift("history_lengths", before=[row[1] for row in before], after=[row[1] for row in after], note=note)


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with hashing_cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
