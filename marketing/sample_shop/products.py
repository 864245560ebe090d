"""The products: kinds, series, colours and makers combined, told in two languages, and priced."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import numpy as np

from marketing.sample_shop.catalogue import BRANDS, COLOURS, DEPARTMENTS, MATERIALS, SERIES, SHELVES
from marketing.sample_shop.catalogue.blueprint import Kind, Shelf, Text
from marketing.sample_shop.rows import SampleCategory, SampleProduct, Translations

CURRENCY = "EUR"
EXPIRES_AFTER_SUCCESSOR = timedelta(days=21)  # the old generation is sold off beside the new one
AGE_OF_FIRST_GENERATION = timedelta(days=400)
EDITION_MARK = ", No. "
YEARS_IN_SHOP = 3
T = TypeVar("T")


@dataclass(frozen=True)
class Stock:
    """Products, and which of them came out as the second version of which."""

    products: list[SampleProduct]
    predecessors: dict[str, str]  # sku of the second generation → sku of the first


def build_categories() -> list[SampleCategory]:
    categories = []
    for department in DEPARTMENTS:
        categories.append(SampleCategory(department.code, _translated(department.name), None))
        categories += [
            SampleCategory(shelf.code, _translated(shelf.name), department.code) for shelf in department.shelves
        ]
    return categories


def build_products(*, rng: np.random.Generator, count: int, days: int, until: datetime) -> Stock:
    products: list[SampleProduct] = []
    predecessors: dict[str, str] = {}
    titles: set[str] = set()
    for shelf, size in zip(SHELVES, shelf_sizes(count), strict=True):
        for product in _fill(shelf, rng=rng, size=size, days=days, until=until):
            products.append(_with_own_title(product, taken=titles))
            titles.add(products[-1].title["en"])
        if shelf.has_generations and size > 3:
            old, new = _generations(products[-size], products[-1], until=until)
            products[-size], products[-1] = old, new
            predecessors[new.sku] = old.sku
    return Stock(_with_gaps(products, rng=rng, until=until, kept=predecessors), predecessors)


def shelf_sizes(count: int) -> list[int]:
    """How many of `count` products stand on each shelf: by weight, at least one, adding up to `count`."""
    weights = np.array([shelf.weight for shelf in SHELVES])
    exact = (count - len(SHELVES)) * weights / weights.sum()
    sizes = 1 + np.floor(exact).astype(int)
    largest_remainders = np.argsort(np.floor(exact) - exact, kind="stable")[: count - int(sizes.sum())]
    sizes[largest_remainders] += 1
    return [int(size) for size in sizes]


def _fill(shelf: Shelf, *, rng: np.random.Generator, size: int, days: int, until: datetime) -> Iterator[SampleProduct]:
    series = _shuffled(shelf.series or SERIES, rng)
    colours = _shuffled(shelf.colours, rng)
    materials = {kind: _shuffled(kind.materials or shelf.materials, rng) for kind in shelf.kinds}
    closers = _shuffled(shelf.closers, rng)
    for position in range(size):
        kind = shelf.kinds[position % len(shelf.kinds)]
        turn = position // len(shelf.kinds)  # how often this kind has come up
        material = materials[kind][turn % len(materials[kind])] if materials[kind] else None
        brand = shelf.brands[int(rng.integers(len(shelf.brands)))]
        # Shifted after each round: else kind and colour would come round together, and two pictures would be the same.
        colour = colours[(position + position // len(colours)) % len(colours)]
        name = kind.series[turn % len(kind.series)] if kind.series else series[position % len(series)]
        attributes = {"kind": kind.name.en, "colour": COLOURS[colour].name.en}
        if material:
            attributes["material"] = MATERIALS[material].name.en
        if shelf.authors:
            attributes |= {"author": str(rng.choice(shelf.authors)), "pages": str(int(rng.integers(8, 60)) * 8)}
        yield SampleProduct(
            sku=f"{shelf.code.upper()}-{position + 1:03d}",
            title=_title(shelf, kind=kind, series=name, colour=colour, material=material),
            description=_description(
                kind,
                material=material,
                turn=turn + position % len(shelf.kinds),
                closer=closers[(position + turn) % len(closers)],
            ),
            category=shelf.code,
            brand=brand,
            tags=tuple(dict.fromkeys((*shelf.tags, *kind.tags, BRANDS[brand].style))),
            price=_price(kind, brand=brand, material=material, rng=rng),
            currency=CURRENCY,
            attributes=attributes,
            published_at=_published_at(rng, days=days, until=until),
            expires_at=None,
            available=True,
        )


def _title(shelf: Shelf, *, kind: Kind, series: Text, colour: str, material: str | None) -> Translations:
    words = [
        {
            "series": series[language],
            "material": MATERIALS[material].name[language] if material else "",
            "kind": kind.name[language],
            "colour": COLOURS[colour].name[language],
        }
        for language in (0, 1)
    ]
    return {"en": shelf.title.en.format_map(words[0]), "zh": shelf.title.zh.format_map(words[1])}


def _description(kind: Kind, *, material: str | None, turn: int, closer: Text) -> Translations:
    sentences = [kind.opener, closer]
    if material:
        said = MATERIALS[material].sentences
        sentences.insert(1, said[turn % len(said)])
    return {"en": " ".join(text.en for text in sentences), "zh": "".join(text.zh for text in sentences)}


def _price(kind: Kind, *, brand: str, material: str | None, rng: np.random.Generator) -> Decimal:
    low, high = kind.price
    factor = BRANDS[brand].level * (MATERIALS[material].price_factor if material else 1.0)
    return _rounded_as_shops_do(float(rng.uniform(low, high)) * factor)


def _rounded_as_shops_do(price: float) -> Decimal:
    if price < 30:
        return Decimal(int(price)) + Decimal("0.90")
    if price < 100:
        return Decimal(round(price))
    return Decimal(round(price / 10) * 10 - 1)


def _published_at(rng: np.random.Generator, *, days: int, until: datetime) -> datetime:
    """Most were there before the window opens; one in eight came out within it."""
    is_new = rng.random() < 1 / 8
    age = rng.uniform(3, days * 0.8) if is_new else rng.uniform(days + 1, 365 * YEARS_IN_SHOP)
    return _whole_hours(until - timedelta(days=float(age)))


def _generations(
    first: SampleProduct, second: SampleProduct, *, until: datetime
) -> tuple[SampleProduct, SampleProduct]:
    """Turn the second product into a new version of the first, which then expires."""
    came_out = _whole_hours(until - timedelta(days=45))
    heir = replace(
        first,
        sku=second.sku,
        title={"en": f"{first.title['en']} – Mk II", "zh": f"{first.title['zh']}二代"},
        price=_rounded_as_shops_do(float(first.price) * 1.12),
        published_at=came_out,
    )
    long_before = min(first.published_at, came_out - AGE_OF_FIRST_GENERATION)
    return replace(first, published_at=long_before, expires_at=came_out + EXPIRES_AFTER_SUCCESSOR), heir


def _with_gaps(
    products: list[SampleProduct], *, rng: np.random.Generator, until: datetime, kept: dict[str, str]
) -> list[SampleProduct]:
    """A real shop has holes: about one product in thirty is sold out, one in eighty was a limited edition."""
    chances = rng.random(len(products))
    days_ago = rng.uniform(2, 20, len(products))
    settled = until - timedelta(days=60)  # what just came out is neither sold out nor over
    return [
        product
        if product.sku in kept or product.expires_at or product.published_at > settled
        else _with_gap(product, chance=float(chance), over_since=_whole_hours(until - timedelta(days=float(ago))))
        for product, chance, ago in zip(products, chances, days_ago, strict=True)
    ]


def _with_gap(product: SampleProduct, *, chance: float, over_since: datetime) -> SampleProduct:
    if chance < 1 / 80:
        return replace(product, expires_at=over_since)
    return replace(product, available=chance > 1 / 80 + 1 / 30)


def _with_own_title(product: SampleProduct, *, taken: set[str]) -> SampleProduct:
    """A shelf with more places than names starts over with a numbered edition."""
    edition = 1
    title = product.title
    while title["en"] in taken:
        edition += 1
        title = {"en": f"{product.title['en']}{EDITION_MARK}{edition}", "zh": f"{product.title['zh']}·{edition}号"}
    return replace(product, title=title)


def _shuffled(values: tuple[T, ...], rng: np.random.Generator) -> list[T]:
    return [values[int(position)] for position in rng.permutation(len(values))]


def _translated(text: Text) -> Translations:
    return {"en": text.en, "zh": text.zh}


def _whole_hours(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
