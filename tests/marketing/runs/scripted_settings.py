"""The test world with one more slot, for processes that tests start."""

from tests.settings import *  # noqa: F403
from tests.settings import RUN_KINDS

RUN_KINDS = {**RUN_KINDS, "scripted": "tests.marketing.runs.scripted_kind.Scripted"}
