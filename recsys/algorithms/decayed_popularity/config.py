from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_number, searched


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """A preference counts half after `half_life_days`."""

    half_life_days: float = searched(30.0, low=1.0, high=3_650.0, log=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("half_life_days", self.half_life_days, low=0.01, high=1e6)
