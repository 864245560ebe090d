"""What each format says in our words, and the ways in which a table can be bad, through the command."""

import json
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from marketing.models import (
    Category,
    Consent,
    Customer,
    Event,
    EventKey,
    ImportRun,
    IngestBatch,
    Item,
    Order,
    Outbox,
    QuarantinedEvent,
    Refund,
    Source,
)
from marketing.services.quarantine import mend_event, replay_events
from tests.factories.marketing import (
    ConsentFactory,
    CustomerFactory,
    CustomerIdentityFactory,
    ItemFactory,
    SourceFactory,
    WebhookEndpointFactory,
)

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


ORDERS = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Refunded Amount,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
)


def shopify_orders(*rows):
    """Orders of some kettles at 10.00: (number, status, refunded amount, pieces)."""
    return ORDERS + "".join(
        f"{number},ada@example.com,{status},2026-01-02 09:00:00 +0100,EUR,{total},0.00,0.00,{total},"
        f"2026-01-01 11:00:00 +0100,{refunded},{pieces},Kettle,10.00,kettle\n"
        for number, status, refunded, pieces in rows
        for total in [f"{pieces * 10}.00"]
    )


def test_what_shopify_gave_back_becomes_refunds_and_comes_once_however_often_it_is_imported(run):
    told = [("#1", "partially_refunded", "15.00", 3), ("#2", "paid", "0.00", 1), ("#3", "refunded", "20.00", 2)]

    said, _rejected = run("shopify", shopify_orders(*told))
    again, rejected = run("shopify", shopify_orders(*told), "--restart")

    assert "refunds: 2 stored" in said
    assert "refunds: 2 already_stored" in again
    assert rejected == []
    assert dict(Order.objects.values_list("external_id", "refunded")) == {"#1": 15, "#2": 0, "#3": 20}
    # Of #3 all money went back, so its two pieces came back as well.
    assert set(Event.objects.filter(kind="refund").values_list("payload__order", "payload__amount", "value")) == {
        ("#1", 15, None),
        ("#3", 20, None),
        ("#3", None, 2.0),
    }
    # Shopify doesn't say when; it was paid at nine in the morning.
    assert {refund.refunded_at.isoformat() for refund in Refund.objects.all()} == {"2026-01-02T08:00:00+00:00"}


def test_a_later_export_adds_what_was_given_back_since(run):
    run("shopify", shopify_orders(("#1", "paid", "0.00", 3)), file="january.csv")
    run("shopify", shopify_orders(("#1", "partially_refunded", "5.00", 3)), file="february.csv")
    said, rejected = run("shopify", shopify_orders(("#1", "refunded", "30.00", 3)), file="march.csv")

    assert "orders: 1 already_stored" in said
    assert rejected == []
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [5, 25]


def test_a_refund_that_cannot_be_is_rejected_and_its_order_stored(run):
    _said, rejected = run("shopify", shopify_orders(("#1", "paid", "30.01", 3), ("#2", "paid", "some", 1)))

    assert Order.objects.count() == 2
    assert [(row["line"], row["reason"].partition(":")[0]) for row in rejected] == [(2, "amount"), (3, "amount")]


@pytest.mark.parametrize("created", ["", "yesterday", "2026-01-01 11:00:00", "0001-01-01 00:00:00 +0100"])
def test_an_order_without_a_time_is_rejected_with_its_refund(run, created):
    told = shopify_orders(("#1", "refunded", "10.00", 1), ("#2", "refunded", "10.00", 1))
    told = told.replace("2026-01-02 09:00:00 +0100", "").replace("2026-01-01 11:00:00 +0100", created, 1)

    _said, rejected = run("shopify", told)

    assert [(row["line"], row["reason"].partition(":")[0]) for row in rejected] == [(2, "placedAt")]
    assert Order.objects.get().external_id == "#2"


def test_an_order_that_is_rejected_is_so_once_with_its_refund(run):
    _said, rejected = run(
        "shopify", shopify_orders(("#1", "refunded", "10.00", 1)).replace("10.00,kettle", "10.00,pot")
    )

    assert [row["reason"] for row in rejected] == ["lines[0].item: no item has the SKU “pot”"]


def test_nobody_hears_of_orders_and_refunds_of_a_history(run):
    WebhookEndpointFactory(topics=["order.placed", "order.refunded"])

    run("shopify", shopify_orders(("#1", "partially_refunded", "5.00", 3)))

    assert (Order.objects.get().refunded, Outbox.objects.count()) == (5, 0)


# -- Items and customers that nobody knows -----------------------------------------------------------------------------


@pytest.fixture
def csv_source():
    return SourceFactory(code="csv")


POT = "e2,purchase,2026-01-01T11:00:00Z,pot,2,eve\n"


