from dataclasses import dataclass

from recsys.algorithms.configuration import check_number, check_whole, searched
from recsys.algorithms.network_configuration import NetworkConfig


@dataclass(frozen=True, kw_only=True)
class Config(NetworkConfig):
    """`hidden` is the width of the layer in each tower; items are told apart within a batch, the larger the better.

    `id_dropout` is the share of items that, in each step, are known by their content alone, as new items are.
    `history` is how many of a person's other items are looked at for one example, a fresh sample each epoch, and
    `recent` how many of the newest count as what she is after just now; 0: order tells nothing.
    """

    batch_size: int = 1_024
    hidden: int = searched(128, low=16, high=256, log=True, whole=True)
    history: int = 32
    recent: int = searched(5, low=0, high=20, whole=True)
    id_dropout: float = searched(0.1, low=0.0, high=0.8)
    dropout: float = searched(0.2, low=0.0, high=0.6)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("hidden", self.hidden, low=1, high=4096)
        check_whole("history", self.history, low=1, high=10_000)
        check_whole("recent", self.recent, low=0, high=1_000)
        check_number("id_dropout", self.id_dropout, low=0, high=0.95)
        check_number("dropout", self.dropout, low=0, high=0.95)

    @property
    def reads_features(self) -> bool:
        return True

    @property
    def needs_features(self) -> bool:
        return False
