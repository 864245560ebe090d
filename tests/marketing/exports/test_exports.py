import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketing.errors import InvalidInput, NotFound
from marketing.exports import EXPORTS, FORMATS, prepare
from marketing.exports.copied import CHUNK_ROWS
from marketing.models import Event
from tests.factories import marketing as make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def file_of(selection, format_name, **filters):
    export = prepare(selection, format_name=format_name, filters={key.rstrip("_"): v for key, v in filters.items()})
    return b"".join(chunk.data for chunk in export.chunks())


def rows_of(selection, **filters):
    return [json.loads(line) for line in file_of(selection, "jsonl", **filters).splitlines()]


def csv_of(selection, **filters):
    text = file_of(selection, "csv", **filters).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def parquet_of(selection, **filters):
    return pq.read_table(io.BytesIO(file_of(selection, "parquet", **filters)))


@pytest.fixture
def bought(ada):
    return make.EventFactory(
        identity=ada,
        item=make.ItemFactory(sku="kettle"),
        kind="purchase",
        value=2.5,
        event_id="e1",
        session="s1",
        occurred_at=NOON,
        context={"page": "home"},
    )


def test_an_event_has_the_fields_of_the_rest_door_in_json(bought):
    assert rows_of("events") == [
        {
            "id": "e1",
            "kind": "purchase",
            "occurredAt": "2026-05-01T12:00:00.123456Z",
            "item": "kettle",
            "value": 2.5,
            "customer": "ada",
            "visitor": None,
            "session": "s1",
            "context": {"page": "home"},
            "payload": {},
        }
    ]


def test_an_event_in_csv_says_the_same_in_text(bought):
    (row,) = csv_of("events")

    assert row == {
        "id": "e1",
        "kind": "purchase",
        "occurredAt": "2026-05-01T12:00:00.123456Z",
        "item": "kettle",
        "value": "2.5",
        "customer": "ada",
        "visitor": "",
        "session": "s1",
        "context": '{"page": "home"}',
        "payload": "{}",
    }


def test_an_event_in_parquet_has_types(bought):
    table = parquet_of("events")

    assert table.schema.field("occurredAt").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("value").type == pa.float64()
    (row,) = table.to_pylist()
    assert (row["occurredAt"], row["value"], row["customer"], row["visitor"]) == (NOON, 2.5, "ada", None)
    assert row["context"] == '{"page": "home"}'


NASTY = [
    'a "quoted" word',
    "two\nlines",
    "win\r\nlines",
    "tab\there",
    "\\.",
    "\\N",
    "comma,",
    "茶 🫖",
    "\x01\x02\x7f",
    "NULL",
]


@pytest.mark.parametrize("name", NASTY)
def test_text_of_any_kind_comes_out_whole_in_every_format(name):
    make.CustomerFactory(external_id="dan", name=name, attributes={"said": name})

    in_json, in_csv, in_parquet = rows_of("customers"), csv_of("customers"), parquet_of("customers").to_pylist()

    assert [row["name"] for (row,) in (in_json, in_csv, in_parquet)] == [name] * 3
    assert in_json[0]["attributes"] == json.loads(in_parquet[0]["attributes"]) == {"said": name}
    assert json.loads(in_csv[0]["attributes"]) == {"said": name}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'="])
def test_in_csv_text_that_a_spreadsheet_would_run_gets_an_apostrophe_and_elsewhere_not(sign):
    formula = f"{sign}HYPERLINK(1)"
    make.CustomerFactory(external_id="dan", name=formula)

    assert csv_of("customers")[0]["name"] == "'" + formula
    assert rows_of("customers")[0]["name"] == formula
    assert parquet_of("customers").to_pylist()[0]["name"] == formula


def test_in_csv_negative_numbers_stay_numbers(bought):
    Event.objects.update(value=-1.5)

    assert csv_of("events")[0]["value"] == "-1.5"


def test_blank_text_and_nothing_are_told_apart_in_parquet(ada):
    make.EventFactory(identity=ada, item=None, kind="search", session="", value=None)

    (row,) = parquet_of("events").to_pylist()

    assert (row["session"], row["item"], row["value"]) == ("", None, None)


def test_money_is_exact():
    make.ItemFactory(sku="pot", price=Decimal("19.9000"), currency="EUR", tags=["a,b", "=c"])

    assert Decimal(csv_of("items")[0]["price"]) == Decimal("19.9")
    assert b'"price":19.9,' in file_of("items", "jsonl")
    assert parquet_of("items").to_pylist()[0]["price"] == Decimal("19.9000")
    assert rows_of("items")[0]["tags"] == ["a,b", "=c"]


def test_an_order_has_its_lines(ada):
    order = make.OrderFactory(identity=ada, external_id="o1", items_total=20, total=20)
    for number, sku in ((2, "pot"), (1, "kettle")):
        make.OrderLineFactory(order=order, number=number, item=make.ItemFactory(sku=sku), quantity=1)

    (row,) = rows_of("orders")

    assert (row["id"], row["customer"], row["total"], row["currency"]) == ("o1", "ada", 20, "EUR")
    assert [(line["number"], line["item"], line["unitPrice"]) for line in row["lines"]] == [
        (1, "kettle", 10),
        (2, "pot", 10),
    ]


