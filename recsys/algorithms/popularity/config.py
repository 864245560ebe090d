from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """Popularity has nothing to set; the seed is there because every run records one."""
