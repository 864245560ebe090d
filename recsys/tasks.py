"""Work in the background of recommendations."""

from typing import Any

from celery import shared_task

from marketing.models import TrainingRun
from marketing.runs.services import request_run


@shared_task(name="recsys.train")
def train(algorithm: str | None = None, params: dict[str, Any] | None = None) -> str:
    """Ask for a run of the recommender; the schedule's arguments in the admin may name algorithm and params.

    Returns the run's id.
    """
    config = {"algorithm": algorithm, "params": params or {}} if algorithm else None
    run = request_run(slot="recommender", trigger=TrainingRun.Trigger.SCHEDULE, config=config)
    return str(run.id)
