"""Factories of the recommendations' rows."""

import uuid

import factory
from factory.django import DjangoModelFactory

from recsys import models


class RecommendationLogFactory(DjangoModelFactory):
    class Meta:
        model = models.RecommendationLog

    list_id = factory.LazyFunction(uuid.uuid4)
    basis = models.RecommendationLog.Basis.TRENDING
    items = factory.LazyFunction(list)
