import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from django.db import connection

from marketing.errors import ArtefactCorrupt, Conflict, InvalidInput, LeaseLost
from marketing.models import Deployment
from marketing.runs import deployments, leases, store
from tests.factories.marketing import TrainingRunFactory

pytestmark = pytest.mark.django_db
SLOT, Reason = "recommender", Deployment.Reason


@pytest.fixture
def write():
    def write_artefact(kind=SLOT):
        return store.write_artefact(kind=kind, arrays={"weights": np.ones(3, np.float32)}, manifest={})

    return write_artefact


def deploy(artefact, **options):
    return deployments.deploy(slot=artefact.kind, artefact=artefact, reason=Reason.STAFF, **options)


def test_nothing_serves_before_the_first_deployment():
    assert deployments.current(SLOT) is None
    assert deployments.champions(SLOT) == []


def test_the_newest_deployment_counts_and_names_the_one_before(write, kim):
    first, second = write(), write()

    before, after = deploy(first), deploy(second, user=kim)

    assert deployments.current(SLOT).champion == second
    assert (before.previous, after.previous, after.deployed_by) == (None, before, kim)


def test_slots_do_not_see_each_other(write):
    deploy(write())
    other = write(kind="other")

    deploy(other)

    assert deployments.current("other").champion == other
    assert deployments.current("other").previous is None


def test_an_artefact_of_another_kind_is_refused(write):
    with pytest.raises(InvalidInput) as refused:
        deployments.deploy(slot=SLOT, artefact=write(kind="other"), reason=Reason.STAFF)

    assert refused.value.field == "artefact"


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x")])
def test_an_artefact_whose_file_is_gone_or_damaged_is_not_deployed(damage, write, settings):
    artefact = write()
    damage(Path(settings.STORAGES["artefacts"]["OPTIONS"]["location"]) / artefact.storage_name)

    with pytest.raises(ArtefactCorrupt):
        deploy(artefact)

    assert deployments.current(SLOT) is None


def test_a_run_deploys_only_while_it_has_its_lease(write):
    run = TrainingRunFactory()
    old = leases.claim(run.id)
    leases.release(old, reason="gone")

    with pytest.raises(LeaseLost):
        deploy(write(), lease=old)

    assert deployments.current(SLOT) is None


@pytest.mark.django_db(transaction=True)
def test_deployments_at_the_same_moment_follow_one_another(write):
    artefacts = [write() for _ in range(5)]
    together = threading.Barrier(5)

    def deploy_together(artefact):
        together.wait()
        try:
            return deploy(artefact).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        made = sorted(pool.map(deploy_together, artefacts))

    rows = list(Deployment.objects.order_by("id").values_list("id", "previous_id"))
    assert rows == list(zip(made, [None, *made[:-1]], strict=True))


def test_rolling_back_twice_goes_back_two_steps(write, kim):
    first, second, third = write(), write(), write()
    for artefact in (first, second, third):
        deploy(artefact)

    once = deployments.roll_back(slot=SLOT, user=kim)
    twice = deployments.roll_back(slot=SLOT)

    assert (once.champion, once.reason, once.deployed_by) == (second, Reason.ROLL_BACK, kim)
    assert twice.champion == first
    with pytest.raises(Conflict, match="Nothing served"):
        deployments.roll_back(slot=SLOT)
    assert Deployment.objects.count() == 5


def test_after_a_roll_back_a_new_champion_stands_on_the_one_put_back(write):
    first, second, third = write(), write(), write()
    deploy(first)
    deploy(second)
    deployments.roll_back(slot=SLOT)
    deploy(third)

    back = deployments.roll_back(slot=SLOT)

    assert back.champion == first  # not the second, which was rolled back


def test_deploying_the_same_again_is_no_step_of_its_own(write):
    first, second = write(), write()
    for artefact in (first, second, second):
        deploy(artefact)

    assert deployments.roll_back(slot=SLOT).champion == first


def start(artefact, share=0.1, **options):
    return deployments.start_canary(slot=artefact.kind, artefact=artefact, share=share, **options)


def test_a_canary_stands_beside_the_champion_and_is_none(write, kim):
    champion, canary = write(), write()
    deploy(champion)

    row = start(canary, 0.2, user=kim)

    now = deployments.current(SLOT)
    assert (now, now.champion, now.canary, now.canary_share) == (row, champion, canary, 0.2)
    assert (row.reason, row.deployed_by) == (Reason.CANARY, kim)
    assert deployments.champions(SLOT) == [champion]


def test_a_stopped_canary_leaves_the_champion_and_was_never_one(write):
    champion, canary = write(), write()
    deploy(champion)
    start(canary)

    row = deployments.stop_canary(slot=SLOT)

    assert (row.champion, row.canary, row.canary_share, row.reason) == (champion, None, 0.0, Reason.STOPPED)
    assert deployments.champions(SLOT) == [champion]


def test_a_promoted_canary_is_champion_and_a_roll_back_returns_to_the_one_before(write):
    first, second = write(), write()
    deploy(first)
    start(second)

    promoted = deployments.promote_canary(slot=SLOT)
    champions = deployments.champions(SLOT)
    back = deployments.roll_back(slot=SLOT)

    assert (promoted.champion, promoted.canary, promoted.reason) == (second, None, Reason.PROMOTED)
    assert champions == [second, first]
    assert back.champion == first


