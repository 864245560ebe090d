"""The picture of a product: a small drawing in its own colour, before a soft wall."""

import zlib
from html import escape

from marketing.sample_shop.catalogue import COLOURS, SHELVES
from marketing.sample_shop.drawings import DRAWINGS
from marketing.sample_shop.drawings.pen import CREAM, STEEL, WHITE, Inks, area, disc, mix, rect
from marketing.sample_shop.products import EDITION_MARK
from marketing.sample_shop.rows import SampleProduct

_HEX = {colour.name.en: colour.hex for colour in COLOURS.values()}
_FAMILY = {colour.name.en: colour.family for colour in COLOURS.values()}

# A book's cover shows what its title says: the drawing has its scenes in the order of the titles.
_SCENES = {
    title.en: position for shelf in SHELVES for kind in shelf.kinds for position, title in enumerate(kind.series)
}

_STUFF = {
    "Oak": "#c79a66",
    "Walnut": "#7d5539",
    "Brass": "#c8a04e",
    "Leather": "#a06a42",
    "Clay": "#c4694a",
    "Ceramic": "#e6ddcf",
    "Stoneware": "#cdbfa9",
    "Porcelain": "#f3efe8",
    "Glass": "#cfdcdc",
    "Canvas": "#b89a6c",
}

# Walls that a product of this family stands out from, and an accent that goes with both.
_WALLS = {
    "light": ("#dfe5df", "#e6d9cc", "#cfdbe0", "#e9dcc6", "#d8d3df"),
    "warm": ("#f1e6d6", "#dfe7e3", "#e7e4da", "#f3ddd0", "#dbe4e8"),
    "green": ("#f0e8d8", "#e6ece2", "#f2e1d6", "#e3e6e9", "#efe9c9"),
    "blue": ("#e9eef0", "#f1e7d8", "#f0dfd6", "#e0e8e2", "#f3ebd0"),
    "rose": ("#f3ebe3", "#e4e9e2", "#efe3e6", "#e3e6ee", "#f0e6d0"),
    "dark": ("#e9e4db", "#dfe6e5", "#f0dfd0", "#e4e0ea", "#ece6cd"),
}
_ACCENTS = {
    "light": "#c4694a",
    "warm": "#3d6f70",
    "green": "#d98a5b",
    "blue": "#e0a24a",
    "rose": "#5f8a83",
    "dark": "#d49a3f",
}


def draw(product: SampleProduct) -> str:
    """A picture as an SVG document: no script, no font, nothing from outside, about 1 to 6 kB."""
    variant = zlib.crc32(product.sku.encode())
    wall = _WALLS[_FAMILY[product.attributes["colour"]]][variant % 5]
    kind = product.attributes["kind"]
    scene = _SCENES.get(product.title["en"].split(EDITION_MARK)[0], variant // 20)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">'
        f"<title>{escape(product.title['en'])}</title>"
        f"{_backdrop(wall, variant // 5)}{DRAWINGS[kind](_inks(product, scene))}</svg>"
    )


def _inks(product: SampleProduct, variant: int) -> Inks:
    colour = product.attributes["colour"]
    base = _HEX[colour]
    stuff = _STUFF.get(product.attributes.get("material", ""), STEEL)
    return Inks(
        base=base,
        light=mix(base, WHITE, 0.3),
        pale=mix(base, CREAM, 0.72),
        dark=mix(base, "#1d2430", 0.2),
        deep=mix(base, "#1d2430", 0.48),
        stuff=stuff,
        stuff_dark=mix(stuff, "#1d2430", 0.25),
        accent=_ACCENTS[_FAMILY[colour]],
        variant=variant,
    )


def _backdrop(wall: str, variant: int) -> str:
    floor = mix(wall, "#1d2430", 0.07)
    lighter = mix(wall, WHITE, 0.45)
    scenes = (
        rect(0, 0, 400, 400, wall) + rect(0, 304, 400, 96, floor),
        rect(0, 0, 400, 400, wall) + disc(200, 196, 152, lighter) + rect(0, 318, 400, 82, floor),
        rect(0, 0, 400, 400, wall) + area("M76 312V180a124 124 0 0 1 248 0V312Z", lighter) + rect(0, 312, 400, 88, floor),
        rect(0, 0, 400, 400, wall) + area("M0 262C90 214 150 330 250 286S360 250 400 268V400H0Z", floor),
    )  # fmt: skip
    return scenes[variant % 4]
