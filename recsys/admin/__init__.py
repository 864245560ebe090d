"""Recommendations in the admin."""

from recsys.admin.lists import RecommendationLogAdmin, recommended_now

__all__ = ["RecommendationLogAdmin", "recommended_now"]
