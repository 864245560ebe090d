"""Metrics as people read them: the telling ones first, numbers rounded, nothing nested."""

from collections.abc import Mapping
from typing import Any

# Their order on a page; others follow by name.
FIRST = (
    *("ndcg@10", "ndcg@10 of popularity", "recall@20", "precision@10", "map@10", "mrr@10", "hit_rate@10"),
    *("coverage@10", "gini@10", "novelty@10", "popularity_divergence@10", "judged", "holdout"),
)


def metric_rows(metrics: Any, *, limit: int = 24) -> list[tuple[str, str]]:
    """(name, value) of every number or short text in `metrics`, nested names joined by a dot."""
    flat = flatten(metrics) if isinstance(metrics, Mapping) else {}
    order = {name: place for place, name in enumerate(FIRST)}
    names = sorted(flat, key=lambda name: (order.get(name.lower(), len(order)), name))
    return [(name, readable(flat[name])) for name in names[:limit]]


def flatten(metrics: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{name}.")
        elif isinstance(value, int | float | str):
            flat[f"{prefix}{name}"] = value
    return flat


def readable(value: float | str) -> str:
    """Four digits of a share, thousands grouped: 0.31093 → 0.3109, 1682 → 1,682.

    >>> readable(0.31093), readable(1682), readable(3.0)
    ('0.3109', '1,682', '3')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", " ")
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
