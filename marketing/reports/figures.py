"""Figures as SVG, made on the server: no script, no font, and the page's colours by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# The figure's own coordinates; the page scales it.
WIDTH, HEIGHT = 960.0, 240.0
GAP = 0.2  # of a bar's step
WIDEST = 64.0


@dataclass(frozen=True)
class Series:
    """Numbers of one name, one for each day. `tone` is a class of the stylesheet: good, warn, bad or muted."""

    name: str
    tone: str
    values: Sequence[int]


@dataclass(frozen=True)
class Figure:
    """Bars of days, each series upon the one before; `label` says it to who can't see it."""

    label: str
    days: Sequence[date]
    series: Sequence[Series]

    @property
    def tallest(self) -> int:
        return max((sum(one.values[place] for one in self.series) for place in range(len(self.days))), default=0)

    @property
    def tallest_said(self) -> str:
        return f"{self.tallest:,}"

    @property
    def last(self) -> date:
        return self.days[-1]

    def svg(self) -> SafeString:
        return format_html(
            '<svg class="attune-figure-bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
            ' aria-label="{}">{}</svg>',
            f"{WIDTH:g}",
            f"{HEIGHT:g}",
            self.label,
            mark_safe("".join(self._day(place) for place in range(len(self.days)))),  # noqa: S308 - all are safe
        )

    def _day(self, place: int) -> SafeString:
        step = WIDTH / len(self.days)
        width = min(step * (1 - GAP), WIDEST)
        left = place * step + (step - width) / 2
        bars: list[tuple[str, str, str, str, str]] = []
        floor = HEIGHT
        for one in self.series:
            height = HEIGHT * one.values[place] / (self.tallest or 1)
            if height:
                floor -= height
                bars.append((one.tone, f"{left:.2f}", f"{floor:.2f}", f"{width:.2f}", f"{height:.2f}"))
        drawn = format_html_join("", '<rect class="attune-tone-{}" x="{}" y="{}" width="{}" height="{}"/>', bars)
        return format_html("<g><title>{}</title>{}</g>", self._said(place), drawn)

    def _said(self, place: int) -> str:
        told = ", ".join(f"{one.values[place]:,} {one.name}" for one in self.series if one.values[place])
        return f"{self.days[place]:%a %d %b %Y}: {told or 'nothing'}"
