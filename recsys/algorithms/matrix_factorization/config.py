from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_choice, check_number, check_whole, searched

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """`regularization` holds the factors back, `bias_regularization` the biases of people and items.

    Both are multiples of n / √(people · items), about the largest singular value of so many values n that lie evenly,
    so that they mean the same for a small shop and a large one: at 2 nothing but biases is left. They don't depend on
    the unit of the values either, which are brought to a mean square of 1. A row with few values is held back as
    strongly as one with many: an item with little support stays near 0, and no list is led by what one person liked.

    `absent_weight` is how much it weighs, beside what was valued, that all else was not: as a value of 0. At 0 only
    what was valued counts, the plain model, for predicting stars. Where all values are equal, as for events that are
    all alike, that has but one answer for all, and people would differ in nothing.
    `centring` is the share of the mean of all values that is taken off before: 1 predicts values, as for stars; at 0
    what nobody valued counts as nothing, which is what ranking needs.
    """

    factors: int = searched(32, low=8, high=128, log=True, whole=True)
    regularization: float = searched(0.15, low=0.02, high=3.0, log=True)
    bias_regularization: float = searched(20.0, low=0.02, high=1_000.0, log=True)
    absent_weight: float = searched(0.25, low=0.01, high=1.0, log=True)
    centring: float = searched(0.0, low=0.0, high=1.0)
    iterations: int = searched(15, low=3, high=30, whole=True)
    device: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("factors", self.factors, low=1, high=512)
        check_number("regularization", self.regularization, low=1e-6, high=1e6)
        check_number("bias_regularization", self.bias_regularization, low=1e-6, high=1e6)
        check_number("absent_weight", self.absent_weight, low=0, high=1)
        check_number("centring", self.centring, low=0, high=1)
        check_whole("iterations", self.iterations, low=1, high=1000)
        check_choice("device", self.device, choices=DEVICES)

    @property
    def constant(self) -> float:
        """Feature that a bias multiplies, beside the other side's factors, so that one λ serves both."""
        return float((self.regularization / self.bias_regularization) ** 0.5)
