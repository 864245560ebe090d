"""The daily report: every measure, written down once a day and artefact; staff hear of what is out of bounds."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from marketing.models import Artefact
from marketing.runs import deployments
from recsys.alerts import tell_staff
from recsys.drift.events import Windows, data_measures
from recsys.drift.measures import Measure
from recsys.drift.scores import FirstDays, list_measures, score_measures
from recsys.models import DriftReport
from recsys.serving.bundle import SLOT

logger = logging.getLogger(__name__)


def report_drift(*, day: date | None = None) -> list[DriftReport]:
    """Measure the drift of a day, yesterday unless told otherwise, of what serves now; of a canary only its scores.

    Safe to be called again: the day's rows are brought up to date, and nobody is told twice.
    """
    deployment = deployments.current(SLOT)
    if deployment is None:
        return []
    day = day or timezone.localdate() - timedelta(days=1)
    champion, canary = deployment.champion, deployment.canary
    windows = Windows.of(day, trained_until=_trained_until(champion))
    reports = [_write(day, artefact=champion, measures=[*data_measures(windows), *_of_serving(champion, windows)])]
    if canary is not None:
        reports.append(_write(day, artefact=canary, measures=_of_scores(canary, windows)))
    return reports


def _of_serving(champion: Artefact, windows: Windows) -> list[Measure]:
    first = FirstDays.of(champion.pk, before=windows.day_begin)
    lists = list_measures(first=first, begin=windows.day_begin, end=windows.day_end)
    return [*_of_scores(champion, windows), *lists]


def _of_scores(artefact: Artefact, windows: Windows) -> list[Measure]:
    first = FirstDays.of(artefact.pk, before=windows.day_begin)
    return score_measures(artefact.pk, first=first, begin=windows.day_begin, end=windows.day_end)


def _trained_until(artefact: Artefact) -> datetime:
    told = artefact.manifest.get("trained_until")
    return datetime.fromisoformat(told) if told else artefact.created_at


def _write(day: date, *, artefact: Artefact, measures: Sequence[Measure]) -> DriftReport:
    alerts = [measure for measure in measures if measure.alert]
    with transaction.atomic():
        told = DriftReport.objects.select_for_update().filter(day=day, artefact=artefact, alert=True).exists()
        report, _made = DriftReport.objects.update_or_create(
            day=day,
            artefact=artefact,
            defaults={"measures": [measure.as_dict() for measure in measures], "alert": bool(alerts)},
        )
        if alerts and not told:
            said = "\n".join(f"{measure.name.replace('_', ' ')}: {measure.value}. {measure.note}" for measure in alerts)
            logger.warning("Drift of %s on %s: %s", artefact, day, said.replace("\n", " | "))
            transaction.on_commit(
                partial(tell_staff, f"{artefact}: {len(alerts)} measures drift", body=f"{day}, {artefact}\n\n{said}\n")
            )
    return report
