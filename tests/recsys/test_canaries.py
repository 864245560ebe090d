from datetime import timedelta

import numpy as np
import pytest
from django.core import mail
from django.utils import timezone

from marketing.models import Deployment
from marketing.runs import deployments
from recsys.canaries import Rules, Trial, check_canary, judge
from recsys.models import CanaryCheck
from recsys.online import PeopleServed
from recsys.serving.bundle import deployed
from recsys.tasks import check_canaries
from tests.factories.marketing import CustomerIdentityFactory, EventFactory, ItemFactory
from tests.factories.recsys import RecommendationLogFactory

RULES = Rules(least_people=500, allowed_loss=0.05, longest=timedelta(days=14), undecided="promote")
NEVER_PROMOTED = Rules(least_people=10**9, allowed_loss=0.05, longest=timedelta(days=14), undecided="promote")
HOURS = Trial(share=0.1, age=timedelta(hours=5))
LOOKS = 200


def people(count, *, lists=2, clicked=0.0, bought=0.0):
    """So many people with so many lists each, of which these shares of the people clicked and bought from one."""
    ones = np.arange(count) / count
    return PeopleServed(np.full(count, float(lists)), (ones < clicked) * 1.0, (ones < bought) * 1.0)


def served_until(moment, *, who, at, clicks, buys):
    """The same lists as they stand at a moment, person by person."""
    so_far = at < moment
    size = who.max() + 1
    lists, clicked, bought = (
        np.bincount(who[so_far], weights=one[so_far].astype(float), minlength=size)
        for one in (np.ones(len(who)), clicks, buys)
    )
    some = lists > 0
    return PeopleServed(lists[some], clicked[some], bought[some])


def trial(seed, *, people=4_000, share=0.1, clicks=(0.1, 0.1), buys=(0.02, 0.02)):
    """Both arms as they stand at each of the looks; people come back, and some like to click more than others."""
    random = np.random.default_rng(seed)
    in_canary = random.random(people) < share
    who = np.repeat(np.arange(people), random.geometric(0.4, people))
    at = np.sort(random.random(len(who)))
    random.shuffle(who)
    taste = random.beta(1, 3, people) * 4  # of mean 1
    arm = in_canary[who].astype(int)
    clicked = random.random(len(who)) < np.array(clicks)[arm] * taste[who]
    bought = random.random(len(who)) < np.array(buys)[arm]
    for moment in np.linspace(0, 1, LOOKS + 1)[1:]:
        yield [
            served_until(moment, who=who[mine], at=at[mine], clicks=clicked[mine], buys=bought[mine])
            for mine in (arm == 0, arm == 1)
        ]


def ends_in(looks, *, rules):
    """The first verdict that is not to wait."""
    verdicts = (judge(*arms, trial=HOURS, rules=rules).verdict for arms in looks)
    return next((verdict for verdict in verdicts if verdict != "wait"), "wait")


def test_a_canary_that_is_as_good_is_seldom_stopped_however_often_one_looks():
    ends = [ends_in(trial(seed, people=1_500, share=0.3), rules=NEVER_PROMOTED) for seed in range(100)]

    # Of 100 trials of which 5 at most should be stopped; 9 and more would be seen once in 27 times at 5% each.
    assert ends.count("stop") <= 5


@pytest.mark.parametrize(("clicks", "buys"), [((0.1, 0.04), (0.02, 0.02)), ((0.1, 0.1), (0.2, 0.05))])
def test_a_canary_that_is_clearly_worse_at_clicks_or_purchases_is_stopped(clicks, buys):
    ends = [ends_in(trial(seed, clicks=clicks, buys=buys), rules=RULES) for seed in range(5)]

    assert ends == ["stop"] * 5


def test_a_better_canary_is_promoted():
    ends = [ends_in(trial(seed, people=6_000, share=0.3, clicks=(0.1, 0.16)), rules=RULES) for seed in range(5)]

    assert ends == ["promote"] * 5


def test_nothing_is_decided_by_a_handful_of_people():
    judgement = judge(people(5_000, clicked=0.9), people(99), trial=HOURS, rules=RULES)

    assert judgement.verdict == "wait"
    assert judgement.readings[0].low is None
    assert judgement.reason == "Too few: 99 people tried it; 500 people in each arm are wanted."


def test_the_reason_says_how_much_worse_and_how_sure():
    judgement = judge(people(5_000, clicked=0.5), people(500, clicked=0.1), trial=HOURS, rules=RULES)

    assert judgement.verdict == "stop"
    # One list in two of half of the people is 25% of the lists; of a tenth it is 5%.
    assert judgement.reason.startswith(
        "Worse: click-through 5.00% against the champion's 25.00%, a difference between -2"
    )


def test_fewer_people_than_wanted_promote_nothing():
    judgement = judge(people(5_000, clicked=0.1), people(499, clicked=0.9), trial=HOURS, rules=RULES)

    assert judgement.verdict == "wait"


def test_a_loss_that_is_not_excluded_waits_until_the_last_day():
    arms = people(5_000, clicked=0.5), people(500, clicked=0.5)

    early = judge(*arms, trial=HOURS, rules=RULES)
    last = judge(*arms, trial=Trial(share=0.1, age=timedelta(days=14)), rules=RULES)

    assert (early.verdict, early.reason[:13]) == ("wait", "Not yet sure:")
    assert (last.verdict, last.reason[:30]) == ("promote", "No harm was shown in 14 days: ")


