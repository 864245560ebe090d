"""Where a fit leaves its state, so that who was stopped goes on: one folder for the same rows and settings."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from recsys.algorithms.configuration import AlgorithmConfig
from recsys.dataset import Interactions

# The folder for checkpoints; without it they are kept only while fitting, and a fit that was stopped begins anew.
CHECKPOINTS = "ATTUNE_NETWORK_CHECKPOINTS"


@contextmanager
def checkpoint_folder(name: str, *, interactions: Interactions, config: AlgorithmConfig) -> Iterator[Path]:
    """Folder of this very fit; it is removed when the fit ends well, and left for the next attempt when it doesn't."""
    root = os.environ.get(CHECKPOINTS)
    if not root:
        with tempfile.TemporaryDirectory(prefix="attune-network-") as scratch:
            yield Path(scratch)
        return
    folder = Path(root) / f"{name}-{_fingerprint(interactions, config=config)}"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _fingerprint(interactions: Interactions, *, config: AlgorithmConfig) -> str:
    digest = hashlib.sha256(json.dumps(config.as_dict(), sort_keys=True).encode())
    digest.update(f"{interactions.n_users},{interactions.n_items}".encode())
    columns = [interactions.users, interactions.items, interactions.values, interactions.times]
    if config.reads_features and interactions.features is not None:
        labels = interactions.features.labels
        columns += [interactions.features.vectors, labels.indptr, labels.indices, labels.data]
    for column in columns:
        digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()[:16]
