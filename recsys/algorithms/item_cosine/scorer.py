"""Scores from similarities of items: what the history is near to."""

from recsys.algorithms.item_links import ItemLinksScorer


class Scorer(ItemLinksScorer):
    """Cosines summed over the history."""
