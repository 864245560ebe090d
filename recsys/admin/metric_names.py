"""The metrics as staff read them: title, what it tells, and whether more is better."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    title: str
    explain: str
    # 1: more is better, -1: less is better, 0: neither by itself.
    better: int = 1


# In the order in which they are shown.
METRICS = {
    "ndcg": Words("NDCG", "Are the items that customers went on to want near the top of their lists?"),
    "recall": Words("Recall", "Which share of what they wanted stands in the list?"),
    "precision": Words("Precision", "Which share of the list did they want?"),
    "map": Words("MAP", "Precision, counted at each wanted item: early ones count more."),
    "mrr": Words("MRR", "One over the rank of the first item that they wanted."),
    "hit_rate": Words("Hit rate", "Which share of customers finds at least one item that they wanted?"),
    "coverage": Words("Coverage", "Which share of the catalogue stands in anybody’s list?"),
    "gini": Words("Gini of exposure", "0: all items are shown alike; 1: one item has all places.", better=-1),
    "novelty": Words("Novelty", "How little known the recommended items are, in bits.", better=0),
    "popularity_divergence": Words(
        "Popularity divergence",
        "0: lists are as popular as each customer’s own taste; 1: nothing in common.",
        better=-1,
    ),
}


def titled(name: str) -> str:
    """Give a metric's title with its cut-off.

    >>> titled("ndcg@10"), titled("hit_rate@5")
    ('NDCG@10', 'Hit rate@5')
    """
    metric, at, cut = name.partition("@")
    return f"{METRICS[metric].title}{at}{cut}" if metric in METRICS else name
