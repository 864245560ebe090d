from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketing.errors import InvalidInput
from recsys.algorithms import ALGORITHMS, config_class
from recsys.algorithms.configuration import AlgorithmConfig, check_choice, check_number

VALIDATIONS = ("newest", "random")
MOST_MEMBERS = 16
EXPECTED = "a list of one to 16 objects with algorithm and params"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One algorithm of the blend, with its settings."""

    algorithm: str
    params: AlgorithmConfig

    @classmethod
    def of(cls, given: object, *, place: int) -> "Member":
        """From {"algorithm", "params"}; what is left out of the params has its default.

        Raises:
            InvalidInput: names `members`, the place in it, and the field or setting that is unknown or wrong.

        """
        if isinstance(given, Member):
            return given
        if not isinstance(given, Mapping) or not set(given) <= {"algorithm", "params"}:
            raise InvalidInput("members", f"is {given!r} at place {place}; expected {EXPECTED}")
        algorithm, params = given.get("algorithm"), given.get("params", {})
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or algorithm == "blend":
            names = ", ".join(sorted(set(ALGORITHMS) - {"blend"}))
            raise InvalidInput("members", f"is of algorithm {algorithm!r} at place {place}; expected one of {names}")
        if not isinstance(params, Mapping):
            raise InvalidInput("members", f"is with params {params!r} at place {place}; expected settings and values")
        try:
            return cls(algorithm=algorithm, params=config_class(algorithm).from_dict(params))
        except InvalidInput as error:
            raise InvalidInput("members", f"is wrong at place {place}, {algorithm}: {error}") from error


DEFAULT_MEMBERS: tuple[Mapping[str, Any], ...] = (
    {"algorithm": "ease"},
    {"algorithm": "ials"},
)


@dataclass(frozen=True, kw_only=True)
class Config(AlgorithmConfig):
    """`members` are the algorithms that take part; one whose `max_items` the catalogue exceeds stays out.

    `validation` says which rows the weights are fitted on: the `newest`, as the future is what a shop's lists are for
    (without times, or with too few people who have both older and newer rows, see `validation.py`), or a `random` tenth
    of each person's, which is right where the lists will be judged on rows drawn at random. `validation_fraction` is
    the share of the rows; a tenth leaves what the members learn from near to what they learn from in the end, which
    decides how much weight those deserve that need many rows.
    """

    members: tuple[Member, ...] = DEFAULT_MEMBERS  # type: ignore[assignment]  # made members of in __post_init__
    validation: str = "newest"
    validation_fraction: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        given: object = self.members
        if not isinstance(given, list | tuple) or not 1 <= len(given) <= MOST_MEMBERS:
            raise InvalidInput("members", f"is {given!r}; expected {EXPECTED}")
        members = tuple(Member.of(member, place=place) for place, member in enumerate(given))
        object.__setattr__(self, "members", members)
        check_choice("validation", self.validation, choices=VALIDATIONS)
        check_number("validation_fraction", self.validation_fraction, low=0.01, high=0.5)

    @property
    def reads_features(self) -> bool:
        return any(member.params.reads_features for member in self.members)

    @property
    def needs_features(self) -> bool:
        return any(member.params.needs_features for member in self.members)
