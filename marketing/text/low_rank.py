"""A small update to the English encoder: what it learned of a shop's own texts, in numpy.

An update is two thin matrices for each weight that it changes, `NAME.down` `(rank, in)` and `NAME.up` `(out, rank)`, whose
product is added to the weight NAME (Hu et al. 2022, section 4.1). Fitted by `low_rank_fit`; once added it costs nothing.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt
from marketing.text.encoders.minilm import Array, MiniLm, package_version, package_weights

Update = Mapping[str, npt.NDArray[Any]]

DOWN, UP = ".down", ".up"


def updated_encoder(update: Update) -> MiniLm:
    """The English encoder with the update added to its weights, and a version of its own.

    Raises:
        ArtefactCorrupt: the update is of another encoder, or not whole.

    """
    return MiniLm.of_package(merged(update), version=f"{package_version()}+{_digest(update)}")


def merged(update: Update) -> dict[str, Array]:
    """The changed weights by name, each the package's own plus up times down.

    Raises:
        ArtefactCorrupt: the update is of another encoder, or not whole.

    """
    weights = package_weights()
    names = {name.removesuffix(DOWN).removesuffix(UP) for name in update}
    return {name: _sum(weights, update, name) for name in sorted(names)}


def _sum(weights: Mapping[str, Array], update: Update, name: str) -> Array:
    down, up = update.get(name + DOWN), update.get(name + UP)
    if name not in weights or down is None or up is None:
        raise ArtefactCorrupt(f"{name}: expected a weight of the encoder, with both its matrices, down and up")
    weight = weights[name]
    if down.ndim != 2 or up.shape != (weight.shape[0], len(down)) or down.shape[1:] != weight.shape[1:]:
        raise ArtefactCorrupt(f"{name}: matrices of {up.shape} and {down.shape} don't fit a weight of {weight.shape}")
    changed: Array = weight + np.asarray(up @ down, np.float32)
    return changed


def _digest(update: Update) -> str:
    digest = sha256()
    for name in sorted(update):
        digest.update(name.encode() + np.ascontiguousarray(update[name], "<f4").tobytes())
    return digest.hexdigest()[:16]
