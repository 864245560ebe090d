"""Work in the background of recommendations."""

from typing import Any

from celery import shared_task

from marketing.models import TrainingRun
from marketing.runs.services import request_run
from recsys import drift
from recsys.canaries import check_canary
from recsys.online import count_online_results as count_results


@shared_task(name="recsys.train")
def train(
    algorithm: str | None = None, params: dict[str, Any] | None = None, tune: dict[str, Any] | str | None = None
) -> str:
    """Ask for a run of the recommender; the schedule's arguments in the admin may name algorithm, params and tune.

    Returns the run's id.
    """
    config: dict[str, Any] = {"algorithm": algorithm, "params": params or {}} if algorithm else {}
    if tune is not None:
        config["tune"] = tune
    run = request_run(slot="recommender", trigger=TrainingRun.Trigger.SCHEDULE, config=config)
    return str(run.id)


@shared_task(name="recsys.count_online_results")
def count_online_results() -> int:
    """Bring what came of the lists of the last days up to date. Returns the number of rows."""
    return count_results()


@shared_task(name="recsys.check_canaries")
def check_canaries() -> str | None:
    """Stop a canary that is worse than its champion, promote one that is shown to be no worse. Returns the verdict."""
    judgement = check_canary()
    return str(judgement.verdict) if judgement else None


@shared_task(name="recsys.report_drift")
def report_drift() -> int:
    """Write down how far yesterday lay from what serves now was trained on. Returns the number of alerts."""
    return sum(report.alert for report in drift.report_drift())
