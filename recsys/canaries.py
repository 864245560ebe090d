"""Watches a canary beside its champion: stops it when it is worse, promotes it when it is shown to be no worse."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from marketing.errors import ArtefactCorrupt, Conflict
from marketing.models import Deployment
from marketing.runs import deployments
from recsys.alerts import tell_staff
from recsys.confidence import ratio_difference
from recsys.models import CanaryCheck
from recsys.online import PeopleServed, people_served
from recsys.serving.bundle import SLOT

logger = logging.getLogger(__name__)

# Of each metric's intervals. A canary is stopped by their upper ends alone, so that of those that are as good as their
# champion at most 2.5% are stopped for clicks, and 2.5% for purchases, however often somebody looks.
ALPHA = 0.05
# The interval is one of large numbers: with fewer people in an arm nothing is decided.
LEAST_JUDGED = 100
# One that served nobody, where so many were due, can't be loaded; processes take a moment to hear of it.
LEAST_DUE, LEAST_AGE = 50, timedelta(minutes=10)
# A look that changes nothing is written down this often.
EVERY = timedelta(hours=1)
STAFF_DECIDE = "Staff decide."
CLICK_THROUGH, CONVERSION = "click-through", "conversion"

Verdict = CanaryCheck.Verdict


@dataclass(frozen=True)
class Rules:
    """When a trial ends. `allowed_loss` is a share of the champion's click-through."""

    least_people: int
    allowed_loss: float
    longest: timedelta
    undecided: str  # “promote”, or “staff” decide

    @classmethod
    def of_settings(cls) -> "Rules":
        return cls(
            least_people=settings.CANARY_LEAST_PEOPLE,
            allowed_loss=settings.CANARY_ALLOWED_LOSS,
            longest=timedelta(days=settings.CANARY_MAX_DAYS),
            undecided=settings.CANARY_UNDECIDED,
        )


@dataclass(frozen=True)
class Trial:
    """How large a share of the people try the canary, and since when."""

    share: float
    age: timedelta


@dataclass(frozen=True)
class Reading:
    """One metric of both arms: lists that were clicked, or bought from, per list. No bounds with too few people."""

    metric: str
    champion: float
    canary: float
    low: float | None = None
    high: float | None = None

    @property
    def is_worse(self) -> bool:
        return self.high is not None and self.high < 0

    def said(self) -> str:
        means = f"{self.metric} {self.canary:.2%} against the champion's {self.champion:.2%}"
        if self.low is None or self.high is None:
            return means
        return f"{means}, a difference between {100 * self.low:+.2f} and {100 * self.high:+.2f} points"


@dataclass(frozen=True)
class Judgement:
    verdict: CanaryCheck.Verdict
    reason: str
    readings: Sequence[Reading]
    asks_staff: bool = False


def check_canary(*, now: datetime | None = None) -> Judgement | None:
    """Judge the canary on trial, if there is one, by all personal lists since its trial began, and act on it.

    Two checks at once do nothing twice: the second one finds the trial ended.
    """
    deployment = deployments.current(SLOT)
    if deployment is None or deployment.canary is None:
        return None
    now = now or timezone.now()
    served = people_served(
        [deployment.champion_id, deployment.canary.pk], since=deployment.created_at, until=now + timedelta(seconds=1)
    )
    champion, canary = served[deployment.champion_id], served[deployment.canary.pk]
    trial = Trial(share=deployment.canary_share, age=now - deployment.created_at)
    judgement = judge(champion, canary, trial=trial, rules=Rules.of_settings())
    try:
        with transaction.atomic():
            judgement = _act(judgement, on=deployment)
            _tell(judgement, of=deployment)
            _write_down(judgement, of=deployment, champion=champion, canary=canary, now=now)
    except Conflict as error:
        logger.info("The canary was dealt with while it was judged: %s", error)
        return None
    return judgement


