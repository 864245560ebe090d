from dataclasses import dataclass

from recsys.algorithms.user_neighbours import UserNeighboursConfig


@dataclass(frozen=True, kw_only=True)
class Config(UserNeighboursConfig):
    """TF-IDF has nothing to set besides the neighbourhood."""
