"""What serving reads: a person's history, what is trending, what is on offer. One SQL statement each."""

from recsys.selectors.audience import Recipient, audience, audience_size
from recsys.selectors.boosts import RuleRow, concerned_items, rule_members, rules_now
from recsys.selectors.categories import categories_below
from recsys.selectors.companions import bought_together, recently_viewed
from recsys.selectors.conditions import ON_OFFER, Condition, offered_condition
from recsys.selectors.histories import NO_HISTORY, History, history
from recsys.selectors.interests import Near, latest_ids, nearest_to_interests
from recsys.selectors.neighbours import neighbour_scores
from recsys.selectors.offered import (
    OfferedItem,
    item_id_of,
    item_title,
    matching_ids,
    newest_offered,
    offered_items,
    offered_statement,
)
from recsys.selectors.trending import trending_scores

__all__ = [
    "NO_HISTORY",
    "ON_OFFER",
    "Condition",
    "History",
    "Near",
    "OfferedItem",
    "Recipient",
    "RuleRow",
    "audience",
    "audience_size",
    "bought_together",
    "categories_below",
    "concerned_items",
    "history",
    "item_id_of",
    "item_title",
    "latest_ids",
    "matching_ids",
    "nearest_to_interests",
    "neighbour_scores",
    "newest_offered",
    "offered_condition",
    "offered_items",
    "offered_statement",
    "recently_viewed",
    "rule_members",
    "rules_now",
    "trending_scores",
]
