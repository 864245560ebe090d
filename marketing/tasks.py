"""Work in the background of the ground. Messages carry ids only; each task is safe to run twice."""

import logging
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from marketing import partitions
from marketing.features import daily
from marketing.models import TrainingRun
from marketing.reading import labels, readings, topics
from marketing.reading.reader import SLOT
from marketing.reports.data_quality import usable_of
from marketing.runs import leases, process, retention, services
from marketing.services import deliveries, index_requests, item_texts, relation_rules

logger = logging.getLogger("attune.tasks")

# Items that one message indexes before the next one goes on: a few minutes' work.
INDEXED_AT_ONCE = 20_000


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
    return {
        "store": retention.prune_store(),
        "copies": retention.prune_copies(),
        "checkpoints": retention.prune_checkpoints(),
    }


@shared_task(name="marketing.recompute_features")
def recompute_features() -> dict[str, int]:
    """Bring features up to date of the days that something happened to. Several at once share the days."""
    done = daily.recompute_dirty()
    return {"days": done.days, "without_rate": done.without_rate.total()}


@shared_task(name="marketing.deliver_webhooks")
def deliver_webhooks() -> dict[str, int]:
    """Send what is due to the shop's endpoints. Two at once share the work."""
    return deliveries.deliver_due()


@shared_task(name="marketing.prune_deliveries")
def prune_deliveries() -> int:
    """Forget webhooks that were taken long ago."""
    return deliveries.prune_delivered()


@shared_task(name="marketing.index_items")
def index_items() -> dict[str, int]:
    """Make what was written of items searchable. Several at once share the items."""
    done = item_texts.index_stale(most=INDEXED_AT_ONCE)
    if done.items >= INDEXED_AT_ONCE:
        index_requests.wake()
    return {"items": done.items, "words": done.words, "vectors": done.vectors}


@shared_task(name="marketing.apply_relation_rules")
def apply_relation_rules() -> dict[str, int]:
    """Bring the relations that staff's rules make in line with the catalogue. Two at once take turns."""
    done = relation_rules.apply_rules()
    return {"rules": done.rules, "arrows": done.arrows, "changed": done.changed, "refused": len(done.refused)}


@shared_task(name="marketing.read_texts")
def read_texts() -> dict[str, int]:
    """Read what customers wrote since, and again what an older model read. Several at once are safe."""
    done = readings.read_texts()
    if done.more:
        readings.wake()
    elif done.new and not topics.are_known():
        topics.find_topics()
    return {"new": done.new, "again": done.again}


@shared_task(name="marketing.find_topics")
def find_topics() -> dict[str, int]:
    """Find what customers write about."""
    found = topics.find_topics()
    return {"topics": found.topics, "continued": found.continued, "texts": found.texts}


@shared_task(name="marketing.offer_labels")
def offer_labels() -> int:
    """Put texts that the model is least sure of before people."""
    return labels.offer_labels()


@shared_task(name="marketing.train_sentiment")
def train_sentiment() -> str:
    """Ask for a run that learns moods. Returns its id."""
    return str(services.request_run(slot=SLOT, trigger=TrainingRun.Trigger.SCHEDULE).pk)


@shared_task(name="marketing.watch_data_quality")
def watch_data_quality() -> dict[str, float | None]:
    """Write down how much of yesterday's events could be used, as a warning when it is too little."""
    usable = usable_of(timezone.localdate() - timedelta(days=1))
    log = logger.warning if usable.is_low else logger.info
    log(
        "Data quality of %s: %s of %s events usable; the least that should be is %.0f%%",
        usable.day,
        f"{usable.usable:,}",
        f"{usable.came:,}",
        100 * settings.USABLE_EVENTS_SHARE,
    )
    return {"share": usable.share}
