"""When the shop is busy: the window of time, its days, and the rhythm of day, week and year."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from marketing.sample_shop.catalogue import SHELVES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000  # microseconds
BY_WEEKDAY = np.array([1.04, 0.98, 0.95, 0.97, 0.88, 1.02, 1.24])  # Monday first: shops on the web live on Sundays
BY_HOUR = np.array(
    [5, 3, 2, 1, 1, 2, 6, 14, 22, 28, 32, 34, 42, 38, 32, 30, 30, 34, 42, 56, 70, 74, 54, 22], dtype=np.float64
)

# shelf → (day of the year at which it is most asked for, how strongly)
SEASONS = {
    "tents": (180, 0.9),
    "backpacks": (185, 0.5),
    "lanterns": (200, 0.5),
    "bottles": (190, 0.5),
    "travel-books": (170, 0.5),
    "plants": (125, 0.6),
    "pots": (120, 0.8),
    "watering-cans": (150, 0.8),
    "tools": (110, 0.9),
    "throws": (340, 0.9),
    "candles": (335, 0.8),
    "lamps": (320, 0.4),
    "kettles": (350, 0.3),
    "pans": (335, 0.4),
    "picture-books": (340, 0.7),
    "notebooks": (345, 0.5),
}


@dataclass(frozen=True)
class Window:
    """The time in which things happen, in microseconds since 1970; `end` is the first moment after it."""

    start: int
    end: int
    days: int

    @classmethod
    def before(cls, until: datetime, *, days: int) -> "Window":
        end = microseconds(until)
        return cls(end - days * DAY, end, days)

    def midnights(self) -> NDArray[np.int64]:
        """The midnights (UTC) of all days that the window touches."""
        first = self.start // DAY
        return np.arange(first, (self.end - 1) // DAY + 1) * DAY


def microseconds(moment: datetime | timedelta) -> int:
    span = moment - EPOCH if isinstance(moment, datetime) else moment
    return span // timedelta(microseconds=1)


def day_weights(midnights: NDArray[np.int64], *, rng: np.random.Generator) -> NDArray[np.float64]:
    """How busy each day is: it grows, weekends differ, and no two weeks are the same."""
    weekday = (midnights // DAY + 3) % 7  # 1970 began on a Thursday
    growth = np.linspace(0.8, 1.2, len(midnights))
    return np.asarray(growth * BY_WEEKDAY[weekday] * rng.lognormal(0, 0.08, len(midnights)))


def shelf_seasons(midnights: NDArray[np.int64]) -> NDArray[np.float64]:
    """Logits that the time of the year adds to each shelf. Shape (days, shelves)."""
    day_of_year = (midnights / DAY) % 365.2425
    seasons = np.zeros((len(midnights), len(SHELVES)))
    for column, shelf in enumerate(SHELVES):
        peak, strength = SEASONS.get(shelf.code, (0, 0.0))
        seasons[:, column] = strength * np.cos(2 * np.pi * (day_of_year - peak) / 365.2425)
    return seasons


def utc_offsets(time_zones: list[str], midnights: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far each zone is ahead of UTC on each day, in microseconds. Shape (zones, days)."""
    days = [EPOCH + timedelta(microseconds=int(midnight)) for midnight in midnights]
    return np.array(
        [
            [microseconds(day.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)) for day in days]
            for name in time_zones
        ],
        dtype=np.int64,
    ).reshape(len(time_zones), len(days))
