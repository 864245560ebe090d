from dataclasses import dataclass

from recsys.algorithms.configuration import check_choice, check_number, check_whole, searched
from recsys.algorithms.network_configuration import NetworkConfig

NEGATIVES_BY = ("uniform", "popularity")


@dataclass(frozen=True, kw_only=True)
class Config(NetworkConfig):
    """`hidden` is the width of the layer between the embeddings and the answer.

    At 0 the head is linear: w·[p; q] = w_p·p + w_q·q is one number for the person plus one for the item, so that the
    order of items is the same for everybody. It is there to be compared with.
    `negatives` are drawn for each item that a person has, evenly or by popularity^0.75. `history` is how many of a
    person's other items are looked at for one example, a fresh sample each epoch.
    """

    learning_rate: float = searched(0.01, low=0.001, high=0.03, log=True)
    weight_decay: float = searched(0.1, low=0.001, high=1.0, log=True)
    hidden: int = searched(64, low=16, high=256, log=True, whole=True)
    negatives: int = searched(8, low=1, high=32, log=True, whole=True)
    negatives_by: str = "uniform"
    history: int = 32
    dropout: float = searched(0.5, low=0.0, high=0.8)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("hidden", self.hidden, low=0, high=4096)
        check_whole("negatives", self.negatives, low=1, high=1024)
        check_choice("negatives_by", self.negatives_by, choices=NEGATIVES_BY)
        check_whole("history", self.history, low=1, high=10_000)
        check_number("dropout", self.dropout, low=0, high=0.95)
