"""What stands in the cells of judgements: figures with their intervals, differences, and how rows were held out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketing.admin.cells import NOTHING, badge
from marketing.reports.dots import Dots, Mark
from marketing.reports.lines import Point
from recsys.admin.metric_names import METRICS, Words, titled
from recsys.holdout import HOLDOUTS
from recsys.models import Evaluation
from recsys.segments import SEGMENTS
from recsys.selectors.judged import figure_among

Role = Evaluation.Role
ROLE_COLOURS: dict[str, str] = {
    Role.CANDIDATE: "primary",
    Role.CHAMPION: "success",
    Role.FORMER: "",
    Role.BASELINE: "",
    Role.MANUAL: "info",
}
ROLE_TITLES = {**{role: role.label for role in Role}, Role.MANUAL: "by hand"}
LEAK_COLOURS = {"leaky": "danger", "partly leaky": "warning"}

Told = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """One row of a comparison: ours and theirs in one metric, or in one segment."""

    title: str
    explain: str
    ours: SafeString
    theirs: SafeString
    dots: SafeString
    difference: SafeString
    verdict: SafeString
    judged: int | None = None


def role_badge(row: Evaluation) -> SafeString:
    role = Role(row.role)
    return badge(str(ROLE_TITLES[role]), ROLE_COLOURS[role], hint=str(role.label))


def point(told: Told, *, url: str = "") -> Point:
    return Point(told["mean"], told.get("low"), told.get("high"), url)


def spread(found: tuple[str, Told] | None) -> SafeString:
    """A figure, and its interval on a line of its own."""
    if found is None:
        return NOTHING
    told = found[1]
    if "low" not in told:
        return format_html("{}", f"{told['mean']:.3f}")
    return format_html(
        '<span class="attune-spread">{}<span class="attune-muted">{}–{}</span></span>',
        f"{told['mean']:.3f}",
        f"{told['low']:.3f}",
        f"{told['high']:.3f}",
    )


def holdout_cell(holdout: str) -> SafeString:
    """How rows were held out, and a badge when what was learned from knew of what came later."""
    way = HOLDOUTS.get(holdout)
    if way is None:
        return format_html("{}", holdout)
    if not way.leak:
        return format_html('<span class="attune-nowrap">{}</span>', way.title)
    return format_html(
        '<span class="attune-nowrap">{} {}</span>',
        way.title,
        badge(way.leak_label, LEAK_COLOURS[way.leak_label], hint=way.leak),
    )


def metric_table(metrics: Told) -> list[tuple[str, Words, SafeString]]:
    """(title with cut-off, words, figure) of each metric that was measured, in our order."""
    return [(titled(name), words, spread((name, told))) for name, words, told in _in_order(metrics)]


def segment_table(segments: Told) -> list[dict[str, Any]]:
    return [
        {
            "title": segment.title,
            "explain": segment.explain,
            "judged": segments[name]["judged"],
            "rows": metric_table(segments[name]["metrics"]),
        }
        for name, segment in SEGMENTS.items()
        if name in segments
    ]


def pairs_by_metric(ours: Evaluation, theirs: Evaluation) -> list[Pair]:
    """Both in every metric, each on a scale of its own."""
    pairs = []
    for name, words, told in _in_order(ours.metrics):
        other = theirs.metrics.get(name)
        marks = _marks(told, other)
        pairs.append(
            Pair(
                title=titled(name),
                explain=words.explain,
                ours=spread((name, told)),
                theirs=spread((name, other) if other else None),
                # What has no interval is a share of the catalogue, which 0 and 1 give its measure.
                dots=(Dots.over(marks) if "low" in told else Dots(marks, low=0, high=1)).svg(),
                difference=gain_cell(other, ours=told),
                verdict=verdict_of(other, better=words.better),
            )
        )
    return pairs


def pairs_by_segment(ours: Evaluation, theirs: Evaluation, *, metric: str = "ndcg") -> list[Pair]:
    """Both in one metric for each segment, all on one scale."""
    rows = []
    for name, segment in SEGMENTS.items():
        mine, other = ours.segments.get(name), theirs.segments.get(name)
        found = figure_among(mine["metrics"], metric) if mine else None
        if mine and found:
            rows.append((segment, mine["judged"], found[1], other["metrics"].get(found[0]) if other else None))
    if not rows:
        return []
    whole = Dots.over([mark for row in rows for mark in _marks(row[2], row[3])])
    return [
        Pair(
            title=segment.title,
            explain=segment.explain,
            ours=spread((metric, told)),
            theirs=spread((metric, other) if other else None),
            dots=Dots(_marks(told, other), low=whole.low, high=whole.high).svg(),
            difference=gain_cell(other, ours=told),
            verdict=verdict_of(other, better=METRICS[metric].better),
            judged=judged,
        )
        for segment, judged, told, other in rows
    ]


def gain_cell(other: Told | None, *, ours: Told) -> SafeString:
    """The difference with its paired interval; a bare difference where none was drawn."""
    if not other:
        return NOTHING
    gain = other.get("candidate_gain")
    if gain is None:
        return format_html("{}", f"{ours['mean'] - other['mean']:+.3f}")
    return format_html(
        '<span class="attune-spread">{}<span class="attune-muted">{} to {}</span></span>',
        f"{gain['mean']:+.3f}",
        f"{gain['low']:+.3f}",
        f"{gain['high']:+.3f}",
    )


def verdict_of(other: Told | None, *, better: int) -> SafeString:
    """Whether the paired interval shows one to be better."""
    sign = certain_sign(other)
    if sign is None or not better:
        return NOTHING
    if not sign:
        return badge("no clear difference")
    return badge("better", "success") if sign == better else badge("worse", "danger")


def certain_sign(other: Told | None) -> int | None:
    """1 or -1 where ours is more or less beyond chance, 0 where it is not shown, None where nothing was drawn."""
    gain = (other or {}).get("candidate_gain")
    if gain is None:
        return None
    return 1 if gain["low"] > 0 else -1 if gain["high"] < 0 else 0


def _marks(told: Told, other: Told | None) -> list[Mark]:
    marks = [Mark("this", "good", point(told))]
    return [*marks, Mark("the other", "muted", point(other), hollow=True)] if other else marks


def _in_order(metrics: Told) -> Iterator[tuple[str, Words, Told]]:
    for metric, words in METRICS.items():
        found = figure_among(metrics, metric)
        if found:
            yield found[0], words, found[1]
