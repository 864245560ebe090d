"""Work in the background of the ground. Messages carry ids only; each task is safe to run twice."""

from uuid import UUID

from celery import shared_task

from marketing import partitions
from marketing.runs import leases, process, retention, services


@shared_task(name="marketing.execute_run", acks_late=False)
def execute_run(run_id: str) -> None:
    """Train, if the run still waits for it.

    Acknowledged before it begins: the lease, not the broker, decides when somebody else takes the run over.
    """
    lease = leases.claim(UUID(run_id))
    if lease is not None:
        process.execute(lease)


@shared_task(name="marketing.sweep_runs")
def sweep_runs() -> dict[str, int]:
    """Take back runs whose process is gone, and send again what got lost."""
    return services.sweep()


@shared_task(name="marketing.make_partitions")
def make_partitions() -> None:
    """Have the months ahead ready for events."""
    partitions.ahead()


@shared_task(name="marketing.prune_artefacts")
def prune_artefacts() -> dict[str, int]:
    """Remove the files of artefacts that nobody can roll back to any more."""
    return {"store": retention.prune_store(), "copies": retention.prune_copies()}
