"""Deployed artefact and fresh history in, ranked items out."""

from recsys.serving.diversity import Variety
from recsys.serving.filters import NO_FILTERS, Filters, PriceRange
from recsys.serving.lists import RankedItem, RankedList, Reason
from recsys.serving.ranking import recommend, similar_items, trending

__all__ = [
    "NO_FILTERS",
    "Filters",
    "PriceRange",
    "RankedItem",
    "RankedList",
    "Reason",
    "Variety",
    "recommend",
    "similar_items",
    "trending",
]
