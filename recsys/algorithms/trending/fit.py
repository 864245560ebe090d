"""Holds what is popular now against what usually is."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.decay import decayed_users
from recsys.algorithms.trending.config import Config
from recsys.dataset import Interactions


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Scores `users` `(items,)`: f · (f + c) / (e + c).

    f counts users with a short half-life, e is what f would be had the item's share of all attention stayed as it
    usually is (the count with a long half-life, scaled to the sum of f), and c is the prior. Without times f equals e,
    and the score is popularity.
    """
    now = decayed_users(interactions, half_life_days=config.half_life_days)
    usual = decayed_users(interactions, half_life_days=config.usual_half_life_days)
    expected = usual * (now.sum() / usual.sum())
    progress(1.0, "counted")
    return {"users": (now * (now + config.prior) / (expected + config.prior)).astype(np.float32)}
