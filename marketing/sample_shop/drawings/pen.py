"""The few strokes that all drawings are made of. The paper is 400 wide and 400 high; things stand at y = 330.

No shape has an id, so that any number of drawings can stand in one page.
"""

from collections.abc import Callable
from dataclasses import dataclass

WHITE = "#ffffff"
CREAM = "#fbf6ec"
INK = "#2e3338"
STEEL = "#b4babd"
STEEL_DARK = "#868d92"
BRASS = "#c8a04e"
WOOD = "#c0925f"
WOOD_DARK = "#8e6542"
LEAF = "#5d8259"
LEAF_DARK = "#446848"
GLOW = "#ffe9a8"


@dataclass(frozen=True)
class Inks:
    """The tones of one drawing, all made from the product's colour, and the tone of what it is made of."""

    base: str
    light: str
    pale: str
    dark: str
    deep: str
    stuff: str  # of the material: wood, metal, clay
    stuff_dark: str
    accent: str  # goes with the base and differs from it
    variant: int  # of patterns: any whole number


Drawing = Callable[[Inks], str]


def mix(first: str, second: str, share: float) -> str:
    """`share` of the second colour in the first.

    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def rect(x: float, y: float, width: float, height: float, fill: str, *, r: float = 0, more: str = "") -> str:
    corner = f' rx="{r:g}"' if r else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{corner} fill="{fill}"{_also(more)}/>'


def disc(x: float, y: float, r: float, fill: str, *, more: str = "") -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}"{_also(more)}/>'


def oval(x: float, y: float, rx: float, ry: float, fill: str, *, more: str = "") -> str:
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}"{_also(more)}/>'


def area(d: str, fill: str, *, more: str = "") -> str:
    return f'<path d="{d}" fill="{fill}"{_also(more)}/>'


def line(d: str, stroke: str, width: float = 4, *, more: str = "") -> str:
    return (
        f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}"'
        f' stroke-linecap="round" stroke-linejoin="round"{_also(more)}/>'
    )


def shade(d: str, strength: float = 0.12) -> str:
    """The side away from the light, which comes from the left."""
    return area(d, "#1d2430", more=f'opacity="{strength:g}"')


def gleam(d: str, strength: float = 0.28) -> str:
    return area(d, WHITE, more=f'opacity="{strength:g}"')


def shadow(x: float = 200, rx: float = 90, y: float = 332) -> str:
    return oval(x, y, rx, max(rx * 0.1, 6), "#1d2430", more='opacity=".13"')


def turned(degrees: float, *parts: str, x: float = 200, y: float = 200) -> str:
    return f'<g transform="rotate({degrees:g} {x:g} {y:g})">{"".join(parts)}</g>'


def moved(dx: float, dy: float, *parts: str, scale: float = 1) -> str:
    sized = f" scale({scale:g})" if scale != 1 else ""
    return f'<g transform="translate({dx:g} {dy:g}){sized}">{"".join(parts)}</g>'


def steam(x: float, y: float) -> str:
    return line(f"M{x - 18:g} {y:g}q-12-16 0-32t0-32M{x + 18:g} {y:g}q-12-16 0-32t0-32", WHITE, 6, more='opacity=".75"')


def leaf(x: float, y: float, length: float, degrees: float, fill: str = LEAF) -> str:
    """A leaf that springs from (x, y) and points up, turned clockwise."""
    half = length * 0.26
    d = f"M{x:g} {y:g}c{-half:g} {-length * 0.3:g} {-half:g} {-length * 0.7:g} 0 {-length:g}c{half:g} {length * 0.3:g} {half:g} {length * 0.7:g} 0 {length:g}z"
    return turned(degrees, area(d, fill), x=x, y=y)


def blossom(x: float, y: float, r: float, fill: str, heart: str = "#e9c46a") -> str:
    petals = "".join(turned(72 * i, oval(x, y - r, r * 0.62, r * 0.85, fill), x=x, y=y) for i in range(5))
    return petals + disc(x, y, r * 0.5, heart)


def _also(more: str) -> str:
    return f" {more}" if more else ""
