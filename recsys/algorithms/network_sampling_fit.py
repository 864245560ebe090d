"""What is drawn for a row: others of the same person's as her history, and items that she has not got."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from recsys.algorithms.network_data_fit import Rows

# Dense tables of who has what are looked up at once: as booleans so many are 64 MiB.
DENSE_ENTRIES = 64_000_000
POPULARITY_EXPONENT = 0.75


@dataclass(frozen=True, eq=False)
class Histories:
    """Each person's rows in a random order, so that the next ones after a row are a sample without itself."""

    rows: Rows
    order: Tensor  # (n,) places of rows
    places: Tensor  # (n,) where in the order a row stands

    @classmethod
    def of(cls, rows: Rows, generator: torch.Generator) -> Self:
        order = rows.shuffled_within_people(generator)
        places = torch.empty_like(order)
        places[order] = torch.arange(len(order))
        return cls(rows, order, places)

    def others(self, places: Tensor, *, most: int) -> tuple[Tensor, Tensor]:
        """Items `(b, most)` of the same people but not of the rows `(b,)`, and weights that sum to 1, or are all 0."""
        users = self.rows.users[places]
        starts, lengths = self.rows.starts[users], self.rows.lengths()[users]
        most = min(most, max(int(lengths.max()) - 1, 1))
        steps = torch.arange(1, most + 1)
        turned = (self.places[places, None] - starts[:, None] + steps) % lengths[:, None]
        drawn = self.order[starts[:, None] + turned]
        weights = self.rows.weights[drawn] * (steps < lengths[:, None])
        return self.rows.items[drawn], weights / weights.sum(dim=1, keepdim=True).clamp_min(torch.finfo().tiny)


@dataclass(frozen=True, eq=False)
class Negatives:
    """Items at random, evenly or by popularity to a power (Mikolov et al. 2013, §2.2)."""

    keys: Tensor  # (n,) user · items + item, sorted
    table: Tensor | None  # (users · items,) whether a person has an item, where that is small
    cumulated: Tensor | None  # (items,) shares; None: all alike
    n_items: int

    @classmethod
    def of(cls, rows: Rows, *, by: str) -> Self:
        keys = (rows.users * rows.n_items + rows.items).sort().values
        table = None
        if rows.n_users * rows.n_items <= DENSE_ENTRIES:
            table = torch.zeros(rows.n_users * rows.n_items, dtype=torch.bool)
            table[keys] = True
        shares = None
        if by == "popularity":
            shares = rows.popularity().double().pow(POPULARITY_EXPONENT).cumsum(0)
            shares /= shares[-1].item()
        return cls(keys, table, shares, rows.n_items)

    def draw(self, users: Tensor, *, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Items `(b, count)` for people `(b,)`, and whether each is indeed none of hers: where not, draw once more."""
        items = self._items(len(users) * count, generator).view(len(users), count)
        owned = self._has(users, items)
        again = owned.nonzero(as_tuple=True)
        items[again] = self._items(len(again[0]), generator)
        owned[again] = self._has(users[again[0]], items[again])
        return items, ~owned

    def _items(self, count: int, generator: torch.Generator) -> Tensor:
        if self.cumulated is None:
            return torch.randint(self.n_items, (count,), generator=generator)
        drawn = torch.rand(count, generator=generator, dtype=torch.float64)
        return torch.searchsorted(self.cumulated, drawn, right=True).clamp_max(self.n_items - 1)

    def _has(self, users: Tensor, items: Tensor) -> Tensor:
        keys = users.view(-1, *[1] * (items.ndim - 1)) * self.n_items + items
        if self.table is not None:
            return self.table[keys]
        places = torch.searchsorted(self.keys, keys).clamp_max(len(self.keys) - 1)
        return self.keys[places] == keys
