import subprocess
import sys
import threading
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.storage import storages

from marketing.errors import ArtefactCorrupt
from marketing.models import Artefact, Deployment
from marketing.runs import deployments
from recsys.serving.bundle import Bundle, Deployed, deployed
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
