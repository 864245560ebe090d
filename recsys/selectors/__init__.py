"""What serving reads: a person's history, what is trending, what is on offer. One SQL statement each."""

from recsys.selectors.histories import NO_HISTORY, History, history
from recsys.selectors.neighbours import neighbour_scores
from recsys.selectors.offered import (
    OfferedItem,
    item_id_of,
    item_title,
    newest_offered,
    offered_condition,
    offered_items,
    offered_statement,
)
from recsys.selectors.trending import trending_scores

__all__ = [
    "NO_HISTORY",
    "History",
    "OfferedItem",
    "history",
    "item_id_of",
    "item_title",
    "neighbour_scores",
    "newest_offered",
    "offered_condition",
    "offered_items",
    "offered_statement",
    "trending_scores",
]
