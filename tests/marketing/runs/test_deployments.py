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
