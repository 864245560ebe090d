"""How strongly each row is held back: alike for all, or more for those with more observations."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recsys.algorithms.ials.config import Config

Numbers = npt.NDArray[np.float64]


def powers(strengths: npt.NDArray[Any], *, n_columns: int, config: Config) -> Numbers:
    """(strength observed + what the absent entries weigh beside it)^ν for rows with so much strength `(rows,)`.

    Rendle et al. 2022, §3.1, where an absent entry weighs α₀ and an observed one 1; here that is 1 and α.
    """
    weight: Numbers = strengths.astype(np.float64) + n_columns / config.alpha
    return weight**config.regularization_exponent


def penalties(powers: Numbers, *, mean_power: float, config: Config) -> npt.NDArray[np.float32]:
    """λ of each row `(rows, 1)`; the setting is their mean over the rows that were trained on."""
    return (config.regularization * powers / mean_power).astype(np.float32)[:, None]
