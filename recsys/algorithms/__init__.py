"""The registry of recommendation algorithms. A new one is a folder and one line here.

Each folder has `config` (a frozen Config), `fit` (`fit(interactions, config) -> arrays`; may use torch) and `scorer`
(`Scorer`, numpy and scipy only). What serves imports the scorer and never loads torch.
"""

from importlib import import_module
from typing import cast

from marketing.errors import InvalidInput
from recsys.algorithms.configuration import AlgorithmConfig
from recsys.algorithms.contract import Fit, Scorer

ALGORITHMS: dict[str, str] = {
    "popularity": "recsys.algorithms.popularity",
    "decayed_popularity": "recsys.algorithms.decayed_popularity",
    "trending": "recsys.algorithms.trending",
    "item_cosine": "recsys.algorithms.item_cosine",
    "item_tfidf": "recsys.algorithms.item_tfidf",
    "item_bm25": "recsys.algorithms.item_bm25",
    "user_cosine": "recsys.algorithms.user_cosine",
    "user_tfidf": "recsys.algorithms.user_tfidf",
    "user_bm25": "recsys.algorithms.user_bm25",
    "ease": "recsys.algorithms.ease",
    "matrix_factorization": "recsys.algorithms.matrix_factorization",
    "ials": "recsys.algorithms.ials",
    "embedding_network": "recsys.algorithms.embedding_network",
    "two_tower": "recsys.algorithms.two_tower",
    "light_gcn": "recsys.algorithms.light_gcn",
    "sasrec": "recsys.algorithms.sasrec",
    "content": "recsys.algorithms.content",
    "knowledge_graph": "recsys.algorithms.knowledge_graph",
    "blend": "recsys.algorithms.blend",
}


def config_class(name: str) -> type[AlgorithmConfig]:
    return cast("type[AlgorithmConfig]", import_module(f"{_package(name)}.config").Config)


def load_scorer(name: str) -> type[Scorer]:
    return cast("type[Scorer]", import_module(f"{_package(name)}.scorer").Scorer)


def load_fit(name: str) -> Fit:
    """Give the algorithm's fit function; this, and nothing else here, may import torch."""
    return cast("Fit", import_module(f"{_package(name)}.fit").fit)


def _package(name: str) -> str:
    if name not in ALGORITHMS:
        raise InvalidInput("algorithm", f"{name!r} is not known; expected one of {', '.join(sorted(ALGORITHMS))}")
    return ALGORITHMS[name]
