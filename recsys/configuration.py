"""An algorithm with its settings, as runs and artefacts name it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marketing.errors import InvalidInput
from recsys.algorithms import ALGORITHMS, config_class
from recsys.algorithms.configuration import AlgorithmConfig

DEFAULT_ALGORITHM = "ease"
# Its weights are dense, and their cost grows with the cube of the catalogue; a larger one gets factors instead, whose
# cost grows with the rows.
DENSE_ALGORITHM, LARGE_ALGORITHM = "ease", "ials"


@dataclass(frozen=True)
class Configuration:
    algorithm: str
    params: AlgorithmConfig

    @classmethod
    def of_run(cls, config: Mapping[str, Any]) -> "Configuration":
        """From {"algorithm": name, "params": settings}; what is left out has its default.

        Raises:
            InvalidInput: names the field that is unknown or wrong.

        """
        for name in config:
            if name not in ("algorithm", "params"):
                raise InvalidInput(name, "is not a setting of this run; expected algorithm or params")
        return _checked(config.get("algorithm", DEFAULT_ALGORITHM), config.get("params", {}))

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> "Configuration":
        """From an artefact's manifest, whose settings are named "config".

        Raises:
            InvalidInput: the algorithm, or one of its settings, is known no more.

        """
        return _checked(manifest.get("algorithm"), manifest.get("config", {}))

    @property
    def label(self) -> str:
        """Name for staff: what differs from the algorithm's defaults stands in brackets."""
        defaults = config_class(self.algorithm)().as_dict()
        own = [f"{name} {_said(value)}" for name, value in self.params.as_dict().items() if value != defaults[name]]
        return f"{self.algorithm} ({', '.join(own)})" if own else self.algorithm

    def as_run_config(self) -> dict[str, Any]:
        return {"algorithm": self.algorithm, "params": self.params.as_dict()}


def fitting(configuration: Configuration, *, n_items: int, log: Callable[[str], None]) -> Configuration:
    """The same, or the algorithm for large catalogues when this one is too large for the dense one."""
    limit = getattr(configuration.params, "max_items", None)
    if configuration.algorithm != DENSE_ALGORITHM or limit is None or n_items <= limit:
        return configuration
    log(f"{n_items:,} items are more than the {limit:,} that {DENSE_ALGORITHM} is allowed: {LARGE_ALGORITHM} instead.")
    return Configuration(LARGE_ALGORITHM, config_class(LARGE_ALGORITHM)())


def _said(value: Any) -> str:
    """A setting in words: of a blend's members their labels, so that two blends of the same algorithms differ."""
    if isinstance(value, list | tuple) and all(isinstance(member, Mapping) for member in value):
        return " + ".join(Configuration.of_run(member).label for member in value)
    return str(value)


def _checked(algorithm: object, params: object) -> Configuration:
    if not isinstance(algorithm, str):
        raise InvalidInput("algorithm", f"is {algorithm!r}; expected one of {', '.join(sorted(ALGORITHMS))}")
    if not isinstance(params, Mapping):
        raise InvalidInput("params", f"is {params!r}; expected an object of settings and values")
    return Configuration(algorithm, config_class(algorithm).from_dict(params))
