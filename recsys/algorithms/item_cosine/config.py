from dataclasses import dataclass

from recsys.algorithms.item_links import ItemLinksConfig


@dataclass(frozen=True, kw_only=True)
class Config(ItemLinksConfig):
    """Cosine similarity has nothing to set besides the neighbourhood."""
