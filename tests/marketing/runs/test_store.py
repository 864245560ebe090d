import json
import mmap
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.models import Artefact
from marketing.runs import store

ARRAYS = {
    "item_ids": np.arange(48, dtype=np.uint8).reshape(3, 16),
    "scorer.weights": np.array([[0.0, 1.5], [-2.0, 0.0]], np.float32),
    "scorer.order": np.array([2, 0, 1], np.int32),
    "scorer.nothing": np.empty((0, 4), np.float64),
}
MANIFEST = {"algorithm": "ease", "config": {"regularization": 400.0}, "title": "Größe 大"}


class BreaksOff(FileSystemStorage):
    """A store whose disk is full after the first half of a file."""

    def _save(self, name, content):
        content.read(content.size // 2)
        target = Path(self.location) / name
        target.parent.mkdir(parents=True)
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")


def flip_a_byte(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def stored_path(artefact, settings):
    return Path(settings.STORAGES["artefacts"]["OPTIONS"]["location"]) / artefact.storage_name


def left_behind(settings):
    places = [settings.STORAGES["artefacts"]["OPTIONS"]["location"], settings.ARTEFACT_CACHE]
    return [path for place in places for path in Path(place).rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_what_is_read_is_what_was_written():
    artefact = store.write_artefact(kind="recommender", arrays=ARRAYS, manifest=MANIFEST, metrics={"ndcg@10": 0.3})

    loaded = store.open_artefact(artefact)

    assert loaded.manifest == artefact.manifest == MANIFEST
    assert loaded.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert loaded.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(loaded.arrays[name], array)
    assert artefact.metrics == {"ndcg@10": 0.3}
    assert artefact.size == loaded.path.stat().st_size


@pytest.mark.django_db
def test_arrays_are_read_only_views_of_the_mapped_file():
    big = np.ones((1024, 1024), np.float32)
    artefact = store.write_artefact(kind="recommender", arrays={"weights": big}, manifest={})

    loaded = store.open_artefact(artefact)

    base = loaded.arrays["weights"]
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base.obj if isinstance(base, memoryview) else base, mmap.mmap)
    assert str(loaded.path) in Path(f"/proc/{os.getpid()}/maps").read_text()
    with pytest.raises(ValueError, match="read-only"):
        loaded.arrays["weights"][0, 0] = 2


@pytest.mark.django_db
def test_a_flipped_byte_in_the_store_is_noticed(settings):
    artefact = store.write_artefact(kind="recommender", arrays=ARRAYS, manifest=MANIFEST)
    flip_a_byte(stored_path(artefact, settings))

    with pytest.raises(ArtefactCorrupt, match="SHA-256"):
        store.open_artefact(artefact)

    assert list(settings.ARTEFACT_CACHE.iterdir()) == []


@pytest.mark.django_db
def test_a_flipped_byte_in_the_machines_copy_is_noticed_and_mended_from_the_store():
    artefact = store.write_artefact(kind="recommender", arrays=ARRAYS, manifest=MANIFEST)
    copy = store.open_artefact(artefact).path
    flip_a_byte(copy)

    loaded = store.open_artefact(artefact)

    np.testing.assert_array_equal(loaded.arrays["scorer.weights"], ARRAYS["scorer.weights"])


@pytest.mark.django_db
def test_a_file_that_is_gone_from_the_store_is_said_to_be(settings):
    artefact = store.write_artefact(kind="recommender", arrays=ARRAYS, manifest=MANIFEST)
    stored_path(artefact, settings).unlink()

    with pytest.raises(ArtefactCorrupt, match="not in the store"):
        store.open_artefact(artefact)


@pytest.mark.django_db
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_numbers_that_are_not_finite_are_refused(value, dtype, settings):
    arrays = {"good": np.ones(2), "weights": np.array([1.0, value], dtype)}

    with pytest.raises(ArtefactCorrupt, match="weights: 1 of 2 numbers"):
        store.write_artefact(kind="recommender", arrays=arrays, manifest={})

    assert not Artefact.objects.exists()
    assert left_behind(settings) == []


@pytest.mark.django_db
@pytest.mark.parametrize("array", [np.array(["a"]), np.array([object()]), np.array([1j])])
def test_values_that_are_no_plain_numbers_are_refused(array):
    with pytest.raises(InvalidInput) as refused:
        store.write_artefact(kind="recommender", arrays={"names": array}, manifest={})

    assert refused.value.field == "names"


@pytest.mark.django_db
@pytest.mark.parametrize("manifest", [{"score": float("nan")}, {"when": object()}])
def test_a_manifest_that_is_no_json_is_refused(manifest):
    with pytest.raises(InvalidInput) as refused:
        store.write_artefact(kind="recommender", arrays=ARRAYS, manifest=manifest)

    assert refused.value.field == "manifest"


@pytest.mark.django_db
def test_a_write_that_breaks_off_leaves_nothing(settings, tmp_path):
    broken = {"BACKEND": f"{__name__}.BreaksOff", "OPTIONS": {"location": tmp_path / "store"}}
    settings.STORAGES = {**settings.STORAGES, "artefacts": broken}

    with pytest.raises(OSError, match="No space left"):
        store.write_artefact(kind="recommender", arrays=ARRAYS, manifest=MANIFEST)

    assert not Artefact.objects.exists()
    assert left_behind(settings) == []


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_get_consecutive_versions():
    together = threading.Barrier(5)

    def write(number):
        together.wait()
        try:
            kind = "recommender" if number else "other"
            return store.write_artefact(kind=kind, arrays=ARRAYS, manifest={"number": number}).version
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        versions = list(pool.map(write, range(5)))

    assert versions[0] == 1
    assert sorted(versions[1:]) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_many_that_load_at_the_same_moment_all_get_the_whole_file(settings):
    artefact = store.write_artefact(kind="recommender", arrays={"weights": np.ones(500_000)}, manifest=MANIFEST)
    together = threading.Barrier(8)

    def load(_):
        together.wait()
        return store.open_artefact(artefact).arrays["weights"].sum()

    with ThreadPoolExecutor(8) as pool:
        sums = list(pool.map(load, range(8)))

    assert sums == [500_000.0] * 8
    assert [path.name for path in settings.ARTEFACT_CACHE.iterdir()] == [f"{artefact.sha256}.safetensors"]


@pytest.mark.django_db
def test_the_file_is_what_the_safetensors_format_says():
    artefact = store.write_artefact(kind="recommender", arrays=ARRAYS, manifest=MANIFEST)

    data = store.open_artefact(artefact).path.read_bytes()

    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert header["scorer.weights"]["dtype"] == "F32"
    assert json.loads(header["__metadata__"]["manifest"]) == MANIFEST
