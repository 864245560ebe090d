"""Settings of an algorithm: frozen, checked when made, to and from JSON without silent losses."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from marketing.errors import InvalidInput

SEARCHED = "searched"


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """Values that tuning tries for one setting: from `low` to `high`, evenly on a log scale when `log` is set."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


def searched(default: Any, *, low: float, high: float, log: bool = False, whole: bool = False) -> Any:
    """A setting with a default, and the values that tuning tries for it."""
    return field(default=default, metadata={SEARCHED: Dimension(low=low, high=high, log=log, whole=whole)})


@dataclass(frozen=True, kw_only=True)
class AlgorithmConfig:
    """What all algorithms have. A subclass checks its own fields in `__post_init__` after calling this one's."""

    seed: int = 42

    def __post_init__(self) -> None:
        check_whole("seed", self.seed, low=0, high=2**32 - 1)

    @classmethod
    def search_space(cls) -> dict[str, Dimension]:
        """What tuning varies, by the setting's name; empty when the algorithm has nothing to tune."""
        return {setting.name: setting.metadata[SEARCHED] for setting in fields(cls) if SEARCHED in setting.metadata}

    @property
    def reads_features(self) -> bool:
        """Whether fitting makes use of what is known of the items besides who preferred them."""
        return False

    @property
    def needs_features(self) -> bool:
        """Whether it can't do without; then it refuses data that have none."""
        return self.reads_features

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Config from JSON settings; what is left out has its default.

        Raises:
            InvalidInput: names the setting that is unknown or has a wrong value.

        """
        known = [field.name for field in fields(cls)]
        for name in settings:
            if name not in known:
                raise InvalidInput(str(name), f"is not a setting of this algorithm; expected one of {', '.join(known)}")
        return cls(**settings)


def check_whole(name: str, value: object, *, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidInput(name, f"is {value!r}; expected a whole number from {low} to {high}")


def check_number(name: str, value: object, *, low: float, high: float) -> None:
    if (
        not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high
    ):  # NaN is never within bounds
        raise InvalidInput(name, f"is {value!r}; expected a number from {low:g} to {high:g}")


def check_choice(name: str, value: object, *, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InvalidInput(name, f"is {value!r}; expected one of {', '.join(choices)}")