def test_consents_are_the_whole_history(vi):
    for granted in (True, False):
        make.ConsentFactory(identity=vi, purpose="marketing", granted=granted)

    rows = rows_of("consents")

    assert {(row["visitor"], row["purpose"]) for row in rows} == {("vi", "marketing")}
    assert sorted(row["granted"] for row in rows) == [False, True]


def test_what_does_not_count_stays_out(bought):
    make.EventFactory(quality="bot")
    make.CustomerFactory(external_id="gone", merged_into=bought.identity.customer)
    make.ItemFactory(sku="retired", deleted_at=NOON)

    assert [row["id"] for row in rows_of("events")] == ["e1"]
    assert "gone" not in {row["externalId"] for row in rows_of("customers")}
    assert "retired" not in {row["sku"] for row in rows_of("items")}


@pytest.mark.parametrize("selection", EXPORTS)
def test_an_empty_selection_is_an_empty_file_with_its_columns(selection):
    columns = [column.name for column in EXPORTS[selection].columns]

    assert file_of(selection, "csv").decode() == ",".join(columns) + "\n"
    assert file_of(selection, "jsonl") == b""
    assert parquet_of(selection).schema.names == columns
    assert parquet_of(selection).num_rows == 0


# -- Filters -----------------------------------------------------------------------------------------------------------


def test_from_is_inclusive_and_to_is_not(bought):
    at = [NOON + timedelta(microseconds=microseconds) for microseconds in (-1, 1)]
    for number, instant in enumerate(at):
        make.EventFactory(event_id=f"n{number}", occurred_at=instant)

    found = rows_of("events", from_=NOON.isoformat(), to=at[1].isoformat())

    assert [row["id"] for row in found] == ["e1"]


def test_days_are_cut_in_the_businesss_time_zone(bought, settings):
    # 23:30 UTC on the first is half past one on the second in Berlin, in summer.
    make.EventFactory(event_id="late", occurred_at=datetime(2026, 5, 1, 23, 30, tzinfo=UTC))
    settings.TIME_ZONE = "Europe/Berlin"

    assert [row["id"] for row in rows_of("events", from_="2026-05-02", to="2026-05-03")] == ["late"]


def test_source_and_kind_choose(bought):
    make.EventFactory(event_id="seen", kind="view", identity=bought.identity)
    make.EventFactory(event_id="elsewhere", kind="view")

    assert [row["id"] for row in rows_of("events", source="shop", kind="view")] == ["seen"]
    assert {row["id"] for row in rows_of("events", kind="view")} == {"seen", "elsewhere"}
    assert {row["id"] for row in rows_of("events", kind=" ", source="")} == {"seen", "elsewhere", "e1"}


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"from_": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from_": "2026-05-01T12:00:00"}, "from"),
        ({"from_": "2026-05-01T12:00:00 02:00"}, "from"),
        ({"from_": "2026-05-02", "to": "2026-05-02"}, "to"),
        ({"from_": "9999-12-31T23:59:59-12:00", "to": "0001-01-01T00:00:00+12:00"}, "to"),
        ({"source": "nowhere"}, "source"),
        ({"source": "a\0b"}, "source"),
        ({"kind": "sneeze"}, "kind"),
        ({"kind": "a\0b"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_parameter_is_named(filters, field):
    with pytest.raises(InvalidInput) as caught:
        file_of("events", "csv", **filters)

    assert caught.value.field == field


def test_a_parameter_of_another_selection_is_no_parameter_of_this_one():
    with pytest.raises(InvalidInput, match="kind: no such parameter; there are from, to, source"):
        file_of("customers", "csv", kind="view")


def test_an_unknown_format_is_named():
    with pytest.raises(InvalidInput, match="format: one of csv, jsonl, parquet expected, got “xlsx”"):
        prepare("events", format_name="xlsx", filters={})


def test_an_unknown_selection_does_not_exist():
    with pytest.raises(NotFound, match="there are events, customers, items, orders, consents"):
        prepare("secrets", format_name="csv", filters={})


# -- Streaming ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(shop):
    """More customers than one chunk holds."""
    from marketing.models import Customer

    count = CHUNK_ROWS * 2 + 1
    Customer.objects.bulk_create(
        [Customer(external_id=f"c{number}", source=shop) for number in range(count)], batch_size=2_000
    )
    return count


@pytest.mark.parametrize("format_name", ["csv", "jsonl"])
def test_a_large_file_comes_in_chunks_with_one_statement(many, format_name):
    export = prepare("customers", format_name=format_name, filters={})

    with CaptureQueriesContext(connection) as captured:
        rows = [chunk.rows for chunk in export.chunks()]

    assert sum(rows) == many
    assert len(rows) >= 3
    assert max(rows) <= CHUNK_ROWS
    assert len(captured) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_download_that_is_given_up_leaves_the_connection_in_order(many, format_name):
    chunks = prepare("customers", format_name=format_name, filters={}).chunks()
    next(chunks)

    chunks.close()

    assert len(rows_of("customers")) == many
