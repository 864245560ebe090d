import os
import subprocess
import sys
import threading
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketing.errors import ArtefactCorrupt
from marketing.models import Artefact, Deployment
from marketing.runs import deployments
from marketing.selectors import Subject
from recsys.serving.bundle import Bundle, Deployed, deployed, is_of_canary
from tests.factories.marketing import ItemFactory

pytestmark = pytest.mark.usefixtures("fresh_process")


@pytest.fixture
def items(db):
    return ItemFactory.create_batch(3)


def ids_of(*uuids):
    return np.frombuffer(b"".join(uuid.bytes for uuid in uuids), np.uint8).reshape(-1, 16)


def bundle_of(*uuids):
    arrays = {"item_ids": ids_of(*uuids), "scorer.users": np.ones(len(uuids), np.float32)}
    return Bundle.from_arrays(artefact_id=uuid4(), arrays=arrays, manifest={"algorithm": "popularity"})


def rot(artefact):
    """Overwrite the stored file as a failing disk would."""
    path = Path(storages["artefacts"].path(artefact.storage_name))
    stored = path.read_bytes()
    path.write_bytes(stored[:-1] + bytes([stored[-1] ^ 1]))


def deploy_row(artefact):
    """The row alone, as if the bytes had rotted after the deployment was checked."""
    Deployment.objects.create(
        slot="recommender", champion=artefact, previous=deployments.current("recommender"), reason="staff"
    )


def test_an_index_finds_the_column_of_each_id_and_says_which_it_does_not_know():
    known = [uuid4() for _ in range(50)]

    positions = bundle_of(*known).positions(ids_of(known[7], uuid4(), known[49], known[0]))

    assert positions.tolist() == [7, -1, 49, 0]


def test_ids_that_end_in_zero_bytes_are_told_apart():
    short, longer = uuid4().bytes[:14], b"\x01\x00"
    ids = np.frombuffer(short + b"\0\0" + short + longer, np.uint8).reshape(2, 16)
    arrays = {"item_ids": ids, "scorer.users": np.ones(2, np.float32)}
    bundle = Bundle.from_arrays(artefact_id=uuid4(), arrays=arrays, manifest={"algorithm": "popularity"})

    assert bundle.positions(ids).tolist() == [0, 1]
    assert bundle.item_id(0).bytes == short + b"\0\0"


def test_ids_and_scorer_of_different_sizes_are_no_bundle():
    arrays = {"item_ids": ids_of(uuid4()), "scorer.users": np.ones(2, np.float32)}

    with pytest.raises(ArtefactCorrupt, match=r"item_ids.*\(2, 16\)"):
        Bundle.from_arrays(artefact_id=uuid4(), arrays=arrays, manifest={"algorithm": "popularity"})


def test_arrays_without_ids_are_no_bundle():
    with pytest.raises(ArtefactCorrupt, match="item_ids"):
        Bundle.from_arrays(artefact_id=uuid4(), arrays={}, manifest={"algorithm": "popularity"})


def test_without_a_deployment_there_is_no_bundle(db):
    assert deployed.current() is None


def test_a_new_deployment_is_picked_up_whole(deploy, items):
    old = deploy(items[:2], np.zeros((2, 2)))
    before = deployed.current()

    new = deploy(items, np.zeros((3, 3)))
    after = deployed.current()

    assert (before.artefact_id, len(before.item_ids), before.scorer.n_items) == (old.pk, 2, 2)
    assert (after.artefact_id, len(after.item_ids), after.scorer.n_items) == (new.pk, 3, 3)


def test_rolling_back_is_picked_up(deploy, items):
    old = deploy(items[:2], np.zeros((2, 2)))
    deploy(items, np.zeros((3, 3)))
    deployed.current()

    deployments.roll_back(slot="recommender")

    assert deployed.current().artefact_id == old.pk


def test_arrays_are_mapped_and_not_copied(deploy, items):
    deploy(items, np.zeros((3, 3)))

    bundle = deployed.current()

    assert not bundle.item_ids.flags.owndata
    assert not bundle.item_ids.flags.writeable


def test_deployments_are_looked_for_only_now_and_then(deploy, items, settings, django_assert_num_queries):
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    deploy(items, np.zeros((3, 3)))
    first = deployed.current()
    deploy(items[:2], np.zeros((2, 2)))

    with django_assert_num_queries(0):
        second = deployed.current()

    assert second is first