def test_rolling_back_while_a_canary_is_on_trial_ends_the_trial(write):
    first, second, canary = write(), write(), write()
    deploy(first)
    deploy(second)
    start(canary)

    back = deployments.roll_back(slot=SLOT)

    assert (back.champion, back.canary) == (first, None)


def test_a_trial_is_no_step_to_roll_back_to(write):
    first, second, canary = write(), write(), write()
    deploy(first)
    deploy(second)
    start(canary)
    deployments.stop_canary(slot=SLOT)

    assert deployments.roll_back(slot=SLOT).champion == first


def test_another_champion_ends_the_trial(write):
    deploy(write())
    start(write())

    after = deploy(write())

    assert (after.canary, after.canary_share) == (None, 0.0)


def test_a_second_canary_takes_the_place_of_the_first(write):
    champion, first, second = write(), write(), write()
    deploy(champion)
    start(first)

    row = start(second)

    assert (row.champion, row.canary, row.previous.canary) == (champion, second, first)


def test_many_trials_push_no_champion_out_of_the_last_ten(write):
    first, second = write(), write()
    deploy(first)
    deploy(second)
    for _ in range(6):
        start(write())
        deployments.stop_canary(slot=SLOT)

    assert deployments.champions(SLOT) == [second, first]
    assert deployments.roll_back(slot=SLOT).champion == first


@pytest.mark.parametrize("share", [0.0, 0.009, 0.51, 1.0, -0.1, float("nan"), float("inf")])
def test_a_share_out_of_range_is_refused_by_name(share, write):
    deploy(write())

    with pytest.raises(InvalidInput) as refused:
        start(write(), share)

    assert refused.value.field == "share"
    assert deployments.current(SLOT).canary is None


def test_a_canary_needs_a_champion_that_is_another(write):
    only = write()
    with pytest.raises(Conflict, match="Nothing serves"):
        start(only)
    deploy(only)

    with pytest.raises(Conflict, match="serves recommender already"):
        start(only)


def test_a_canary_of_another_kind_is_refused(write):
    deploy(write())

    with pytest.raises(InvalidInput, match="of kind 'other'"):
        deployments.start_canary(slot=SLOT, artefact=write(kind="other"), share=0.1)


@pytest.mark.parametrize("act", [deployments.stop_canary, deployments.promote_canary])
def test_without_a_canary_there_is_nothing_to_stop_or_promote(act, write):
    deploy(write())

    with pytest.raises(Conflict, match="No canary of recommender is on trial"):
        act(slot=SLOT)

    assert Deployment.objects.count() == 1


@pytest.mark.parametrize("act", [deployments.stop_canary, deployments.promote_canary])
def test_what_was_judged_of_one_canary_is_not_done_to_the_next(act, write):
    deploy(write())
    judged = start(write())
    now = start(write())

    with pytest.raises(Conflict, match="Another canary"):
        act(slot=SLOT, judged=judged)

    assert deployments.current(SLOT) == now


def spoil(artefact, settings, damage):
    settings.ARTEFACT_CACHE.joinpath(f"{artefact.sha256}.safetensors").unlink(missing_ok=True)
    damage(Path(settings.STORAGES["artefacts"]["OPTIONS"]["location"]) / artefact.storage_name)


def flip_a_bit(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))


@pytest.mark.parametrize("damage", [Path.unlink, flip_a_bit], ids=["missing", "flipped bit"])
def test_a_spoiled_artefact_becomes_no_canary_and_a_spoiled_canary_no_champion(damage, write, settings):
    champion, canary, spoiled = write(), write(), write()
    deploy(champion)
    spoil(spoiled, settings, damage)
    with pytest.raises(ArtefactCorrupt):
        start(spoiled)
    trial = start(canary)
    spoil(canary, settings, damage)

    with pytest.raises(ArtefactCorrupt):
        deployments.promote_canary(slot=SLOT)

    assert deployments.current(SLOT) == trial


@pytest.mark.django_db(transaction=True)
def test_of_two_promotions_at_once_one_promotes_and_the_other_is_told(write):
    deploy(write())
    start(write())
    together = threading.Barrier(2)

    def promote(_):
        together.wait()
        try:
            return deployments.promote_canary(slot=SLOT).reason
        except Conflict as conflict:
            return str(conflict)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(promote, range(2)))

    assert told == ["No canary of recommender is on trial.", Reason.PROMOTED]
    assert Deployment.objects.count() == 3


def test_a_damaged_predecessor_is_not_put_back(write, settings):
    first, second = write(), write()
    deploy(first)
    deploy(second)
    settings.ARTEFACT_CACHE.joinpath(f"{first.sha256}.safetensors").unlink()
    (Path(settings.STORAGES["artefacts"]["OPTIONS"]["location"]) / first.storage_name).write_bytes(b"x")

    with pytest.raises(ArtefactCorrupt):
        deployments.roll_back(slot=SLOT)

    assert deployments.current(SLOT).champion == second


def test_only_the_last_ten_are_compared_with_and_can_be_put_back(write):
    artefacts = [write() for _ in range(12)]
    for artefact in artefacts:
        deploy(artefact)

    champions = deployments.champions(SLOT)

    assert champions == artefacts[:1:-1]  # twelve, without the two oldest, newest first
