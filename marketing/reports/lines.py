"""Line charts as SVG, made on the server: steps along the bottom, a band of certainty around each line.

Text, dots and strokes keep their size whatever the page's width: places are percentages, and only lines and bands
stand in a drawing that is stretched.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# Labels along the bottom; more would touch each other in a narrow card.
MOST_LABELS = 4


@dataclass(frozen=True)
class Point:
    """One number with the interval that it lies in, as far as there is one; `url` leads to where it came from."""

    value: float
    low: float | None = None
    high: float | None = None
    url: str = ""

    @property
    def reach(self) -> tuple[float, float]:
        return (
            self.value if self.low is None else min(self.low, self.value),
            self.value if self.high is None else max(self.high, self.value),
        )

    def said(self, decimals: int = 3) -> str:
        """Value and interval as people read them.

        >>> Point(0.3125, 0.25, 0.375).said(), Point(2.0).said()
        ('0.312 (0.250 to 0.375)', '2.000')
        """
        value = f"{self.value:.{decimals}f}"
        if self.low is None or self.high is None:
            return value
        return f"{value} ({self.low:.{decimals}f} to {self.high:.{decimals}f})"


@dataclass(frozen=True)
class Line:
    """A named line, a point or a gap for each step. `tone` is a class of the stylesheet: good, warn, bad or muted."""

    name: str
    tone: str
    points: Sequence[Point | None]
    dashed: bool = False


@dataclass(frozen=True)
class LineChart:
    """Lines over the same steps; `label` says the chart to who can't see it.

    `steps` name the places along the bottom in full, `marks` as short as they are written below some of them.
    """

    label: str
    steps: Sequence[str]
    lines: Sequence[Line]
    marks: Sequence[str] = ()

    def svg(self) -> SafeString:
        scale = Scale.over([reach for line in self.lines for point in line.points if point for reach in point.reach])
        stretched = format_html_join(
            "", "{}{}", ((self._band(line, scale), self._stroke(line, scale)) for line in self.lines)
        )
        return format_html(
            '<svg class="attune-lines" role="img" aria-label="{}">{}{}'
            '<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
            "{}</svg>",
            self.label,
            scale.grid(),
            self._bottom(),
            stretched,
            format_html_join("", "{}", ((self._dots(line, scale),) for line in self.lines)),
        )

    def _x(self, step: int) -> float:
        """Per cent of the width: the middle of the step's share of it."""
        return 100 * (step + 0.5) / len(self.steps)

    def _bottom(self) -> SafeString:
        every = max(1, math.ceil(len(self.steps) / MOST_LABELS))
        # Counted from the newest, which is the one that is looked for.
        shown = range((len(self.steps) - 1) % every, len(self.steps), every)
        return format_html_join(
            "",
            '<text class="attune-lines-step" x="{}%" y="100%" dy="20" text-anchor="middle">{}</text>',
            ((f"{self._x(step):.2f}", (self.marks or self.steps)[step]) for step in shown),
        )

    def _pieces(self, line: Line) -> list[list[tuple[int, Point]]]:
        """The line's points by stretches without a gap."""
        pieces: list[list[tuple[int, Point]]] = [[]]
        for step, point in enumerate(line.points):
            if point is None:
                pieces.append([])
            else:
                pieces[-1].append((step, point))
        return [piece for piece in pieces if piece]

    def _band(self, line: Line, scale: "Scale") -> SafeString:
        shapes = []
        for piece in self._pieces(line):
            upper = [f"{self._x(step):.2f},{scale.y(point.reach[1]):.2f}" for step, point in piece]
            lower = [f"{self._x(step):.2f},{scale.y(point.reach[0]):.2f}" for step, point in reversed(piece)]
            shapes.append((line.tone, " ".join(upper + lower)))
        return format_html_join("", '<polygon class="attune-band attune-tone-{}" points="{}"/>', shapes)

    def _stroke(self, line: Line, scale: "Scale") -> SafeString:
        pieces = [
            (
                line.tone,
                mark_safe(' stroke-dasharray="5 4"') if line.dashed else "",
                " ".join(f"{self._x(step):.2f},{scale.y(point.value):.2f}" for step, point in piece),
            )
            for piece in self._pieces(line)
        ]
        return format_html_join("", '<polyline class="attune-stroke-{}"{} points="{}"/>', pieces)

    def _dots(self, line: Line, scale: "Scale") -> SafeString:
        dots = []
        for step, point in enumerate(line.points):
            if point is None:
                continue
            drawn = format_html(
                '<g><title>{}</title>{}<circle class="attune-dot-{}" cx="{}%" cy="{}%" r="{}"/></g>',
                f"{self.steps[step]}, {line.name}: {point.said()}",
                self._whisker(step, point, line=line, scale=scale),
                f"{line.tone} attune-dot-open" if line.dashed else line.tone,
                f"{self._x(step):.2f}",
                f"{scale.y(point.value):.2f}",
                "3.5",
            )
            # Links inside a picture are not reached by all readers: the table beside it has them too.
            dots.append((format_html('<a href="{}" tabindex="-1">{}</a>', point.url, drawn) if point.url else drawn,))
        return format_html_join("", "{}", dots)

    def _whisker(self, step: int, point: Point, *, line: Line, scale: "Scale") -> SafeString:
        """A lone point has no band to lie in, so that its interval is a stroke."""
        neighbours = [line.points[at] for at in (step - 1, step + 1) if 0 <= at < len(line.points)]
        if any(neighbours) or point.low is None:
            return SafeString()
        low, high = point.reach
        return format_html(
            '<line class="attune-stroke-{0}" x1="{1}%" x2="{1}%" y1="{2}%" y2="{3}%"/>',
            line.tone,
            f"{self._x(step):.2f}",
            f"{scale.y(low):.2f}",
            f"{scale.y(high):.2f}",
        )