def test_a_damaged_artefact_leaves_the_old_one_serving_and_is_logged(deploy, write_artefact, items, caplog):
    good = deploy(items, np.zeros((3, 3)))
    deployed.current()
    damaged = write_artefact(items, np.ones((3, 3)))
    rot(damaged)
    deploy_row(damaged)

    bundle = deployed.current()

    assert bundle.artefact_id == good.pk
    assert f"could not load artefact {damaged.pk}" in caplog.text


def test_a_damaged_first_artefact_serves_nothing_and_breaks_nothing(write_artefact, items):
    damaged = write_artefact(items, np.ones((3, 3)))
    rot(damaged)
    deploy_row(damaged)

    assert deployed.current() is None


def test_a_damaged_artefact_is_not_loaded_again_at_every_look(deploy, write_artefact, items, caplog):
    deploy(items, np.zeros((3, 3)))
    damaged = write_artefact(items, np.ones((3, 3)))
    rot(damaged)
    deploy_row(damaged)

    for _look in range(3):
        deployed.current()

    assert caplog.text.count("could not load artefact") == 1


def test_a_good_artefact_after_a_damaged_one_is_picked_up_at_once(deploy, write_artefact, items):
    damaged = write_artefact(items, np.ones((3, 3)))
    rot(damaged)
    deploy_row(damaged)
    deployed.current()

    good = deploy(items, np.zeros((3, 3)))

    assert deployed.current().artefact_id == good.pk


def test_an_algorithm_that_this_process_does_not_know_leaves_the_old_one_serving(deploy, items):
    good = deploy(items, np.zeros((3, 3)))
    deployed.current()
    deploy(items, algorithm="of_the_next_release", weights=np.zeros((3, 3), np.float32))

    assert deployed.current().artefact_id == good.pk


def test_while_one_request_looks_the_others_are_served_from_the_old_bundle(deploy, items):
    old = deploy(items[:2], np.zeros((2, 2)))
    holder = Deployed("recommender")
    holder.current()
    deploy(items, np.zeros((3, 3)))

    with holder._lock:  # another request is loading
        served = []
        asking = threading.Thread(target=lambda: served.append(holder.current()))
        asking.start()
        asking.join(timeout=10)

    assert [bundle.artefact_id for bundle in served] == [old.pk]
    assert Artefact.objects.count() == 2


def test_what_serves_never_loads_torch():
    program = (
        "import django; django.setup(); import recsys.schema, recsys.serving, sys\n"
        "from recsys.algorithms import ALGORITHMS, load_scorer\n"
        "[load_scorer(name) for name in ALGORITHMS]\n"
        "assert 'torch' not in sys.modules, 'torch is loaded'"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def try_canary():
    """Has an artefact served to half of the people beside the champion."""

    def start(artefact, share=0.5):
        deployments.start_canary(slot="recommender", artefact=artefact, share=share)
        return artefact

    return start


@pytest.fixture
def on_trial(deploy, write_artefact, items, try_canary):
    """A champion, and a canary that half of the people try."""
    return deploy(items, np.zeros((3, 3))), try_canary(write_artefact(items, np.ones((3, 3))))


def person(number):
    """A customer who agreed to personalisation."""
    return Subject(identity_ids=(number,), customer_id=UUID(int=number), personal=True)


def arms_of(people):
    return [deployed.for_person(who).artefact_id for who in people]


def test_the_share_of_people_who_try_a_canary_is_the_one_that_was_asked_for():
    canary_id = UUID(int=7)
    people = [UUID(int=number).bytes for number in range(10_000)]

    trying = sum(is_of_canary(who, canary_id=canary_id, share=0.1) for who in people)

    # Of 10,000 fair draws of 0.1 the sum is 1,000 with a standard deviation of 30.
    assert 880 < trying < 1120


def test_who_tries_a_small_share_tries_a_larger_one_too_and_another_canary_has_others():
    people = [UUID(int=number).bytes for number in range(2_000)]

    def trying(canary, share):
        return {who for who in people if is_of_canary(who, canary_id=UUID(int=canary), share=share)}

    assert trying(1, 0.1) < trying(1, 0.3)
    assert trying(1, 0.1) != trying(2, 0.1)


def test_every_process_finds_the_same_people():
    program = (
        "from uuid import UUID; import django; django.setup(); from recsys.serving.bundle import is_of_canary\n"
        "print([n for n in range(200) if is_of_canary(UUID(int=n).bytes, canary_id=UUID(int=7), share=0.1)])"
    )
    here = [n for n in range(200) if is_of_canary(UUID(int=n).bytes, canary_id=UUID(int=7), share=0.1)]

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )

    assert here
    assert done.stdout.strip() == str(here)