def test_events_of_an_unknown_item_wait_in_quarantine_and_are_replayed_when_it_is_there(run, csv_source):
    csv_source.unknown_items = Source.Unknown.QUARANTINE
    csv_source.save()

    said, rejected = run("csv", HEADER + GOOD + POT)
    run("csv", HEADER + GOOD + POT, "--restart")
    held = QuarantinedEvent.objects.get()
    ItemFactory(sku="pot")
    replayed = replay_events([held.pk], by=None)
    again, _rejected = run("csv", HEADER + GOOD + POT, "--restart")

    assert "in quarantine: 1 events" in said
    assert rejected == []
    assert (held.event_id, held.field, held.message) == ("e2", "item", "no item has the SKU “pot”")
    assert (held.raw["customer"], held.raw["value"]) == ("eve", 2.0)
    assert replayed.stored == 1
    assert "events: 0 new, 2 already stored" in again
    assert IngestBatch.objects.order_by("pk").first().counts == {"stored": 1, "quarantined:item": 1, "late": 1}


def test_an_event_in_quarantine_is_mended(run, csv_source):
    csv_source.unknown_items = Source.Unknown.QUARANTINE
    csv_source.save()
    run("csv", HEADER + POT)
    held = QuarantinedEvent.objects.get()

    mend_event(held.pk, raw={**held.raw, "item": "kettle"})
    replay_events([held.pk], by=None)

    assert Event.objects.get().item.sku == "kettle"


@pytest.mark.parametrize(
    ("policy", "reason"),
    [(Source.Unknown.REFUSE, "customer: no customer has this id"), (Source.Unknown.QUARANTINE, None)],
)
def test_events_of_an_unknown_customer_are_refused_or_wait(run, csv_source, policy, reason):
    csv_source.unknown_customers = policy
    csv_source.save()
    CustomerFactory(external_id="ada", source=csv_source)

    _said, rejected = run("csv", HEADER + GOOD + POT.replace("pot", "kettle"))

    assert [row["reason"] for row in rejected] == ([reason] if reason else [])
    assert list(QuarantinedEvent.objects.values_list("event_id", "field")) == ([] if reason else [("e2", "customer")])
    assert Event.objects.get().event_id == "e1"
    assert not Customer.objects.filter(external_id="eve").exists()


def test_who_did_not_agree_to_be_known_is_not_kept_in_quarantine(run, csv_source):
    csv_source.unknown_items = Source.Unknown.QUARANTINE
    csv_source.save()
    eve = CustomerIdentityFactory(source=csv_source, customer__external_id="eve", customer__source=csv_source)
    ConsentFactory(identity=eve, purpose=Consent.Purpose.ANALYTICS, granted=False)

    _said, rejected = run("csv", HEADER + POT)

    assert not QuarantinedEvent.objects.exists()
    assert [row["reason"] for row in rejected] == [
        "item: no item has this SKU; it is not kept in quarantine, since its person did not agree to be known"
    ]


def test_a_stub_is_made_where_the_source_wishes_it(run, csv_source):
    csv_source.unknown_items = Source.Unknown.STUB
    csv_source.save()

    said, _rejected = run("csv", HEADER + GOOD + POT)

    pot = Item.objects.get(sku="pot")
    assert (pot.attributes, pot.available) == ({"attune": "stub"}, False)
    assert "items that only events name: 1" in said
    assert Event.objects.count() == 2


# -- Cut off -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_and_started_again_ends_with_the_same_rows(tmp_path, process_environment):
    SourceFactory(code="csv", unknown_items=Source.Unknown.QUARANTINE)
    path = tmp_path / "events.csv"
    # Every tenth is of an unknown item, every seventh has a value that is none, and each one comes twice within a second.
    path.write_text(
        HEADER
        + "".join(
            f"e{number},view,2026-01-01T10:{number // 2 % 3600 // 60:02}:{number // 2 % 60:02}Z,"
            f"{'pot' if number % 10 == 0 else 'kettle'},{'x' if number % 7 == 0 else 3},c{number // 2 % 50}\n"
            for number in range(6_000)
        )
    )
    rejects = tmp_path / "rejects.jsonl"
    command = [sys.executable, "manage.py", "import", "csv", str(path), f"--rejects={rejects}", "--no-progress"]
    environment = process_environment | {"IMPORT_BLOCK_ROWS": "200"}

    first = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while first.poll() is None and not ImportRun.objects.filter(position__gte=1_000).exists():
        assert time.monotonic() < deadline
    first.kill()
    first.wait()
    cut_off_at = ImportRun.objects.get().position
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert 1_000 <= cut_off_at < 6_000
    assert f"goes on behind row {cut_off_at:,}" in second.stdout
    # Of 6,000 numbers 858 are multiples of 7; of the others 514 are multiples of 10, since 86 are of 70.
    assert len(rejects.read_text().splitlines()) == 858
    assert QuarantinedEvent.objects.count() == 600 - 86
    assert Event.objects.count() == 6_000 - 858 - 514
    resumed = set(Event.objects.values_list("event_id", "quality"))
    Event.objects.all().delete()
    EventKey.objects.all().delete()
    call_command("import", "csv", str(path), "--restart", rejects=tmp_path / "others.jsonl", no_progress=True)
    assert set(Event.objects.values_list("event_id", "quality")) == resumed


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
