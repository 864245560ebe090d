"""What every encoder gives and takes."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Vectors: TypeAlias = npt.NDArray[np.float32]  # (texts, dimensions)


class Encoder(Protocol):
    """Texts to points of a space in which what means the same lies close. Many threads may ask at once."""

    space: str
    version: str  # of the weights: vectors of two versions don't compare
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors `(texts, dimensions)` of unit length; zeros where a text has no letter or digit that is known here.

        A text longer than the encoder reads is cut. What stands beside a text doesn't matter to its vector.
        """
        ...


def says_something(text: str) -> bool:
    """Whether there is a letter or digit: an empty text, or a row of emoji or dots, means nothing to an encoder."""
    return any(map(str.isalnum, text))
