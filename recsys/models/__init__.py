"""The rows of recommendations."""

from recsys.models.boosts import BoostRule
from recsys.models.evaluations import Evaluation, TuningTrial
from recsys.models.lists import RecommendationLog
from recsys.models.rollout import CanaryCheck, DriftReport, OnlineResult

__all__ = [
    "BoostRule",
    "CanaryCheck",
    "DriftReport",
    "Evaluation",
    "OnlineResult",
    "RecommendationLog",
    "TuningTrial",
]
