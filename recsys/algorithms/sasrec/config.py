from dataclasses import dataclass

from marketing.errors import InvalidInput
from recsys.algorithms.configuration import check_number, check_whole, searched
from recsys.algorithms.network_configuration import NetworkConfig


@dataclass(frozen=True, kw_only=True)
class Config(NetworkConfig):
    """`sequence_length` is how many of the newest items are looked at, in so many `blocks` of attention.

    `heads` must divide `embedding_size`. The answer at each place is weighed against all items, or against
    `negatives` drawn at random where the catalogue is larger than that. `shuffled` is the share of histories that are
    shown in a random order, drawn anew each epoch: for data whose order tells little, as when a customer says in one
    sitting what she likes.
    """

    batch_size: int = 64
    sequence_length: int = searched(50, low=10, high=200, log=True, whole=True)
    blocks: int = searched(2, low=1, high=4, whole=True)
    heads: int = 2
    negatives: int = 20_000
    shuffled: float = searched(0.0, low=0.0, high=1.0)
    dropout: float = searched(0.3, low=0.0, high=0.6)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("sequence_length", self.sequence_length, low=1, high=10_000)
        check_whole("blocks", self.blocks, low=1, high=64)
        check_whole("heads", self.heads, low=1, high=64)
        check_whole("negatives", self.negatives, low=1, high=1_000_000)
        check_number("shuffled", self.shuffled, low=0, high=1)
        check_number("dropout", self.dropout, low=0, high=0.95)
        if self.embedding_size % self.heads:
            raise InvalidInput(
                "heads", f"is {self.heads}; expected a number that divides the embedding_size, {self.embedding_size}"
            )
