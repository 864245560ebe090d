"""The house's settings with the peers' views beside its own doors. Only warnings are logged."""

from config.settings import *  # noqa: F403
from config.settings import LOGGING

ROOT_URLCONF = "tests.benchmarks.serving.urls"
LOGGING["root"]["level"] = "WARNING"