@dataclass(frozen=True)
class Scale:
    """From numbers to per cent of the height, between round numbers."""

    ticks: Sequence[float]

    @classmethod
    def over(cls, values: Sequence[float]) -> "Scale":
        """Give the scale of round steps that holds all values.

        >>> Scale.over([0.12, 0.31]).ticks
        [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]
        >>> Scale.over([]).ticks, Scale.over([0.2]).ticks
        ([0.0, 0.5, 1.0], [0.0, 0.05, 0.1, 0.15, 0.2])
        """
        low, high = min(values, default=0.0), max(values, default=0.0)
        if low == high:
            low, high = min(low, 0.0), max(high, 0.0) if low else 1.0
        step = round_step((high - low) / 4)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return cls([float(f"{place * step:.12g}") for place in range(first, last + 1)])

    def y(self, value: float) -> float:
        return 100 * (self.ticks[-1] - value) / (self.ticks[-1] - self.ticks[0])

    def grid(self) -> SafeString:
        """Horizontal lines with their numbers on the left."""
        decimals = max(0, -math.floor(math.log10(self.ticks[1] - self.ticks[0]) + 1e-9))
        return format_html_join(
            "",
            '<line class="attune-lines-grid" x1="0" x2="100%" y1="{0}%" y2="{0}%"/>'
            '<text x="-8" y="{0}%" dy="4" text-anchor="end">{1}</text>',
            ((f"{self.y(tick):.2f}", f"{tick:.{decimals}f}") for tick in self.ticks),
        )


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, … and of their tenths, hundredths, … that is not below `least`, nearly.

    >>> [round_step(least) for least in (0.04, 0.05, 0.3, 7)]
    [0.05, 0.05, 0.5, 10.0]
    """
    magnitude = 10.0 ** math.floor(math.log10(least))
    for factor in (1, 2, 5):
        if least <= factor * magnitude * (1 + 1e-9):
            return float(f"{factor * magnitude:.12g}")
    return float(f"{10 * magnitude:.12g}")
