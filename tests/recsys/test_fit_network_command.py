import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from safetensors import safe_open

from recsys.algorithms import config_class, load_scorer
from tests.factories.marketing import EventFactory, ItemFactory, VisitorFactory

NPY = (
    b"\x93NUMPY\x01\x00v\x00"
    + b"{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }".ljust(117)
    + b"\n"
    + bytes(8)
)


def fit_network(*arguments):
    out = StringIO()
    call_command("fit_network", *(str(argument) for argument in arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def read(path):
    with safe_open(path, framework="numpy") as stored:
        return {name: stored.get_tensor(name) for name in stored.keys()}, stored.metadata()  # noqa: SIM118


@pytest.fixture
def columns(tmp_path):
    path = tmp_path / "rows.npz"
    np.savez(path, users=[5, 5, 9, 9, 10**9], items=[70, 80, 70, 90, 80], values=[1.0, 2, 1, 1, 1])
    return path


def test_columns_of_a_file_become_the_arrays_of_a_scorer(columns, tmp_path):
    out = tmp_path / "network.safetensors"

    said = fit_network("light_gcn", "--data", columns, "--set", "epochs=2", "--out", out)

    arrays, header = read(out)
    params = json.loads(header["params"])
    own = {name.removeprefix("scorer."): arrays[name] for name in arrays if name != "item_ids"}
    scorer = load_scorer(header["algorithm"]).from_arrays(own, config_class("light_gcn").from_dict(params))
    assert said == f"Wrote {out}.\n"
    assert arrays["item_ids"].tolist() == [70, 80, 90]
    assert scorer.n_items == 3
    assert params["epochs"] == 2
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


@pytest.mark.django_db
def test_without_a_file_the_shops_events_are_read(tmp_path):
    items = [ItemFactory() for _ in range(3)]
    for number in range(4):
        person = VisitorFactory()
        for item in (items[number % 3], items[(number + 1) % 3]):
            EventFactory(identity=person, source=person.source, item=item, kind="purchase")

    fit_network("light_gcn", "--set", "epochs=2", "--out", tmp_path / "network.safetensors")

    arrays, _ = read(tmp_path / "network.safetensors")
    assert {bytes(row) for row in arrays["item_ids"]} == {item.pk.bytes for item in items}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"users": [1]}, "has no whole numbers named items"),
        ({"users": [1.5], "items": [1]}, "has no whole numbers named users"),
        ({"users": [1, 2], "items": [1]}, "items"),
    ],
    ids=["a column is missing", "ids are no whole numbers", "columns of different lengths"],
)
def test_columns_that_make_no_rows_are_refused_by_name(columns, said, tmp_path):
    np.savez(tmp_path / "rows.npz", **columns)

    with pytest.raises(CommandError, match=said):
        fit_network("light_gcn", "--data", tmp_path / "rows.npz", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content",
    [None, b"", b"PK\x03\x04 no archive", NPY],
    ids=["missing", "empty", "broken", "one array without a name"],
)
def test_a_file_that_cannot_be_read_is_refused(content, tmp_path):
    path = tmp_path / "rows.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=r"data: .* is not readable"):
        fit_network("light_gcn", "--data", path, "--out", tmp_path / "out")


def test_a_setting_that_is_unknown_is_refused_by_name(columns, tmp_path):
    with pytest.raises(CommandError, match=r"^depth: is not a setting"):
        fit_network("light_gcn", "--data", columns, "--set", "depth=3", "--out", tmp_path / "out")
