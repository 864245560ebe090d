from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def in_berlin(settings):
    """The business is in Berlin and counts in euros: 29 March 2026 has 23 hours there, 25 October has 25."""
    settings.TIME_ZONE = "Europe/Berlin"
    settings.BASE_CURRENCY = "EUR"


@pytest.fixture
def berlin():
    """An instant by Berlin's clock: `berlin("2026-03-29 12:00")`."""
    return lambda text, fold=0: datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)
