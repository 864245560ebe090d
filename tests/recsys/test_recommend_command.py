import csv
from io import StringIO

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from recsys import mailing
from recsys.models import RecommendationLog
from tests.factories.marketing import CustomerIdentityFactory, EventFactory, ItemFactory, SourceFactory

pytestmark = pytest.mark.usefixtures("fresh_process")
HEAD = ["customer", "rank", "sku", "title", "score", "reason"]


@pytest.fixture
def items(db):
    shop = SourceFactory(consent={"personalisation": True})
    return [ItemFactory(source=shop, sku=sku, title=sku.upper()) for sku in "abc"]


@pytest.fixture
def served(deploy, items):
    """a speaks for b with .5 and for c with .25."""
    return deploy(items, [[0, 0.5, 0.25], [0, 0, 0], [0, 0, 0]])


@pytest.fixture
def ann(items):
    ann = CustomerIdentityFactory(customer__source=items[0].source, customer__external_id="ann")
    EventFactory(identity=ann, item=items[0], kind="purchase")
    return ann


def recommend(*arguments):
    said = StringIO()
    call_command("recommend", "--all", *map(str, arguments), stderr=said)
    return said.getvalue()


def test_a_file_has_a_row_for_each_place_of_each_list(served, ann, tmp_path):
    path = tmp_path / "lists.csv"

    said = recommend("--first", 2, "--output", path)

    with path.open() as file:
        assert list(csv.reader(file)) == [
            HEAD,
            ["ann", "1", "b", "B", "2.5", "because you bought A"],
            ["ann", "2", "c", "C", "1.25", "because you bought A"],
        ]
    assert "1 lists, 2 rows; not logged" in said
    assert not RecommendationLog.objects.exists()


def test_the_format_can_be_said_apart_from_the_name(served, ann, tmp_path):
    path = tmp_path / "lists"

    recommend("--format", "parquet", "--output", path)

    assert pq.read_table(path)["sku"].to_pylist() == ["b", "c"]


def test_without_a_file_lists_go_to_the_standard_output(served, ann, capfdbinary):
    recommend("--format", "csv", "--first", 1)

    assert capfdbinary.readouterr().out.decode().splitlines() == [",".join(HEAD), "ann,1,b,B,2.5,because you bought A"]


def test_lists_are_logged_when_that_is_wished(served, ann, tmp_path):
    said = recommend("--log", "--placement", "newsletter", "--output", tmp_path / "lists.jsonl")

    log = RecommendationLog.objects.get()
    assert (log.placement, log.identity_id, log.artefact_id, len(log.items)) == ("newsletter", ann.pk, served.pk, 2)
    assert "; logged" in said


def test_without_an_artefact_there_is_no_file_and_the_reason_is_said(ann, tmp_path):
    with pytest.raises(CommandError, match="none that can be loaded is deployed"):
        recommend("--output", tmp_path / "lists.csv")

    assert list(tmp_path.glob("lists*")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "xlsx"], "format: is “xlsx”; expected one of csv, jsonl, parquet"),
        (["--output", "lists"], "--format is missing: one of csv, jsonl, parquet"),
        (["--output", "lists.txt"], "format: is “txt”"),
        (["--format", "csv", "--first", "0"], "first: is 0; expected"),
        (["--format", "csv", "--placement", "x" * 65], "placement: expected"),
    ],
)
def test_bad_input_is_refused_by_name(arguments, said, served):
    with pytest.raises(CommandError) as refused:
        recommend(*arguments)

    assert said in str(refused.value)


def test_a_folder_that_takes_no_file_is_named(served, ann, tmp_path):
    with pytest.raises(CommandError, match=r"no such folder/lists\.csv can't be written"):
        recommend("--output", tmp_path / "no such folder" / "lists.csv")


def test_when_it_goes_wrong_the_old_file_stays_and_nothing_is_logged(served, ann, tmp_path, monkeypatch):
    monkeypatch.setattr(mailing, "BLOCK_ITEMS", 1)  # a block for each customer
    bob = CustomerIdentityFactory(customer__source=ann.source)
    path = tmp_path / "lists.csv"
    path.write_text("of last week")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON recsys_recommendationlog"
            f" FOR EACH ROW WHEN (NEW.identity_id = {bob.pk}) EXECUTE FUNCTION refuse()"
        )

    with pytest.raises(DatabaseError, match="the disk is full"):
        recommend("--log", "--first", 1, "--output", path)

    assert [row.name for row in tmp_path.glob("lists*")] == ["lists.csv"]
    assert path.read_text() == "of last week"
    assert not RecommendationLog.objects.exists()
