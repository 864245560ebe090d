from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_choice, check_number, check_whole, searched

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """`regularization` is λ of the paper: 400 suits MovieLens 100k, 800 MovieLens 1M.

    What makes it more than the plain one; all are off by default:
    `dropout` is the share of a history that the model learns to do without (Steck 2020, Autoencoders that don't
    overfit towards the identity, §3.2): popular items are held back more. `activity_exponent` a lets each of a
    person's n preferences weigh n^-a, so that few people with long histories don't speak for all.
    `diagonal_exponent` is 1 in EASE; 0 ranks as a ridge regression on people does, and favours popular items more.
    `nearness` is how much more two items count that were met within `run_length` items of each other than two far
    apart in one history; without times there is no difference.

    `max_items` is the largest catalogue that is tried: the weights are dense, 550 MiB at 12,000 items, and fitting
    takes about three times that and grows with the cube of the number.
    """

    regularization: float = searched(400.0, low=20.0, high=5_000.0, log=True)
    dropout: float = searched(0.0, low=0.0, high=0.6)
    activity_exponent: float = searched(0.0, low=0.0, high=1.0)
    diagonal_exponent: float = searched(1.0, low=0.0, high=1.2)
    nearness: float = searched(0.0, low=0.0, high=1.0)
    run_length: int = searched(40, low=4, high=120, log=True, whole=True)
    max_items: int = 12_000
    device: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("regularization", self.regularization, low=1e-3, high=1e9)
        check_number("dropout", self.dropout, low=0, high=0.95)
        check_number("activity_exponent", self.activity_exponent, low=0, high=2)
        check_number("diagonal_exponent", self.diagonal_exponent, low=0, high=2)
        check_number("nearness", self.nearness, low=0, high=1)
        check_whole("run_length", self.run_length, low=2, high=1_000_000)
        check_whole("max_items", self.max_items, low=1, high=100_000)
        check_choice("device", self.device, choices=DEVICES)
