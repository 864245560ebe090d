"""Variety in a list: items unlike each other, and caps on how many come from one category or brand."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marketing.errors import InvalidInput
from recsys.item_ids import as_ids
from recsys.selectors import OfferedItem
from recsys.serving.bundle import Bundle

LONGEST_CAP = 100
# The best candidates that a varied list is chosen from. Deeper down stand items that are unlike and also unwanted.
POOL = 200

Row = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Variety:
    """`diversity` from 0, the ranking as it is, to 1, as unlike as can be; caps are hard, None is no cap."""

    diversity: float = 0.0
    max_per_category: int | None = None
    max_per_brand: int | None = None

    def check(self) -> None:
        """Raises: InvalidInput: names `diversity`, `maxPerCategory` or `maxPerBrand`."""
        if not 0 <= self.diversity <= 1:  # NaN is not either
            raise InvalidInput("diversity", f"is {self.diversity}; expected a number from 0 to 1")
        for name, cap in (("maxPerCategory", self.max_per_category), ("maxPerBrand", self.max_per_brand)):
            if cap is not None and not 1 <= cap <= LONGEST_CAP:
                raise InvalidInput(name, f"is {cap}; expected a whole number from 1 to {LONGEST_CAP}")


PLAIN = Variety()


class Caps:
    """Counts what was taken from each category, its own and not those above it, and of each brand.

    Items without a category or brand have nothing in common that could be too much of a list.
    """

    def __init__(self, variety: Variety) -> None:
        self._limits = (variety.max_per_category, variety.max_per_brand)
        self._taken: tuple[Counter[str], Counter[str]] = (Counter(), Counter())

    def take(self, item: OfferedItem, *, always: bool = False) -> bool:
        """Whether there is room for the item; if so, or `always`, it is counted."""
        groups = (item.category_slug, item.brand)
        room = all(
            limit is None or not group or taken[group] < limit
            for group, limit, taken in zip(groups, self._limits, self._taken, strict=True)
        )
        if room or always:
            for group, taken in zip(groups, self._taken, strict=True):
                if group:
                    taken[group] += 1
        return room or always

    def full(self) -> tuple[list[str], list[str]]:
        """Categories (slugs) and brands of which no more may come."""
        categories, brands = (
            [] if limit is None else [group for group, count in taken.items() if count >= limit]
            for limit, taken in zip(self._limits, self._taken, strict=True)
        )
        return categories, brands


def relevance(scores: Sequence[float], sources: Sequence[int]) -> Row:
    """Scores `(n,)` of one or several sources on one scale from 0 to 1: every source spans its own part of it.

    The first source's scores fill the uppermost part, in proportion; the next one's the part below, and so on.
    """
    values, _places = np.asarray(scores, np.float64), np.asarray(sources)
    distinct, of_source = np.unique(_places, return_inverse=True)
    lowest, highest = np.full(len(distinct), np.inf), np.full(len(distinct), -np.inf)
    np.minimum.at(lowest, of_source, values)
    np.maximum.at(highest, of_source, values)
    span = np.where(highest > lowest, highest - lowest, 1.0)
    within = np.where((highest > lowest)[of_source], (values - lowest[of_source]) / span[of_source], 1.0)
    return ((within + len(distinct) - 1 - of_source) / len(distinct)).astype(np.float32)


def varied(
    wanted: Row, *, like: Callable[[int], Row], diversity: float, first: int, take: Callable[[int], bool]
) -> list[int]:
    """Up to `first` places of the pool, each the best of what is left: maximal marginal relevance.

    With d = `diversity` the next one is argmax over i of (1 - d)·wanted_i - d·max over chosen j of like(j)_i
    (Carbonell & Goldstein 1998, eq. 1, λ = 1 - d). `wanted` and `like(j)`, both `(n,)`, lie between 0 and 1; of equal
    ones the earlier is taken. What `take` refuses is passed over and makes nothing else look alike.
    """
    chosen: list[int] = []
    base = (1 - diversity) * wanted
    nearest = np.zeros_like(base)
    left = np.zeros_like(base)  # -inf where it was looked at
    for _look in range(len(base)):
        if len(chosen) == first:
            break
        place = int(np.argmax(base - diversity * nearest + left))
        left[place] = -np.inf
        if take(place):
            chosen.append(place)
            np.maximum(nearest, like(place), out=nearest)
    return chosen


class Likeness:
    """How alike the items of a pool are, from 0 to 1: by the artefact where it can say so, else by shelf and tags."""

    def __init__(self, items: Sequence[OfferedItem], bundle: Bundle | None) -> None:
        self._items = items
        self._bundle = bundle
        self._columns = _columns(items, bundle)
        self._shelves, self._tags = _shelves(items), _tags(items)

    def row(self, place: int) -> Row:
        """Likeness `(n,)` of every item of the pool to one of them."""
        alike = self._by_catalogue(place)
        learnt = self._by_artefact(place)
        if learnt is None:
            return alike
        known = self._columns >= 0
        alike[known] = learnt[self._columns[known]]
        return alike

    def _by_catalogue(self, place: int) -> Row:
        """Half for the same shelf, half for the Jaccard index of the tags."""
        common = self._tags @ self._tags[place]
        every = self._tags.sum(axis=1) + self._tags[place].sum() - common
        jaccard = np.divide(common, every, out=np.zeros_like(common), where=every > 0)
        same = (self._shelves == self._shelves[place]) & (self._shelves[place] >= 0)
        alike: Row = 0.5 * same.astype(np.float32) + 0.5 * jaccard
        return alike

    def _by_artefact(self, place: int) -> Row | None:
        if self._bundle is None or self._columns[place] < 0:
            return None
        return likeness(self._bundle, int(self._columns[place]))


def likeness(bundle: Bundle, column: int) -> Row | None:
    """How alike the artefact finds every item `(items,)` and this one: 1 for the most similar, 0 for none or less.

    None when it has no opinion.
    """
    similarities = bundle.scorer.similar(column)
    if similarities is None:
        return None
    highest = float(similarities.max(initial=0.0))
    if not highest > 0:
        return None
    return (np.maximum(similarities, 0) / np.float32(highest)).astype(np.float32)


def _columns(items: Sequence[OfferedItem], bundle: Bundle | None) -> npt.NDArray[np.int64]:
    if bundle is None or not items:
        return np.full(len(items), -1, np.int64)
    return bundle.positions(as_ids(item.id for item in items))


def _shelves(items: Sequence[OfferedItem]) -> npt.NDArray[np.int64]:
    """A number for each item's category, -1 for none."""
    numbers: dict[str, int] = {}
    slugs = (item.category_slug for item in items)
    return np.array([-1 if slug is None else numbers.setdefault(slug, len(numbers)) for slug in slugs], np.int64)


def _tags(items: Sequence[OfferedItem]) -> Row:
    """Which item has which tag, `(n, tags)`, 1 or 0."""
    numbers: dict[str, int] = {}
    pairs = [(place, numbers.setdefault(tag, len(numbers))) for place, item in enumerate(items) for tag in item.tags]
    table = np.zeros((len(items), max(1, len(numbers))), np.float32)
    if pairs:
        table[tuple(np.array(pairs).T)] = 1
    return table
