import os
import time
from pathlib import Path

import numpy as np
import pytest

from marketing.models import Artefact, Deployment
from marketing.runs import deployments, retention, store

pytestmark = pytest.mark.django_db
A_MONTH_AGO = time.time() - 30 * 24 * 3600


@pytest.fixture
def write(settings):
    """Writes an artefact, a month ago."""
    folder = Path(settings.STORAGES["artefacts"]["OPTIONS"]["location"])

    def write_old(number):
        artefact = store.write_artefact(
            kind="recommender", arrays={"weights": np.full(3, number, np.float32)}, manifest={}
        )
        os.utime(folder / artefact.storage_name, (A_MONTH_AGO, A_MONTH_AGO))
        return artefact

    return write_old


def files(settings):
    folder = Path(settings.STORAGES["artefacts"]["OPTIONS"]["location"])
    return {str(path.relative_to(folder)) for path in folder.rglob("*.safetensors")}


def test_files_of_champions_and_of_the_newest_versions_stay(write, settings):
    artefacts = [write(number) for number in range(13)]
    deployments.deploy(slot="recommender", artefact=artefacts[0], reason=Deployment.Reason.STAFF)

    gone = retention.prune_store()

    assert gone == 2  # of 13, the oldest serves and the ten newest stay
    assert files(settings) == {artefact.storage_name for artefact in [artefacts[0], *artefacts[3:]]}
    assert Artefact.objects.count() == 13


def test_the_file_of_a_canary_on_trial_stays(write, settings):
    artefacts = [write(number) for number in range(13)]
    deployments.deploy(slot="recommender", artefact=artefacts[0], reason=Deployment.Reason.STAFF)
    deployments.start_canary(slot="recommender", artefact=artefacts[1], share=0.1)

    gone = retention.prune_store()

    assert gone == 1  # of 13 the champion, the canary and the ten newest stay
    assert artefacts[1].storage_name in files(settings)


def test_a_file_that_never_got_its_row_goes_when_it_is_old(write, settings):
    known = write(1)
    folder = Path(settings.STORAGES["artefacts"]["OPTIONS"]["location"]) / "recommender"
    for name, when in (("old", A_MONTH_AGO), ("young", time.time())):
        (folder / f"{name}.safetensors").write_bytes(b"left behind")
        os.utime(folder / f"{name}.safetensors", (when, when))

    gone = retention.prune_store()

    assert gone == 1
    assert files(settings) == {known.storage_name, "recommender/young.safetensors"}


def test_a_store_that_does_not_exist_yet_has_nothing_to_prune():
    assert retention.prune_store() == 0


def test_of_a_machines_copies_those_used_last_stay_and_broken_downloads_go(write, settings):
    paths = [store.open_artefact(write(number)).path for number in range(retention.COPIES + 2)]
    for age, path in enumerate(paths):
        os.utime(path, (A_MONTH_AGO + age, A_MONTH_AGO + age))
    broken = settings.ARTEFACT_CACHE / f"download{store.PARTIAL}"
    broken.write_bytes(b"half")
    os.utime(broken, (A_MONTH_AGO, A_MONTH_AGO))

    gone = retention.prune_copies()

    assert gone == 3
    assert set(settings.ARTEFACT_CACHE.iterdir()) == set(paths[2:])


def test_checkpoints_that_nobody_came_back_to_go(settings, tmp_path):
    settings.NETWORK_CHECKPOINTS = tmp_path
    for name, when in (("sasrec-old", A_MONTH_AGO), ("sasrec-new", time.time())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "last.ckpt").write_bytes(b"")
        os.utime(tmp_path / name, (when, when))

    gone = retention.prune_checkpoints()

    assert gone == 1
    assert [path.name for path in tmp_path.iterdir()] == ["sasrec-new"]
