from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_number, check_whole, searched


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """`steps` is how long paths may be, 1 or 2 arrows.

    `damping` is the exponent with which an arrow counts less at an item that has many of its kind: at 0 an item that
    everything relates to floods all lists, at 1 it hardly counts. `neighbours` is how many items are kept for each item,
    of each type of path and in the end. Items that share a label (category, brand, tag) relate too, unless the label is on
    more than `label_items` items, which says little and costs much; 0 leaves labels out.

    `rule_share` is how much the strongest arrow of staff's rules, taken as they drew it, counts at least, as a share of the
    strongest arrow of all: what nobody was shown yet, nobody can have followed. Rules are known by their sentences.
    """

    steps: int = 2
    damping: float = searched(0.5, low=0.2, high=0.8)
    neighbours: int = searched(100, low=20, high=500, log=True, whole=True)
    label_items: int = 1_000
    rule_share: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("steps", self.steps, low=1, high=2)
        check_number("damping", self.damping, low=0, high=1)
        check_whole("neighbours", self.neighbours, low=1, high=10_000)
        check_whole("label_items", self.label_items, low=0, high=1_000_000)
        check_number("rule_share", self.rule_share, low=0, high=1)

    @property
    def reads_features(self) -> bool:
        return True
