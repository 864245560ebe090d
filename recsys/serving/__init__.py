"""Deployed artefact and fresh history in, ranked items out."""

from recsys.serving.lists import RankedItem, RankedList, Reason
from recsys.serving.ranking import recommend, similar_items, trending

__all__ = ["RankedItem", "RankedList", "Reason", "recommend", "similar_items", "trending"]