def judge(champion: PeopleServed, canary: PeopleServed, *, trial: Trial, rules: Rules) -> Judgement:
    """Decide by what people did with their lists; see the constants above for how sure it is."""
    readings = [
        _read(CLICK_THROUGH, champion=champion, canary=canary, rules=rules),
        _read(CONVERSION, champion=champion, canary=canary, rules=rules),
    ]
    clicks = readings[0]
    for reading in readings:
        if reading.is_worse:
            return Judgement(Verdict.STOP, f"Worse: {reading.said()}.", readings)
    fewest = min(len(champion), len(canary))
    allowed = -rules.allowed_loss * clicks.champion
    if fewest >= rules.least_people and clicks.low is not None and clicks.low > allowed:
        return Judgement(Verdict.PROMOTE, f"Not worse: {clicks.said()}; {-100 * allowed:.2f} are allowed.", readings)
    due = len(champion) * trial.share / (1 - trial.share)
    if not len(canary) and due >= LEAST_DUE and trial.age >= LEAST_AGE:
        return Judgement(Verdict.STOP, f"It served nobody where {due:,.0f} people were due; is it whole?", readings)
    if trial.age >= rules.longest:
        return _at_the_end(readings, rules=rules)
    if fewest < rules.least_people:
        wanted = f"{rules.least_people:,} people in each arm are wanted"
        return Judgement(Verdict.WAIT, f"Too few: {len(canary):,} people tried it; {wanted}.", readings)
    return Judgement(Verdict.WAIT, f"Not yet sure: {clicks.said()}; {-100 * allowed:.2f} are allowed.", readings)


def _read(metric: str, *, champion: PeopleServed, canary: PeopleServed, rules: Rules) -> Reading:
    arms = [(arm.clicked if metric == CLICK_THROUGH else arm.bought, arm.lists) for arm in (champion, canary)]
    if min(len(champion), len(canary)) < LEAST_JUDGED:
        means = [float(hits.sum() / lists.sum()) if len(lists) else 0.0 for hits, lists in arms]
        return Reading(metric, *means)
    found = ratio_difference(*arms, alpha=ALPHA, tuned_for=rules.least_people)
    return Reading(metric, found.first, found.second, found.low, found.high)


def _at_the_end(readings: Sequence[Reading], *, rules: Rules) -> Judgement:
    no_harm = f"No harm was shown in {rules.longest / timedelta(days=1):g} days: {readings[0].said()}"
    if rules.undecided == "promote":
        return Judgement(Verdict.PROMOTE, f"{no_harm}. It had passed the gate.", readings)
    return Judgement(Verdict.WAIT, f"{no_harm}. {STAFF_DECIDE}", readings, asks_staff=True)


def _act(judgement: Judgement, *, on: Deployment) -> Judgement:
    """Stop or promote as judged; gives what was done, which differs when there is nothing left to promote."""
    if judgement.verdict == Verdict.PROMOTE:
        try:
            deployments.promote_canary(slot=on.slot, judged=on)
        except ArtefactCorrupt as error:
            judgement = Judgement(Verdict.STOP, f"Its file can't be read any more: {error}.", judgement.readings)
    if judgement.verdict == Verdict.STOP:
        deployments.stop_canary(slot=on.slot, judged=on)
    return judgement


def _tell(judgement: Judgement, *, of: Deployment) -> None:
    """Log and mail what was done; that staff are to decide is told once."""
    asked = CanaryCheck.objects.filter(deployment=of, reason__endswith=STAFF_DECIDE).exists()
    if judgement.verdict == Verdict.WAIT and (asked or not judgement.asks_staff):
        return
    title = "Canary waits for you" if judgement.asks_staff else f"Canary {judgement.verdict.label}"
    said = f"{title}: {of.canary} beside {of.champion}. {judgement.reason}"
    logger.warning("%s", said)
    transaction.on_commit(partial(tell_staff, title, body=said))


def _write_down(
    judgement: Judgement, *, of: Deployment, champion: PeopleServed, canary: PeopleServed, now: datetime
) -> None:
    """One row for each metric, when something changed or an hour after the last ones."""
    last = CanaryCheck.objects.filter(deployment=of).first()
    same = last and (last.verdict, last.reason.endswith(STAFF_DECIDE)) == (judgement.verdict, judgement.asks_staff)
    if last and same and now - last.checked_at < EVERY:
        return
    common: dict[str, Any] = {
        "deployment": of,
        "champion_people": len(champion),
        "canary_people": len(canary),
        "verdict": judgement.verdict,
        "reason": judgement.reason,
    }
    CanaryCheck.objects.bulk_create(
        CanaryCheck(
            metric=reading.metric,
            champion_mean=reading.champion,
            canary_mean=reading.canary,
            difference_low=reading.low,
            difference_high=reading.high,
            **common,
        )
        for reading in reversed(judgement.readings)  # so that clicks come first in a list of the newest
    )
