"""The one settings file, in the test world. Test workers share the servers under names of their own."""

import os

os.environ["ATTUNE_ENV"] = "test"
os.environ["ATTUNE_NAMESPACE"] = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

from config.settings import *  # noqa: F403

# A test that learns from data sets says so.
DATA_SETS = None
