"""How the recommender does, in numbers for Prometheus: read from its rows whenever /metrics is asked for."""

import logging
from collections.abc import Iterator

from django.db import Error
from django.db.models import Sum
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from marketing.runs import deployments
from recsys.models import DriftReport, OnlineResult
from recsys.serving.bundle import SLOT

logger = logging.getLogger(__name__)


class RollOut(Collector):
    """What serves, how today's lists do, and whether anything drifts. Three queries."""

    def describe(self) -> list[Metric]:
        """Nothing, so that registering asks no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            found = [_canary(), _lists(), _drift()]
        except Error:
            # The other numbers may be just what is looked for when the database is gone.
            logger.warning("The recommender's numbers could not be read", exc_info=True)
            return
        yield from found


def register() -> None:
    """Have /metrics show them; once in a process."""
    REGISTRY.register(RollOut())


def _canary() -> Metric:
    standing = deployments.current(SLOT)
    share = standing.canary_share if standing else 0.0
    return GaugeMetricFamily(
        "attune_canary_share", "Share of the people who try a canary; 0 while none is on trial.", value=share
    )


def _lists() -> Metric:
    family = GaugeMetricFamily(
        "attune_recommendation_lists",
        "Personal lists of today, and those of them that were clicked or bought from, by artefact.",
        labels=["artefact", "outcome"],
    )
    counted = OnlineResult.objects.filter(day=timezone.localdate()).values("artefact__kind", "artefact__version")
    for row in counted.annotate(given=Sum("lists"), clicked=Sum("clicked_lists"), bought=Sum("bought_lists")):
        artefact = f"{row['artefact__kind']} v{row['artefact__version']}"
        for outcome in ("given", "clicked", "bought"):
            family.add_metric([artefact, outcome], row[outcome])
    return family


def _drift() -> Metric:
    newest = DriftReport.objects.order_by("-day").values("day")[:1]
    reports = DriftReport.objects.filter(day=newest, alert=True).values_list("measures", flat=True)
    alerts = sum(bool(measure["alert"]) for measures in reports for measure in measures)
    return GaugeMetricFamily("attune_drift_alerts", "Measures of the newest day that are out of bounds.", value=alerts)