def test_each_person_stays_in_one_arm_and_both_arms_serve(on_trial):
    champion, canary = on_trial
    people = [person(number) for number in range(1, 41)]

    first = arms_of(people)
    deployed.forget()
    again = arms_of(people)

    assert first == again
    assert set(first) == {champion.pk, canary.pk}
    assert deployed.current().artefact_id == champion.pk


@pytest.mark.usefixtures("on_trial")
def test_all_names_of_a_customer_are_in_one_arm():
    ada = UUID(int=5)

    arms = arms_of([Subject((3, 9), ada, personal=True), Subject((3,), ada, personal=True), Subject((9,), ada, True)])

    assert len(set(arms)) == 1


def test_nobody_and_who_did_not_agree_get_the_champion(on_trial):
    champion, _canary = on_trial
    strangers = [Subject(), Subject(personal=True), *(Subject((n,), UUID(int=n)) for n in range(1, 41))]

    assert set(arms_of(strangers)) == {champion.pk}


@pytest.mark.parametrize(("act", "place"), [(deployments.promote_canary, 1), (deployments.stop_canary, 0)])
def test_a_trials_end_is_picked_up_for_everybody(act, place, on_trial):
    people = [person(number) for number in range(1, 41)]
    arms_of(people)

    act(slot="recommender")

    assert set(arms_of(people)) == {on_trial[place].pk}
    assert deployed.current().artefact_id == on_trial[place].pk


def test_promoting_loads_nothing_anew(on_trial):
    _champion, canary = on_trial
    bundles = [deployed.for_person(person(number)) for number in range(1, 41)]
    tried = next(bundle for bundle in bundles if bundle.artefact_id == canary.pk)

    deployments.promote_canary(slot="recommender")

    assert deployed.current() is tried


def flip_a_bit_of(artefact, settings):
    forget_copy(artefact, settings)
    rot(artefact)


def lose_the_file_of(artefact, settings):
    forget_copy(artefact, settings)
    Path(storages["artefacts"].path(artefact.storage_name)).unlink()


def forget_copy(artefact, settings):
    settings.ARTEFACT_CACHE.joinpath(f"{artefact.sha256}.safetensors").unlink(missing_ok=True)


@pytest.mark.parametrize("spoil", [flip_a_bit_of, lose_the_file_of])
def test_a_canary_that_can_not_be_loaded_leaves_all_to_the_champion_and_is_logged_once(
    spoil, on_trial, settings, caplog, monkeypatch
):
    monkeypatch.setattr("recsys.serving.bundle.RETRY_SECONDS", 0.0)
    champion, canary = on_trial
    spoil(canary, settings)

    arms = arms_of(person(number) for number in range(1, 41))

    assert set(arms) == {champion.pk}
    assert caplog.text.count(f"could not load artefact {canary.pk}") == 1


@pytest.mark.parametrize(
    "arrays",
    [{"weights": np.zeros((2, 2), np.float32)}, {"weights": np.zeros((3, 2), np.float32)}, {}],
    ids=["vocabulary of another size", "weights not square", "no weights"],
)
def test_a_canary_whose_parts_do_not_fit_leaves_all_to_the_champion(arrays, deploy, write_artefact, items, try_canary):
    champion = deploy(items, np.zeros((3, 3)))
    try_canary(write_artefact(items, **arrays))

    assert set(arms_of(person(number) for number in range(1, 41))) == {champion.pk}


def test_a_canary_is_looked_for_only_now_and_then(deploy, write_artefact, items, try_canary, settings):
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    champion = deploy(items, np.zeros((3, 3)))
    deployed.current()
    try_canary(write_artefact(items, np.ones((3, 3))))

    with CaptureQueriesContext(connection) as captured:
        arms = arms_of(person(number) for number in range(1, 41))

    assert set(arms) == {champion.pk}
    assert not captured.captured_queries
