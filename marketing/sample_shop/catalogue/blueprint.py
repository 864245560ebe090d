"""The forms that a department's page of the catalogue is written in."""

from dataclasses import dataclass
from typing import NamedTuple


class Text(NamedTuple):
    """The same words in the shop's two languages. Titles may hold {series}, {material}, {kind} and {colour}."""

    en: str
    zh: str


USUAL_TITLE = Text("{series} {material} {kind}, {colour}", "{series}系列{material}{kind}（{colour}）")


@dataclass(frozen=True)
class Colour:
    code: str
    name: Text
    hex: str
    family: str  # light, warm, green, blue, rose or dark: what a customer is fond of


@dataclass(frozen=True)
class Material:
    code: str
    name: Text
    sentences: tuple[Text, ...]  # each says something that is true of anything made of it
    price_factor: float = 1.0


@dataclass(frozen=True)
class Brand:
    name: str
    style: str  # minimal, rustic, cosy, playful, classic or technical
    level: float  # what it asks, beside a middling brand's 1.0


@dataclass(frozen=True)
class Kind:
    """One sort of product on a shelf: table lamp, floor lamp."""

    name: Text
    price: tuple[int, int]  # euros, of a middling brand and material
    opener: Text  # the first sentence of a description
    tags: tuple[str, ...]
    materials: tuple[str, ...] = ()  # of this kind alone, where the shelf's don't fit
    series: tuple[Text, ...] = ()  # likewise; the drawing can tell them apart by their position


@dataclass(frozen=True)
class Shelf:
    """One category: what may stand in it, and how that is told."""

    code: str
    name: Text
    kinds: tuple[Kind, ...]
    closers: tuple[Text, ...]  # the last sentence of a description
    colours: tuple[str, ...]
    brands: tuple[str, ...]
    tags: tuple[str, ...]
    materials: tuple[str, ...] = ()
    series: tuple[Text, ...] = ()  # of this shelf alone, where the shop's common names don't fit
    title: Text = USUAL_TITLE
    authors: tuple[str, ...] = ()  # of books
    has_generations: bool = False  # makers bring out a second version, and the first one goes
    weight: float = 1.0  # how much of the shop stands here


@dataclass(frozen=True)
class Department:
    code: str
    name: Text
    shelves: tuple[Shelf, ...]
