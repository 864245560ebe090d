"""How products relate: what goes with what, what belongs to what, what came after what."""

from collections import defaultdict
from collections.abc import Iterable

from marketing.sample_shop.catalogue import BRANDS, COLOURS
from marketing.sample_shop.rows import SampleProduct, SampleRelation

# (shelf, shelf): things on them are used together. Read in both directions.
GO_TOGETHER = (
    ("lamps", "vases"),
    ("lamps", "novels"),
    ("cushions", "throws"),
    ("throws", "novels"),
    ("candles", "soaps"),
    ("candles", "vases"),
    ("mugs", "coffee"),
    ("mugs", "novels"),
    ("coffee", "kettles"),
    ("pans", "cookbooks"),
    ("knives", "cookbooks"),
    ("pans", "knives"),
    ("bed-linen", "throws"),
    ("bed-linen", "clocks"),
    ("towels", "soaps"),
    ("tents", "lanterns"),
    ("tents", "backpacks"),
    ("backpacks", "travel-books"),
    ("backpacks", "bottles"),
    ("cameras", "travel-books"),
    ("headphones", "speakers"),
    ("notebooks", "pens"),
    ("notebooks", "organisers"),
    ("plants", "pots"),
    ("plants", "watering-cans"),
    ("pots", "tools"),
    ("picture-books", "cushions"),
)

# kind of the accessory → the kind that it is made for
ACCESSORIES = (
    ("Fountain Pen Ink", "Fountain Pen"),
    ("Shimmer Ink", "Fountain Pen"),
    ("Ink Cartridges", "Fountain Pen"),
    ("Instant Film", "Instant Camera"),
    ("Monochrome Film", "Instant Camera"),
    ("Power Bank", "Portable Speaker"),
    ("Power Bank", "Over-Ear Headphones"),
    ("Espresso Cup", "Moka Pot"),
    ("Gooseneck Kettle", "Pour-Over Set"),
    ("Hand Grinder", "Pour-Over Set"),
    ("Hand Grinder", "Moka Pot"),
    ("Pen Tray", "Fountain Pen"),
    ("Water Bottle", "Day Pack"),
    ("Water Bottle", "Trekking Pack"),
    ("Head Torch", "Two-Person Tent"),
    ("Camping Lantern", "Family Tent"),
)

COMPANIONS_EACH = 3  # of one product on one other shelf
SIBLINGS_EACH = 3  # of the same maker


def build_relations(products: list[SampleProduct], *, predecessors: dict[str, str]) -> list[SampleRelation]:
    return [
        *_goes_with(products),
        *_accessory_of(products),
        *_same_brand(products),
        *(SampleRelation(new, "replaces", old, 1.0) for new, old in predecessors.items()),
    ]


def likeness(first: SampleProduct, second: SampleProduct) -> float:
    """How well two products look together, above 0 and at most 1: by colour, maker, style and shared tags."""
    score = 0.25
    score += 0.2 * (first.attributes["colour"] == second.attributes["colour"])
    score += 0.15 * (_FAMILY[first.attributes["colour"]] == _FAMILY[second.attributes["colour"]])
    score += 0.15 * (first.brand == second.brand)
    score += 0.1 * (BRANDS[first.brand].style == BRANDS[second.brand].style)
    score += 0.05 * min(len(set(first.tags) & set(second.tags)), 3)
    return round(score, 4)


_FAMILY = {colour.name.en: colour.family for colour in COLOURS.values()}


def _goes_with(products: list[SampleProduct]) -> Iterable[SampleRelation]:
    shelves = defaultdict(list)
    for product in products:
        shelves[product.category].append(product)
    for one, other in GO_TOGETHER:
        for here, there in ((one, other), (other, one)):
            for head in shelves[here]:
                for weight, tail in _best(head, shelves[there], COMPANIONS_EACH):
                    yield SampleRelation(head.sku, "goes_with", tail.sku, weight)


def _accessory_of(products: list[SampleProduct]) -> Iterable[SampleRelation]:
    kinds = defaultdict(list)
    for product in products:
        kinds[product.attributes["kind"]].append(product)
    for accessory, main in ACCESSORIES:
        for head in kinds[accessory]:
            for _, tail in _best(head, kinds[main], COMPANIONS_EACH):
                yield SampleRelation(head.sku, "accessory_of", tail.sku, 1.0)


def _same_brand(products: list[SampleProduct]) -> Iterable[SampleRelation]:
    brands = defaultdict(list)
    for product in products:
        brands[product.brand].append(product)
    for siblings in brands.values():
        for head in siblings:
            for weight, tail in _best(head, [product for product in siblings if product is not head], SIBLINGS_EACH):
                yield SampleRelation(head.sku, "same_brand", tail.sku, weight)


def _best(head: SampleProduct, others: list[SampleProduct], count: int) -> list[tuple[float, SampleProduct]]:
    scored = ((likeness(head, other), other) for other in others)
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].sku))[:count]