def test_on_the_last_day_staff_decide_where_they_want_to():
    rules = Rules(least_people=500, allowed_loss=0.05, longest=timedelta(days=14), undecided="staff")

    judgement = judge(people(200), people(20), trial=Trial(share=0.1, age=timedelta(days=15)), rules=rules)

    assert (judgement.verdict, judgement.reason[-14:]) == ("wait", "Staff decide.".rjust(14))


def test_a_canary_that_serves_nobody_is_stopped():
    # 900 people got the champion with 90%, so 100 were due to the canary.
    judgement = judge(people(900), people(0), trial=HOURS, rules=RULES)

    assert judgement.verdict == "stop"
    assert judgement.reason == "It served nobody where 100 people were due; is it whole?"


def test_processes_have_a_moment_to_hear_of_a_canary():
    assert (
        judge(people(900), people(0), trial=Trial(share=0.1, age=timedelta(minutes=2)), rules=RULES).verdict == "wait"
    )


def test_without_anybody_there_is_nothing_to_judge_yet():
    assert judge(people(0), people(0), trial=HOURS, rules=RULES).verdict == "wait"


# -- With rows ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def on_trial(fresh_process, deploy, write_artefact):
    """Champion and canary over one item, the canary for half of the people."""
    items = [ItemFactory()]
    champion, canary = deploy(items, np.zeros((1, 1))), write_artefact(items, np.ones((1, 1)))
    deployments.start_canary(slot="recommender", artefact=canary, share=0.5)
    return champion, canary


@pytest.fixture
def visit(on_trial):
    """So many customers get a list each, made by the arm that serving would choose; those of one arm click."""
    from marketing.selectors import subject_of_identity

    item = ItemFactory()

    def customers_visit(count, *, who_click):
        at = timezone.now()
        for identity in CustomerIdentityFactory.create_batch(count):
            arm = deployed.for_person(subject_of_identity(identity)).artefact_id
            log = {"basis": "personal", "artefact_id": arm, "served_at": at, "items": [{"item": str(item.pk)}]}
            RecommendationLogFactory(identity=identity, **log)
            if arm == who_click.pk:
                EventFactory(identity=identity, item=item, kind="click", occurred_at=at)

    return customers_visit


@pytest.fixture
def agreed(shop):
    """Everybody agrees to personal lists unless they say otherwise."""
    shop.consent = {"personalisation": True}
    shop.save()


@pytest.mark.django_db
@pytest.mark.usefixtures("agreed")
class TestWithRows:
    def test_a_worse_canary_is_stopped_by_the_schedule_and_staff_are_told(
        self, on_trial, visit, settings, django_capture_on_commit_callbacks
    ):
        settings.STAFF_ALERT_EMAILS = ["kim@shop.example"]
        champion, canary = on_trial
        visit(260, who_click=champion)

        with django_capture_on_commit_callbacks(execute=True):
            verdict = check_canaries()

        now = deployments.current("recommender")
        assert verdict == "stop"
        assert (now.champion, now.canary, now.reason) == (champion, None, Deployment.Reason.STOPPED)
        clicks, purchases = CanaryCheck.objects.all()
        assert (clicks.metric, clicks.verdict, clicks.champion_mean, clicks.canary_mean) == (
            "click-through", "stop", 1.0, 0.0,
        )  # fmt: skip
        assert clicks.champion_people + clicks.canary_people == 260
        assert (purchases.metric, purchases.difference_high) == ("conversion", 0.0)
        assert [message.subject for message in mail.outbox] == ["[Attune] Canary stopped: worse"]
        assert f"{canary}" in mail.outbox[0].body

    def test_a_better_canary_is_promoted(self, on_trial, visit, settings):
        settings.CANARY_LEAST_PEOPLE = 100
        _champion, canary = on_trial
        visit(260, who_click=canary)

        judgement = check_canary()

        assert judgement.verdict == "promote"
        assert deployments.current("recommender").champion == canary

    def test_a_look_that_changes_nothing_is_written_down_once_an_hour(self, on_trial):
        now = timezone.now()
        CanaryCheck.objects.all().delete()

        written = []
        for minutes in (0, 15, 45, 61):
            check_canary(now=now + timedelta(minutes=minutes))
            CanaryCheck.objects.filter(checked_at__gt=now).update(checked_at=now)
            written.append(CanaryCheck.objects.count() // 2)

        assert written == [1, 1, 1, 2]

    def test_staff_who_want_to_decide_are_asked_once(self, on_trial, settings, django_capture_on_commit_callbacks):
        settings.STAFF_ALERT_EMAILS, settings.CANARY_UNDECIDED = ["kim@shop.example"], "staff"
        now, later = timezone.now(), timezone.now() + timedelta(days=14, minutes=1)

        with django_capture_on_commit_callbacks(execute=True):
            for moment in (now, later, later + timedelta(minutes=15), later + timedelta(hours=2)):
                check_canary(now=moment)

        assert [message.subject for message in mail.outbox] == ["[Attune] Canary waits for you"]
        assert deployments.current("recommender").canary is not None

    def test_without_a_canary_nothing_is_checked(self):
        assert check_canaries() is None
        assert not CanaryCheck.objects.exists()

    def test_a_canary_whose_file_is_gone_is_stopped_and_not_promoted(self, on_trial, visit, settings, caplog):
        from pathlib import Path

        settings.CANARY_LEAST_PEOPLE = 100
        champion, canary = on_trial
        visit(260, who_click=canary)
        settings.ARTEFACT_CACHE.joinpath(f"{canary.sha256}.safetensors").unlink()
        Path(settings.STORAGES["artefacts"]["OPTIONS"]["location"], canary.storage_name).unlink()

        judgement = check_canary()

        assert judgement.verdict == "stop"
        assert "can't be read any more" in judgement.reason
        assert deployments.current("recommender").champion == champion
