from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_choice, check_number, check_whole, searched

DEVICES = ("auto", "cpu", "cuda")
SOLVERS = ("conjugate_gradient", "cholesky")


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """`alpha` is how much more an observed preference weighs than an absent one, `regularization` is λ.

    `regularization_exponent` is ν of Rendle et al. 2022 (§3.1): people and items with more observations are held back
    more, in proportion to that power of their number; 0 is one λ for all, and λ is the mean at every ν.
    `solver` and `steps`: how a row is solved for, exactly or by so many steps of conjugate gradient from where the
    last iteration ended.
    """

    factors: int = searched(64, low=16, high=256, log=True, whole=True)
    regularization: float = searched(40.0, low=1.0, high=300.0, log=True)
    regularization_exponent: float = searched(0.3, low=0.0, high=1.0)
    alpha: float = searched(5.0, low=0.5, high=100.0, log=True)
    iterations: int = searched(15, low=5, high=30, whole=True)
    solver: str = "conjugate_gradient"
    steps: int = 2
    device: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("factors", self.factors, low=1, high=1024)
        check_number("regularization", self.regularization, low=1e-6, high=1e9)
        check_number("regularization_exponent", self.regularization_exponent, low=0, high=2)
        check_number("alpha", self.alpha, low=1e-6, high=1e9)
        check_whole("iterations", self.iterations, low=1, high=1000)
        check_choice("solver", self.solver, choices=SOLVERS)
        check_whole("steps", self.steps, low=1, high=100)
        check_choice("device", self.device, choices=DEVICES)
