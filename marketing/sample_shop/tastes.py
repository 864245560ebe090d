"""What people like: leanings over shelves, styles, colours and prices, and how well each product fits.

A person mixes two or three ways of life. Someone of the same mix likes the same shelves; style, colour and price
level then part them within a shelf. This is the structure that recommenders can find again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.sample_shop.catalogue import BRANDS, COLOURS, SHELVES
from marketing.sample_shop.rows import SampleProduct

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]

WAYS_OF_LIFE: dict[str, dict[str, float]] = {
    "nest": {"lamps": 3, "cushions": 4, "throws": 4, "vases": 3, "candles": 3, "bed-linen": 2},
    "barista": {"coffee": 5, "kettles": 4, "mugs": 4, "cookbooks": 1},
    "cook": {"pans": 5, "knives": 4, "cookbooks": 4, "kettles": 1, "tools": 1},
    "calm": {"bed-linen": 4, "towels": 4, "soaps": 4, "candles": 3, "clocks": 2},
    "trail": {"tents": 3, "backpacks": 5, "bottles": 4, "lanterns": 3, "travel-books": 3},
    "music": {"headphones": 5, "speakers": 5, "power": 2, "novels": 1},
    "snap": {"cameras": 4, "film": 5, "travel-books": 2, "power": 2, "notebooks": 1},
    "letters": {"notebooks": 5, "pens": 5, "inks": 5, "organisers": 3},
    "green": {"plants": 5, "pots": 4, "watering-cans": 3, "tools": 3, "vases": 1},
    "reader": {"novels": 6, "travel-books": 2, "lamps": 1, "throws": 1, "mugs": 1},
    "family": {"picture-books": 6, "tents": 1, "cushions": 1, "bottles": 2, "towels": 1},
    "desk": {"organisers": 4, "power": 3, "clocks": 2, "notebooks": 2, "headphones": 2, "plants": 1},
}

STYLES = tuple(sorted({brand.style for brand in BRANDS.values()}))
FAMILIES = tuple(sorted({colour.family for colour in COLOURS.values()}))


@dataclass(frozen=True, eq=False)
class Traits:
    """What of a product meets a taste. One entry a product."""

    shelf: Ints
    style: Ints
    family: Ints
    price: Floats  # beside others of its kind, 0 is middling

    @classmethod
    def of(cls, products: list[SampleProduct]) -> "Traits":
        shelves = {shelf.code: position for position, shelf in enumerate(SHELVES)}
        families = {colour.name.en: FAMILIES.index(colour.family) for colour in COLOURS.values()}
        return cls(
            shelf=np.array([shelves[product.category] for product in products]),
            style=np.array([STYLES.index(BRANDS[product.brand].style) for product in products]),
            family=np.array([families[product.attributes["colour"]] for product in products]),
            price=_price_level(products),
        )


@dataclass(frozen=True, eq=False)
class Tastes:
    """Leanings as logits, one row a person."""

    shelves: Floats  # (people, shelves)
    styles: Floats  # (people, styles)
    families: Floats  # (people, colour families)
    price: Floats  # (people,), 0 is middling

    def fit(self, people: Ints, traits: Traits) -> Floats:
        """How well every product suits each of `people`, shelves left aside. Shape (people, products)."""
        distance = self.price[people, None] - traits.price[None, :]
        styles = self.styles[people[:, None], traits.style[None, :]]
        families = self.families[people[:, None], traits.family[None, :]]
        return _weighed(styles, families, distance)

    def fit_of(self, people: Ints, items: Ints, traits: Traits) -> Floats:
        """The same for pairs. Shape (pairs,)."""
        distance = self.price[people] - traits.price[items]
        styles = self.styles[people, traits.style[items]]
        families = self.families[people, traits.family[items]]
        return _weighed(styles, families, distance)

    def and_then(self, others: "Tastes") -> "Tastes":
        """These people followed by others."""
        return Tastes(
            np.concatenate([self.shelves, others.shelves]),
            np.concatenate([self.styles, others.styles]),
            np.concatenate([self.families, others.families]),
            np.concatenate([self.price, others.price]),
        )

    def of(self, people: Ints) -> "Tastes":
        return Tastes(self.shelves[people], self.styles[people], self.families[people], self.price[people])


def draw_tastes(count: int, *, rng: np.random.Generator) -> Tastes:
    mixtures = rng.dirichlet(np.full(len(WAYS_OF_LIFE), 0.16), size=count)
    shelves = np.log(mixtures @ _ways_over_shelves() + 0.004)
    return Tastes(
        shelves=shelves.astype(np.float32),
        styles=_leanings(len(STYLES), count=count, rng=rng),
        families=_leanings(len(FAMILIES), count=count, rng=rng),
        price=rng.normal(0, 0.8, count).astype(np.float32),
    )


def _weighed(styles: Floats, families: Floats, distance: Floats) -> Floats:
    return np.asarray(1.1 * styles + 0.9 * families - 0.5 * distance**2, dtype=np.float32)


def _ways_over_shelves() -> NDArray[np.float64]:
    """Shape (ways of life, shelves), rows adding up to 1."""
    codes = [shelf.code for shelf in SHELVES]
    ways = np.zeros((len(WAYS_OF_LIFE), len(codes)))
    for row, shelves in enumerate(WAYS_OF_LIFE.values()):
        ways[row, [codes.index(code) for code in shelves]] = list(shelves.values())
    return np.asarray(ways / ways.sum(axis=1, keepdims=True))


def _leanings(kinds: int, *, count: int, rng: np.random.Generator) -> Floats:
    """Each person is fond of one or two and mild about the rest; centred, about 1 wide."""
    fond = rng.dirichlet(np.full(kinds, 0.35), size=count)
    logits = np.log(fond + 0.05)
    return np.asarray(logits - logits.mean(axis=1, keepdims=True), dtype=np.float32)


def _price_level(products: list[SampleProduct]) -> Floats:
    """Dear or cheap beside the others of its kind: a z-score of the logarithm, 0 where a kind has one price."""
    logs = np.log([float(product.price) for product in products])
    _, kinds = np.unique([product.attributes["kind"] for product in products], return_inverse=True)
    sizes = np.bincount(kinds)
    means = np.bincount(kinds, logs) / sizes
    spreads = np.sqrt(np.bincount(kinds, (logs - means[kinds]) ** 2) / sizes)
    return np.asarray((logs - means[kinds]) / np.maximum(spreads[kinds], 0.05), dtype=np.float32)
