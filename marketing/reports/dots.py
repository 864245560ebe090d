"""Dots with their intervals as SVG for a table's cell: whose number is larger, and by how much more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketing.reports.lines import Point

# Pixels: of one mark's own line, and free at the cell's left and right, so that no dot is cut.
LINE, MARGIN = 14, 4.0


@dataclass(frozen=True)
class Mark:
    name: str
    tone: str  # a class of the stylesheet: good, warn, bad or muted
    point: Point
    hollow: bool = False


@dataclass(frozen=True)
class Dots:
    """Marks below each other on one scale from `low` to `high`; a line stands at `zero` where one is given."""

    marks: Sequence[Mark]
    low: float
    high: float
    zero: float | None = None

    @classmethod
    def over(cls, marks: Sequence[Mark], *, zero: float | None = None) -> "Dots":
        """Give the scale that holds all marks with their intervals, and `zero`."""
        ends = [end for mark in marks for end in mark.point.reach] + ([] if zero is None else [zero])
        return cls(marks, low=min(ends), high=max(ends), zero=zero)

    def svg(self) -> SafeString:
        height = LINE * len(self.marks)
        label = "; ".join(f"{mark.name} {mark.point.said()}" for mark in self.marks)
        axis = SafeString()
        if self.zero is not None:
            axis = format_html(
                '<line class="attune-lines-grid" x1="{0}%" x2="{0}%" y1="0" y2="{1}"/>', self._x(self.zero), height
            )
        return format_html(
            '<svg class="attune-dots" height="{}" role="img" aria-label="{}">{}{}</svg>',
            height,
            label,
            axis,
            format_html_join("", "{}", ((self._mark(mark, place),) for place, mark in enumerate(self.marks))),
        )

    def _x(self, value: float) -> str:
        """Per cent of the width."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return f"{MARGIN + (100 - 2 * MARGIN) * share:.2f}"

    def _mark(self, mark: Mark, place: int) -> SafeString:
        y = LINE * (place + 0.5)
        low, high = mark.point.reach
        return format_html(
            '<g><title>{}</title><line class="attune-stroke-{}" x1="{}%" x2="{}%" y1="{}" y2="{}"/>'
            '<circle class="attune-dot-{}" cx="{}%" cy="{}" r="4"/></g>',
            f"{mark.name}: {mark.point.said()}",
            mark.tone,
            self._x(low),
            self._x(high),
            y,
            y,
            f"{mark.tone} attune-dot-open" if mark.hollow else mark.tone,
            self._x(mark.point.value),
            y,
        )
