from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_number, check_whole, searched


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """`dimensions` is how many directions of taste are learned from who preferred what.

    `label_share` is what labels (category, brand, tags, genres) count beside texts, from 0, texts alone, to 1;
    `max_labels` is how many are looked at, the most frequent ones. `regularization` is the ridge's, as a multiple of the
    mean variance of the content's columns. `popularity_exponent` a lets each of an item's n people count n^-a, and
    `activity_exponent` the same of a person's items; `spectral_exponent` is how much more a strong direction counts.
    `trust` is after how many people an item is placed as much by them as by what it says of itself.

    The defaults are those that validation rows of MovieLens 100k prefer, for items held out altogether first.
    """

    dimensions: int = searched(64, low=16, high=256, log=True, whole=True)
    label_share: float = searched(0.6, low=0.0, high=1.0)
    regularization: float = searched(3.0, low=0.1, high=30.0, log=True)
    popularity_exponent: float = searched(0.4, low=0.0, high=0.6)
    activity_exponent: float = searched(0.35, low=0.0, high=0.6)
    spectral_exponent: float = searched(0.65, low=0.0, high=1.5)
    trust: float = searched(20.0, low=1.0, high=200.0, log=True)
    max_labels: int = 1_000

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("dimensions", self.dimensions, low=1, high=4_096)
        check_number("label_share", self.label_share, low=0, high=1)
        check_number("regularization", self.regularization, low=1e-6, high=1e6)
        check_number("popularity_exponent", self.popularity_exponent, low=0, high=1)
        check_number("activity_exponent", self.activity_exponent, low=0, high=1)
        check_number("spectral_exponent", self.spectral_exponent, low=0, high=4)
        check_number("trust", self.trust, low=0, high=1e9)
        check_whole("max_labels", self.max_labels, low=1, high=20_000)

    @property
    def reads_features(self) -> bool:
        return True
