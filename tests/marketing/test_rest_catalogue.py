"""The whole catalogue over REST and by the command."""

import json

import pytest
from django.core.management import CommandError, call_command

from marketing.models import Item
from tests.callers import caller
from tests.factories.marketing import ItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(shop):
    for number in range(10):
        ItemFactory(sku=f"sku-{number}", title=f"Item {number}", source=shop)


def body(*numbers):
    return b"".join(json.dumps({"sku": f"sku-{n}", "title": f"Item {n}"}).encode() + b"\n" for n in numbers)


def retired():
    return set(Item.objects.filter(deleted_at__isnull=False).values_list("sku", flat=True))


def test_a_body_of_json_lines_retires_what_it_lacks(sam, catalogue):
    response = caller(sam).post("/api/catalogue/sync", body(*range(9)))

    assert response.status_code == 200, response.text
    assert response.json()["retired"] == 1
    assert retired() == {"sku-9"}


def test_too_much_missing_is_a_conflict_that_force_overrides(sam, catalogue):
    refused = caller(sam).post("/api/catalogue/sync", body(1))
    forced = caller(sam).post("/api/catalogue/sync?force=true", body(1))

    assert refused.status_code == 409
    assert "9 of 10 items are missing" in refused.json()["message"]
    assert forced.json()["retired"] == 9


def test_a_dry_run_over_rest_changes_nothing(sam, catalogue):
    response = caller(sam).post("/api/catalogue/sync?dryRun=true", body(*range(9)))

    assert (response.json()["retired"], response.json()["dryRun"]) == (1, True)
    assert retired() == set()


def test_a_line_that_is_no_json_is_told_by_its_number(sam, catalogue):
    response = caller(sam).post("/api/catalogue/sync", body(*range(10)) + b"{no json\n")

    assert response.status_code == 200, response.text
    assert response.json()["counts"]["unreadable"] == 1
    assert response.json()["faults"][0]["line"] == 11


@pytest.mark.parametrize(("size", "status"), [(b"", 422), (b"x" * 2000, 413)])
def test_an_empty_or_too_large_body_is_refused(sam, catalogue, settings, size, status):
    settings.CATALOGUE_SYNC_MAX_BYTES = 1000

    assert caller(sam).post("/api/catalogue/sync", size).status_code == status


def test_an_unclear_parameter_is_refused(sam, catalogue):
    response = caller(sam).post("/api/catalogue/sync?force=perhaps", body(1))

    assert response.status_code == 422
    assert response.json()["field"] == "force"
    assert retired() == set()


def test_the_command_takes_json_lines(tmp_path, catalogue, capsys):
    path = tmp_path / "catalogue.jsonl"
    path.write_bytes(body(*range(9)))

    call_command("sync_catalogue", str(path), source="shop")

    assert "retired: 1" in capsys.readouterr().out
    assert retired() == {"sku-9"}


def test_the_command_takes_csv_with_a_column_map(tmp_path, catalogue, capsys):
    path = tmp_path / "catalogue.csv"
    lines = "".join(f"sku-{n};Item {n};9.90;a|b\n" for n in range(9))
    path.write_text("Number;Name;price;tags\n" + lines)

    call_command(
        "sync_catalogue",
        str(path),
        "--column=sku=Number",
        "--column=title=Name",
        "--constant=currency=EUR",
        source="shop",
    )

    assert "9 updated" in capsys.readouterr().out
    assert retired() == {"sku-9"}
    assert Item.objects.get(sku="sku-1").tags == ["a", "b"]


def test_a_dry_run_of_the_command_changes_nothing(tmp_path, catalogue, capsys):
    path = tmp_path / "catalogue.jsonl"
    path.write_bytes(body(*range(9)))

    call_command("sync_catalogue", str(path), source="shop", dry_run=True)

    assert "would be retired: 1" in capsys.readouterr().out
    assert retired() == set()


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("catalogue.jsonl", "nobody", "no source has the code"),
        ("catalogue.xml", "shop", "one that ends with .jsonl"),
        ("missing.jsonl", "shop", "a file expected"),
    ],
)
def test_the_command_says_what_it_can_not_take(tmp_path, catalogue, name, source, message):
    if name != "missing.jsonl":
        (tmp_path / name).write_bytes(body(1))

    with pytest.raises(CommandError, match=message):
        call_command("sync_catalogue", str(tmp_path / name), source=source)
