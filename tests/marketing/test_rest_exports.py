import csv
import io
import json

import pyarrow.parquet as pq
import pytest
import yaml

from tests.callers import caller
from tests.factories import marketing as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(sam):
    """What a key with every scope gets at the address below /api/exports/."""
    return lambda address: caller(sam).get(f"/api/exports/{address}")


def test_rows_come_as_a_file_that_no_cache_keeps(ask, ada):
    make.EventFactory(identity=ada, event_id="e1")

    answer = ask("events?format=jsonl&source=shop")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/jsonl")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="events.jsonl"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.streaming
    assert [json.loads(line)["id"] for line in answer.getvalue().splitlines()] == ["e1"]


def test_every_format_is_to_be_had(ask, ada):
    in_csv, in_parquet = ask("customers?format=csv"), ask("customers?format=parquet")

    assert in_csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["externalId"] for row in csv.DictReader(io.StringIO(in_csv.getvalue().decode()))] == ["ada"]
    assert pq.read_table(io.BytesIO(in_parquet.getvalue()))["externalId"].to_pylist() == ["ada"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "format"),
        ("format=xlsx", "format"),
        ("format=csv&from=yesterday", "from"),
        ("format=csv&from=2026-05-01T12:00:00+02:00", "from"),  # its + means a space in an address
        ("format=csv&from=2026-05-02&to=2026-05-01", "to"),
        ("format=csv&source=nowhere", "source"),
        ("format=csv&kind=sneeze", "kind"),
        ("format=csv&colour=red", "colour"),
        ("format=csv&format=jsonl", "format"),
        ("format=csv&from=2026-05-01&from=2026-05-02", "from"),
    ],
)
def test_a_bad_parameter_is_refused_by_its_name_before_anything_is_sent(ask, query, field):
    answer = ask(f"events?{query}")

    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == ("INVALID_INPUT", field)


def test_an_unknown_selection_is_not_found(ask):
    answer = ask("secrets?format=csv")

    assert answer.status_code == 404
    assert "events, customers, items, orders, consents" in answer.json()["message"]


def test_openapi_names_selections_formats_and_parameters(client):
    document = yaml.safe_load(client.get("/api/schema").text)

    call = document["paths"]["/api/exports/{selection}"]["get"]
    choices = {parameter["name"]: parameter["schema"].get("enum") for parameter in call["parameters"]}
    assert choices == {
        "selection": ["consents", "customers", "events", "items", "orders"],
        "format": ["csv", "jsonl", "parquet"],
        "from": None,
        "to": None,
        "source": None,
        "kind": None,
    }
    assert set(call["responses"]["200"]["content"]) == {
        "text/csv",
        "application/jsonl",
        "application/vnd.apache.parquet",
    }
    assert "404" in call["responses"]
