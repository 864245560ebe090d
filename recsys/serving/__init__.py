"""Deployed artefact and fresh history in, ranked items out."""

from recsys.serving.companions import recently_viewed
from recsys.serving.diversity import Variety
from recsys.serving.filters import NO_FILTERS, Filters, PriceRange
from recsys.serving.lists import RankedItem, RankedList, Reason
from recsys.serving.ranking import bought_together, recommend, similar_items, trending

__all__ = [
    "NO_FILTERS",
    "Filters",
    "PriceRange",
    "RankedItem",
    "RankedList",
    "Reason",
    "Variety",
    "bought_together",
    "recently_viewed",
    "recommend",
    "similar_items",
    "trending",
]
