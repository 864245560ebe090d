"""How the figures of a roll-out are said: shares, differences, drift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketing.admin.cells import badge
from recsys.drift.measures import WATCH

NAMES = {
    "volume": "Number of events",
    "kinds": "Mix of kinds of events",
    "popularity": "What is popular",
    "unknown_items": "Unknown items",
    "new_people": "New people",
    "history_lengths": "Lengths of histories",
    "top_score": "Scores of first places",
    "mean_score": "Mean scores",
    "not_personal": "Lists that are not personal",
    "list_length": "Lengths of lists",
}
DRIFT_COLOURS = {"drifts": "danger", "watch": "warning", "as before": "success", "too little to tell": ""}

Measured = Mapping[str, Any]


@dataclass(frozen=True)
class DriftRow:
    name: str
    value: str
    limit: str
    state: SafeString
    note: str


def drift_rows(measures: Sequence[Measured]) -> list[DriftRow]:
    """The measures as a page shows them."""
    return [
        DriftRow(
            name=name_of(measure),
            value="–" if measure["value"] is None else f"{measure['value']:.3f}",
            limit=f"{measure['limit']:g}",
            state=badge(state := state_of(measure), DRIFT_COLOURS[state]),
            note=measure["note"],
        )
        for measure in measures
    ]


def drift_state(measures: Sequence[Measured]) -> str:
    """The worst state of all measures; too little to tell only where none could be told."""
    states = [state_of(measure) for measure in measures]
    return next((state for state in DRIFT_COLOURS if state in states), "too little to tell")


def drift_summary(measures: Sequence[Measured]) -> str:
    """The measures that are off, or else the one that is farthest off."""
    alerts = [name_of(measure) for measure in measures if measure["alert"]]
    if alerts:
        return ", ".join(alerts)
    told = [measure for measure in measures if measure["value"] is not None and measure["name"] != "volume"]
    farthest = max(told, key=lambda measure: float(measure["value"]), default=None)
    return f"{name_of(farthest)}: {farthest['value']:.3f}" if farthest else "–"


def state_of(measure: Measured) -> str:
    if measure["value"] is None:
        return "too little to tell"
    if measure["alert"]:
        return "drifts"
    # The number of events is a ratio, whose only limits are those of its alert.
    return "watch" if measure["name"] != "volume" and measure["value"] >= WATCH else "as before"


def name_of(measure: Measured) -> str:
    return NAMES.get(measure["name"], str(measure["name"]).replace("_", " "))


def day_cell(day: date) -> SafeString:
    return format_html('<span class="attune-nowrap">{} {} {}</span>', day.day, f"{day:%b}", day.year)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"


def points(low: float | None, high: float | None) -> str:
    """An interval of differences between shares, in points of a hundred.

    >>> points(-0.0123, 0.004), points(None, None)
    ('−1.23 to +0.40', '–')
    """
    if low is None or high is None:
        return "–"
    return f"{100 * low:+.2f} to {100 * high:+.2f}".replace("-", "−")
