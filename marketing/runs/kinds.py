"""What a kind of run has to offer, and how it is found: settings.RUN_KINDS, slot → dotted path."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.utils.module_loading import import_string

from marketing.errors import InvalidInput

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class RunHandle:
    """What a run knows about itself, and where it says how it goes on."""

    run_id: UUID
    slot: str
    config: Mapping[str, Any]
    forced: bool
    progress: Callable[[float, str], None]  # share of the work done, from 0 to 1, and what is being done
    log: Callable[[str], None]  # one line for those who read the run afterwards


@dataclass(frozen=True, eq=False)
class Verdict:
    """What came out: deploy it or not, and why, in words for staff.

    `arrays` and `manifest` are the artefact; a run that is held back leaves none. `passed` is False when only force
    deploys it.
    """

    deploy: bool
    reason: str
    metrics: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, npt.NDArray[np.generic]] | None = None
    manifest: dict[str, Any] = field(default_factory=dict)
    passed: bool = True


class RunKind(Protocol):
    def validate_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Give the whole configuration, defaults filled in.

        Raises:
            InvalidInput: names the field that is unknown or wrong.

        """
        ...

    def train(self, run: RunHandle) -> Verdict:
        """Read, learn and judge; called in the run's own process.

        Raises:
            AttuneError: not retryable ones fail the run with their message, all others are tried again.

        """
        ...

    def check(self, artefact_path: Path) -> None:
        """Answer a known question from the artefact's file, as those who serve would.

        Raises:
            ArtefactCorrupt: the answer is not finite, or differs from the one given before writing.

        """
        ...


def load_kind(slot: str) -> RunKind:
    """The kind that trains what serves in `slot`.

    Raises:
        InvalidInput: there is no such slot.

    """
    if slot not in settings.RUN_KINDS:
        raise InvalidInput("slot", f"{slot!r} is not known; expected one of {', '.join(sorted(settings.RUN_KINDS))}")
    return cast("RunKind", import_string(settings.RUN_KINDS[slot])())
