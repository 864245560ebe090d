"""Shapes that arrays of one artefact must have so that they go together."""

from typing import Any

import numpy.typing as npt

from marketing.errors import ArtefactCorrupt


def check_shape(name: str, array: npt.NDArray[Any], *, expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ArtefactCorrupt(f"the array {name!r} has shape {array.shape}; expected {expected}")
