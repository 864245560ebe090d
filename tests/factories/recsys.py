"""Factories of the recommendations' rows."""

import uuid
from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from recsys import models
from tests.factories.marketing import ArtefactFactory, DeploymentFactory, ItemFactory, TrainingRunFactory


class RecommendationLogFactory(DjangoModelFactory):
    class Meta:
        model = models.RecommendationLog

    list_id = factory.LazyFunction(uuid.uuid4)
    basis = models.RecommendationLog.Basis.TRENDING
    items = factory.LazyFunction(list)


class BoostRuleFactory(DjangoModelFactory):
    class Meta:
        model = models.BoostRule

    name = factory.Sequence(lambda number: f"rule {number}")
    action = models.BoostRule.Action.BOOST
    item = factory.SubFactory(ItemFactory)


class EvaluationFactory(DjangoModelFactory):
    """Judged alone; the gain of a candidate on it stands where `gain` is given, as (mean, low, high)."""

    class Meta:
        model = models.Evaluation

    class Params:
        ndcg = 0.25
        gain = None

    judged_together = factory.LazyFunction(uuid.uuid4)
    role = models.Evaluation.Role.CANDIDATE
    label = "ease"
    algorithm = "ease"
    holdout = "time"
    data = "the shop's events"
    judged = 300
    fit_s = 1.5
    rank_ms = 0.25

    @factory.lazy_attribute
    def metrics(self):
        def figures(mean):
            told = {"mean": mean, "low": mean - 0.0625, "high": mean + 0.0625}
            if self.gain is None:
                return told
            return {**told, "candidate_gain": dict(zip(("mean", "low", "high"), self.gain, strict=True))}

        spread = {"ndcg@10": figures(self.ndcg), "recall@20": figures(2 * self.ndcg)}
        return {**spread, "coverage@10": {"mean": 0.5}, "gini@10": {"mean": 0.75}}

    @factory.lazy_attribute
    def segments(self):
        return {"new": {"judged": 100, "metrics": {"ndcg@10": self.metrics["ndcg@10"]}}}


class TuningTrialFactory(DjangoModelFactory):
    class Meta:
        model = models.TuningTrial

    run = factory.SubFactory(TrainingRunFactory, status="deployed")
    number = factory.Sequence(int)
    params = factory.LazyFunction(lambda: {"regularization": 400.0})
    value = 0.25
    seconds = 1.5


class OnlineResultFactory(DjangoModelFactory):
    class Meta:
        model = models.OnlineResult

    day = factory.Sequence(lambda number: date(2026, 5, 1) + timedelta(days=number % 200))
    artefact = factory.SubFactory(ArtefactFactory)
    people = 100
    lists = 200
    clicked_lists = 50
    bought_lists = 10
    items = 2000
    clicked_items = 60
    revenue = 300


class CanaryCheckFactory(DjangoModelFactory):
    class Meta:
        model = models.CanaryCheck

    deployment = factory.SubFactory(
        DeploymentFactory,
        slot=factory.Sequence(lambda number: f"slot-{number}"),
        canary=factory.SubFactory(ArtefactFactory),
        canary_share=0.1,
        reason="canary",
    )
    metric = "click-through"
    champion_people = 900
    canary_people = 100
    champion_mean = 0.25
    canary_mean = 0.3
    difference_low = -0.05
    difference_high = 0.15
    verdict = models.CanaryCheck.Verdict.WAIT
    reason = "Too few: 100 people tried it."


class DriftReportFactory(DjangoModelFactory):
    class Meta:
        model = models.DriftReport

    day = factory.Sequence(lambda number: date(2026, 5, 1) + timedelta(days=number % 200))
    artefact = factory.SubFactory(ArtefactFactory)
    measures = factory.LazyFunction(
        lambda: [{"name": "kinds", "value": 0.02, "limit": 0.25, "alert": False, "note": "Most changed: view."}]
    )
