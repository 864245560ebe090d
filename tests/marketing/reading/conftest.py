import pytest
from django.core.cache import cache

from marketing.reading import readings
from marketing.reading.reader import deployed


@pytest.fixture(autouse=True)
def fresh_reader():
    """Reading as a process finds it that has just started, in a house where nothing was read."""
    cache.delete_many([readings.LOOKED_KEY, readings.READ_KEY])
    deployed.forget()
    yield
    cache.delete_many([readings.LOOKED_KEY, readings.READ_KEY])
    deployed.forget()
