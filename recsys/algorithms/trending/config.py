from dataclasses import dataclass

from marketing.errors import InvalidInput
from recsys.algorithms.configuration import AlgorithmConfig, check_number, searched


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """What is popular within `half_life_days` is held against what was within `usual_half_life_days`.

    `prior` people are added to both sides, so that an item with two customers is no sensation.
    """

    half_life_days: float = searched(7.0, low=0.5, high=90.0, log=True)
    usual_half_life_days: float = searched(90.0, low=91.0, high=3_650.0, log=True)
    prior: float = searched(5.0, low=0.5, high=100.0, log=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("half_life_days", self.half_life_days, low=0.01, high=1e6)
        check_number("usual_half_life_days", self.usual_half_life_days, low=0.01, high=1e6)
        check_number("prior", self.prior, low=1e-6, high=1e6)
        if self.usual_half_life_days < self.half_life_days:
            raise InvalidInput(
                "usual_half_life_days",
                f"is {self.usual_half_life_days:g}; expected no less than the {self.half_life_days:g} of half_life_days",
            )
