from dataclasses import dataclass

from recsys.algorithms.configuration import check_number, searched
from recsys.algorithms.user_neighbours import UserNeighboursConfig


@dataclass(frozen=True, kw_only=True)
class Config(UserNeighboursConfig):
    """`k1` says how fast repeated preference saturates, `b` how much long histories are held down."""

    k1: float = searched(1.2, low=0.05, high=50.0, log=True)
    b: float = searched(0.75, low=0.0, high=1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("k1", self.k1, low=0.0, high=1e6)
        check_number("b", self.b, low=0.0, high=1.0)
