from dataclasses import dataclass

from recsys.algorithms.configuration import check_choice, check_whole, searched
from recsys.algorithms.network_configuration import NetworkConfig

LOSSES = ("bpr", "softmax")


@dataclass(frozen=True, kw_only=True)
class Config(NetworkConfig):
    """`layers` is how far vectors are passed on along the graph.

    `loss`: bpr compares an item that a person has with each of `negatives` that she has not (Rendle et al. 2009);
    softmax with as many for a whole batch together, some thousand then, or all where the catalogue has no more (Wu et
    al. 2024, On the effectiveness of sampled softmax loss).
    """

    batch_size: int = 2_048
    weight_decay: float = searched(0.1, low=0.001, high=1.0, log=True)
    layers: int = searched(3, low=1, high=4, whole=True)
    loss: str = "bpr"
    negatives: int = searched(8, low=1, high=64, log=True, whole=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("layers", self.layers, low=1, high=16)
        check_choice("loss", self.loss, choices=LOSSES)
        check_whole("negatives", self.negatives, low=1, high=1_000_000)
