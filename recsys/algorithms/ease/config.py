from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_choice, check_number, check_whole, searched

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """`regularization` is λ of the paper: 400 suits MovieLens 100k, 800 MovieLens 1M.

    `max_items` is the largest catalogue that is tried: the weights are dense, 550 MiB at 12,000 items, and fitting
    takes about three times that and grows with the cube of the number.
    """

    regularization: float = searched(400.0, low=20.0, high=5_000.0, log=True)
    max_items: int = 12_000
    device: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("regularization", self.regularization, low=1e-3, high=1e9)
        check_whole("max_items", self.max_items, low=1, high=100_000)
        check_choice("device", self.device, choices=DEVICES)
