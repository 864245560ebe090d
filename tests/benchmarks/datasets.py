"""The public data sets as interactions, read from the folder that ATTUNE_DATA names."""

import os
from pathlib import Path

import numpy as np

from recsys.dataset import Interactions, encode
from tests.benchmarks.report import CannotMeasure


def data_set(name: str) -> Path:
    root = os.environ.get("ATTUNE_DATA")
    if not root:
        raise CannotMeasure("ATTUNE_DATA is not set: expected the folder that holds the data sets (ml-100k, ml-1m, …)")
    if not (Path(root) / name).is_dir():
        raise CannotMeasure(f"ATTUNE_DATA is {root}, and there is no folder {name} in it")
    return Path(root) / name


def movielens_100k() -> Interactions:
    """Ratings of 4 and 5, each as one preference of strength 1."""
    rows = np.loadtxt(data_set("ml-100k") / "ml-100k.inter", skiprows=1)
    liked = rows[rows[:, 2] >= 4]
    return encode(
        users=liked[:, 0].astype(np.int64), items=liked[:, 1].astype(np.int64), times=liked[:, 3]
    ).interactions


def movielens_1m(*, every_user: int = 1) -> Interactions:
    """All pairs of user and item; with `every_user` 3 those of each third user."""
    try:
        import polars as pl
    except ModuleNotFoundError:
        raise CannotMeasure("ml-1m is a parquet file, and polars is not installed: pip install -e '.[bench]'") from None
    rows = pl.read_parquet(data_set("ml-1m") / "ratings.parquet").cast(pl.Int64)
    rows = rows.filter(pl.col("userID") % every_user == 0)
    return encode(users=rows["userID"].to_numpy(), items=rows["movieID"].to_numpy()).interactions
