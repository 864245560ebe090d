"""What each format says in our words, and the ways in which a table can be bad, through the command."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from marketing.models import Category, Customer, Event, ImportRun, Item, Order
from tests.factories.marketing import ItemFactory, SourceFactory

pytestmark = pytest.mark.django_db

HEADER = "id,kind,occurredAt,item,value,customer\n"
GOOD = "e1,view,2026-01-01T10:00:00Z,kettle,3,ada\n"


@pytest.fixture(autouse=True)
def kettle(db):
    return ItemFactory(sku="kettle", source=SourceFactory(code="shop"))


@pytest.fixture
def run(tmp_path, capsys):
    """Import a file of this content (bytes or text); what was printed, and the rejected rows."""

    def run(name, content, *arguments, file="data.csv"):
        path = tmp_path / file
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        rejects = tmp_path / "rejects.jsonl"
        rejects.unlink(missing_ok=True)
        call_command("import", name, str(path), *arguments, rejects=rejects, no_progress=True)
        rows = [json.loads(line) for line in rejects.read_text().splitlines()] if rejects.exists() else []
        return capsys.readouterr().out, rows

    return run


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_seen_from_the_header(run, delimiter):
    _said, rejected = run("csv", (HEADER + GOOD).replace(",", delimiter))

    assert rejected == []
    assert Event.objects.get().value == 3.0


def test_columns_of_other_names_are_mapped_and_constants_stand_in(run):
    run(
        "csv",
        "Produkt;Kunde;Zeit\nkettle;ada;2026-01-01 11:00:00\n",
        "--column=item=Produkt",
        "--column=customer=Kunde",
        "--column=occurredAt=Zeit",
        "--constant=kind=purchase",
        "--time-zone=Europe/Berlin",
    )

    event = Event.objects.get()
    assert (event.kind, event.item.sku, event.identity.value) == ("purchase", "kettle", "ada")
    assert event.occurred_at.isoformat() == "2026-01-01T10:00:00+00:00"


def test_a_map_file_says_columns_and_constants(run, tmp_path):
    (tmp_path / "map.json").write_text(
        json.dumps(
            {"item": "p", "customer": "c", "occurredAt": "t", "kind": {"constant": "purchase"}, "payload.order": "o"}
        )
    )

    run("csv", "p,c,t,o\nkettle,ada,2026-01-01T10:00:00Z,A-1\n", f"--map={tmp_path / 'map.json'}")

    assert Event.objects.get().payload == {"order": "A-1"}


def test_quotes_span_lines_and_the_next_row_keeps_its_number(run):
    text = "kind,occurredAt,item,customer,payload.text\n" + 'comment,2026-01-01T10:00:00Z,kettle,ada,"one\ntwo"\nbad\n'

    _said, rejected = run("csv", text)

    assert Event.objects.get().payload["text"] == "one\ntwo"
    assert [(row["line"], row["reason"]) for row in rejected] == [(4, "too few columns: 5 expected, got 1")]


def test_a_stray_quote_costs_its_own_line_only(run):
    _said, rejected = run("csv", HEADER + '"e0,view,2026\n' + GOOD + GOOD.replace("e1", '"e2"'))

    assert [row["line"] for row in rejected] == [2]
    assert "broken quotes" in rejected[0]["reason"]
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("e2,view,2026-01-01T10:00:00Z,kettle,ada@example.com,ada", "value: a number expected, got a text"),
        ("e2,view,2026-01-01T10:00:00Z,kettle,nan,ada", "value: seconds from 0"),
        ("e2,view,1969-12-31T23:59:59Z,kettle,3,ada", "occurredAt: a time since 1970 expected"),
        ("e2,view,2100-01-01T00:00:00Z,kettle,3,ada", "occurredAt: the past expected"),
        ("e2,view,2026-01-01T10:00:00,kettle,3,ada", "occurredAt: a time with its offset expected"),
        ("e2,view,,kettle,3,ada", "occurredAt: missing"),
        ("e2,poke,2026-01-01T10:00:00Z,kettle,3,ada", "kind: one of view"),
        ("e2,view,2026-01-01T10:00:00Z,pot,3,ada", "item: no item has this SKU"),
        ("e2,view,2026-01-01T10:00:00Z,kettle,3,", "customer: a customer or a visitor expected"),
        ("e1,view,2026-01-01T10:00:00Z,kettle,4,ada", "id: already stored with other content"),
        ("e2,view,2026-01-01T10:00:00Z,kettle,3,ada,more", "too many columns"),
        ("e2,view,2026-01-01T10:00:00Z,kettle,3," + "x" * 129, "customer: at most 128 characters"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_reason_while_the_others_are_stored(run, line, reason):
    _said, rejected = run("csv", HEADER + GOOD + line + "\n" + GOOD.replace("e1", "e3"))

    assert [(row["file"], row["line"]) for row in rejected] == [("data.csv", 3)]
    assert rejected[0]["reason"].startswith(reason)
    assert rejected[0]["text"] == line
    assert Event.objects.count() == 2


def test_1970_is_stored(run):
    run("csv", HEADER + GOOD.replace("2026-01-01T10:00:00Z", "1970-01-01T00:00:00Z"))

    assert Event.objects.get().occurred_at.year == 1970


def test_a_file_in_mac_roman_is_read_when_it_is_said(run):
    run("csv", (HEADER + GOOD.replace("ada", "Émilie")).encode("mac_roman"), "--encoding=mac_roman")

    assert Event.objects.get().identity.value == "Émilie"


@pytest.mark.parametrize("encoding", ["utf-16", "klingon"])
def test_an_encoding_that_has_no_lines_is_refused(run, encoding):
    with pytest.raises(CommandError, match="encoding: one that extends ASCII"):
        run("csv", HEADER + GOOD, f"--encoding={encoding}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ((HEADER + GOOD).encode("utf-16"), "got UTF-16"),
        ((HEADER + GOOD).replace("\n", "\r"), "got CR alone"),
        ("kind,kind\n", "each column once expected, got kind twice"),
        ("kind,item\nview,kettle\n", "the column occurredAt expected .* found kind, item"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(run, content, message):
    with pytest.raises(CommandError, match=message):
        run("csv", content)

    assert ImportRun.objects.get().status == "failed"


def test_rows_that_say_the_same_together_are_counted_and_stored_once_however_often_the_file_comes(run):
    text = "kind,occurredAt,item,visitor\n" + "view,2026-01-01T10:00:00Z,kettle,vi\n" * 3

    run("csv", text)
    said, _rejected = run("csv", text)

    assert Event.objects.count() == 3
    assert "events: 0 new, 3 already stored" in said


def test_a_cell_that_was_guarded_against_spreadsheets_is_read_as_it_was(run):
    run("csv", HEADER + GOOD.replace(",ada", ",'=ada"))

    assert Event.objects.get().identity.value == "=ada"


def test_items_and_customers_come_as_tables_too(run):
    run("csv", "sku,title,tags,price,currency\npot,Pot,a|b,9.90,EUR\n", "--rows=items")
    run("csv", 'externalId,attributes\nada,"{""age"": 36}"\n', "--rows=customers")

    assert Item.objects.get(sku="pot").tags == ["a", "b"]
    assert Customer.objects.get().attributes == {"age": 36}


def test_unknown_items_are_made_when_it_is_said(run):
    said, _rejected = run("csv", HEADER + GOOD.replace("kettle", "pot"), "--make-items")

    assert "items that only events name: 1" in said
    assert Event.objects.get().item.title == "pot"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"value": ["a@example.com"]}, "value: a column of numbers expected, found string"),
        ({"occurredAt": pa.array([0], pa.timestamp("us"))}, "timestamps with a time zone expected"),
        ({"item": [[1]]}, "item: a column of text or whole numbers expected, found list"),
    ],
)
def test_a_parquet_file_of_another_schema_is_refused(run, tmp_path, columns, message):
    table = {"kind": ["view"], "occurredAt": [0], "item": ["kettle"], "customer": ["ada"], **columns}
    pq.write_table(pa.table(table), tmp_path / "table.parquet")

    with pytest.raises(CommandError, match=message):
        run("parquet", (tmp_path / "table.parquet").read_bytes(), file="data.parquet")


def test_segments_calls_become_events_and_customers(run):
    at = {"timestamp": "2026-01-01T10:00:00.000Z"}
    calls = [
        {"type": "identify", "userId": "ada", "messageId": "1", "traits": {"email": "ada@example.com", "plan": "x"}},
        {
            "type": "track",
            "event": "Order Completed",
            "messageId": "2",
            "userId": "ada",
            "properties": {
                "order_id": "A-1",
                "currency": "EUR",
                "products": [{"sku": "kettle", "quantity": 2, "price": 9.5}, {"sku": "kettle", "quantity": 1}],
            },
            **at,
        },
        {"type": "track", "event": "Products Searched", "messageId": "3", "anonymousId": "vi"}
        | {"properties": {"query": "tea"}, **at},
        {"type": "track", "event": "Signed Up", "messageId": "4", "userId": "ada", **at},
    ]

    said, rejected = run("segment", "".join(json.dumps(call) + "\n" for call in calls), file="data.jsonl")

    assert rejected == []
    assert "left out: 1 lines" in said
    assert Customer.objects.get(external_id="ada").attributes == {"plan": "x"}
    bought = Event.objects.filter(kind="purchase").order_by("event_id")
    assert [(event.event_id, event.value) for event in bought] == [("2:1", 2.0), ("2:2", 1.0)]
    assert bought[0].payload == {"order": "A-1", "currency": "EUR", "price": 9.5}
    assert Event.objects.get(kind="search").payload == {"query": "tea"}


def test_shopifys_exports_become_items_customers_and_orders(tmp_path, capsys):
    folder = tmp_path / "shopify"
    folder.mkdir()
    (folder / "products_export.csv").write_text(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Value,Variant SKU,Variant Price,Image Src\n"
        'mug,Mug,"<p>Holds <b>tea</b></p>",Acme,Cups,"a, b",Red,mug-r,8.00,https://example.com/m.png\n'
        "mug,,,,,,Blue,mug-b,8.50,\n"
    )
    (folder / "customers_export.csv").write_text(
        "Customer ID,First Name,Last Name,Email\n'77,Ada,Byron,Ada@Example.com\n"
    )
    (folder / "orders_export.csv").write_text(
        "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
        "#1,Ada@Example.com,paid,EUR,23.50,5.00,4.55,28.50,1.00,2026-01-01 11:00:00 +0100,2,Mug,8.00,mug-r\n"
        "#1,Ada@Example.com,,,,,,,,2026-01-01 11:00:00 +0100,1,Mug,8.50,mug-b\n"
    )

    call_command("import", "shopify", str(folder), "--constant=currency=EUR", no_progress=True)

    order = Order.objects.get()
    red = Item.objects.get(sku="mug-r")
    assert "orders: 1 stored" in capsys.readouterr().out
    assert (red.title, red.description, red.brand, red.tags) == ("Mug – Red", "Holds tea", "Acme", ["a", "b"])
    assert (Item.objects.get(sku="mug-b").title, red.category.name) == ("Mug – Blue", "Cups")
    assert Customer.objects.get().attributes["shopifyId"] == "77"
    # 2 × 8 + 8.50 = 24.50, less 1, with 5 of shipping; the taxes are part of the prices.
    assert (order.items_total, order.total, order.tax) == (24.5, 28.5, 0)
    assert order.attributes["includedTax"] == "4.55"
    assert order.identity.value == "ada@example.com"
    assert order.placed_at.isoformat() == "2026-01-01T10:00:00+00:00"
    assert Event.objects.filter(kind="purchase").count() == 2


def test_retailrockets_items_have_their_newest_category_in_the_tree(tmp_path):
    folder = tmp_path / "retailrocket"
    folder.mkdir()
    (folder / "events.csv").write_text(
        "timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,transaction,355908,4000\n"
    )
    (folder / "item_properties_part1.csv").write_text(
        "timestamp,itemid,property,value\n1435460400000,355908,categoryid,1338\n1435000000000,355908,categoryid,7\n"
        "1435460400000,355908,790,n5.000\n"
    )
    (folder / "category_tree.csv").write_text("categoryid,parentid\n1338,1278\n1278,\n")

    call_command("import", "retailrocket", str(folder), no_progress=True)

    event = Event.objects.get()
    assert (event.kind, event.payload, event.identity.value) == ("purchase", {"order": "4000"}, "257597")
    assert event.item.category.name == "Category 1338"
    assert Category.objects.get(name="Category 1338").parent.name == "Category 1278"


def test_a_run_is_found_again_only_for_the_same_file_read_in_the_same_way(run, tmp_path):
    with pytest.raises(CommandError):
        run("csv", "kind,item\nview,kettle\n")
    run("csv", HEADER + GOOD)

    assert [each.status for each in ImportRun.objects.order_by("started_at", "id")] == ["failed", "done"]
