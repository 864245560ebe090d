"""The test world with one more slot, for processes that tests start."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import RUN_KINDS

RUN_KINDS = {**RUN_KINDS, "scripted": "tests.marketing.runs.scripted_kind.Scripted"}
CANARY_SHARES = {"scripted": float(os.environ.get("SCRIPTED_CANARY_SHARE", "0"))}
