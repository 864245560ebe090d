"""Recommendations in the admin."""

from recsys.admin.boosts import BoostRuleAdmin
from recsys.admin.evaluations import EvaluationAdmin
from recsys.admin.lists import RecommendationLogAdmin, recommended_now
from recsys.admin.rollout import CanaryCheckAdmin, DriftReportAdmin, OnlineResultAdmin
from recsys.admin.tuning import TuningTrialAdmin

__all__ = [
    "BoostRuleAdmin",
    "CanaryCheckAdmin",
    "DriftReportAdmin",
    "EvaluationAdmin",
    "OnlineResultAdmin",
    "RecommendationLogAdmin",
    "TuningTrialAdmin",
    "recommended_now",
]
