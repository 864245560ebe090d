import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing.errors import InvalidInput
from marketing.event_keys import json_text
from marketing.events import IncomingEvent, Refused, parse_batch

pytestmark = pytest.mark.django_db  # kinds that staff added
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def event(**changes):
    row = {"id": "e1", "kind": "view", "occurredAt": "2026-05-01T10:00:00Z", "item": "lamp", "customer": "ada"}
    return {name: value for name, value in {**row, **changes}.items() if value != "left out"}


def parse_one(**changes):
    (parsed,) = parse_batch([event(**changes)], now=NOW)
    return parsed


def test_an_event_of_each_field_is_parsed():
    parsed = parse_one(kind="purchase", value=2, session="s1", context={"page": "/lamp"})

    assert parsed == IncomingEvent(
        id="e1",
        kind="purchase",
        occurred_at=datetime(2026, 5, 1, 10, tzinfo=UTC),
        item="lamp",
        value=2.0,
        customer="ada",
        session="s1",
        context={"page": "/lamp"},
    )


@pytest.mark.parametrize("body", [[event()], {"events": [event()]}])
def test_a_body_is_a_list_or_an_object_with_the_list(body):
    (parsed,) = parse_batch(b"\xef\xbb\xbf" + json.dumps(body).encode(), now=NOW)

    assert parsed.id == "e1"


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"rows": []}', b'"text"', b"12", b"[" * 100_000, b"\xff\xfe", b'{"events": {}}']
)
def test_a_body_that_is_no_batch_is_refused_as_a_whole(body):
    with pytest.raises(InvalidInput, match="JSON"):
        parse_batch(body, now=NOW)


def test_a_batch_that_is_too_long_is_refused_with_both_numbers(settings):
    settings.EVENT_BATCH_MAX = 2

    with pytest.raises(InvalidInput, match=r"at most 2 .* got 3"):
        parse_batch([event()] * 3, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"id": "left out"}, "id", "missing"),
        ({"id": " "}, "id", "blank"),
        ({"id": "x" * 129}, "id", "at most 128 characters expected, got 129"),
        ({"id": "a\x1fb"}, "id", "control characters"),
        ({"id": True}, "id", "true or false"),
        ({"kind": "left out"}, "kind", "missing"),
        ({"kind": "explode"}, "kind", "view, page_view, click, add_to_cart, remove_from_cart, purchase"),
        ({"kind": ["view"]}, "kind", "view, page_view"),
        ({"occurredAt": "left out"}, "occurredAt", "missing"),
        ({"occurredAt": "2026-05-01T10:00:00"}, "occurredAt", "offset"),
        ({"occurredAt": "2036-05-01T10:00:00Z"}, "occurredAt", "a day ahead"),
        ({"item": "left out"}, "item", "SKU"),
        ({"item": {"sku": "lamp"}}, "item", "got an object"),
        ({"value": -1}, "value", "seconds from 0 to 86400 expected, got -1"),
        ({"kind": "click", "value": 1}, "value", "none expected"),
        ({"kind": "purchase", "value": 0}, "value", "pieces above 0"),
        ({"kind": "purchase", "value": "2"}, "value", "got a text"),
        ({"kind": "purchase", "value": 10**400}, "value", "pieces above 0"),
        ({"kind": "rating"}, "value", "stars from 0.5 to 5 expected, got none"),
        ({"kind": "rating", "value": 5.5}, "value", "stars from 0.5 to 5 expected, got 5.5"),
        ({"kind": "rating", "value": float("nan")}, "value", "got nan"),
        ({"kind": "rating", "value": float("inf")}, "value", "got inf"),
        ({"visitor": "vi"}, "visitor", "not both"),
        ({"session": "s" * 129}, "session", "at most 128"),
        ({"context": []}, "context", "a JSON object expected"),
        ({"context": {"text": "x" * 5000}}, "context", "at most 4096 bytes"),
        ({"context": {"a": {"b": {"c": {"d": {"e": {}}}}}}}, "context", "too deeply"),
        ({"context": {"n": float("nan")}}, "context", "finite"),
        ({"context": {"n": 2**63}}, "context", "64 bits"),
        ({"context": {"n": 10**22 + 1}}, "context", "64 bits"),
        ({"context": {"n": 10**309}}, "context", "64 bits"),
        ({"occured_at": 1}, "occured_at", "no such field"),
    ],
)
def test_a_bad_event_is_refused_by_its_field_and_what_was_expected(changes, field, message):
    refused = parse_one(**changes)

    assert isinstance(refused, Refused)
    assert refused.field == field
    assert message in refused.message


def test_one_bad_event_leaves_the_others_of_its_batch_alone():
    parsed = parse_batch([event(), "text", event(id="e3", kind="explode"), event(id="e4")], now=NOW)

    assert [type(row) for row in parsed] == [IncomingEvent, Refused, Refused, IncomingEvent]
    assert (parsed[1].index, parsed[1].id, parsed[2].index, parsed[2].id) == (1, None, 2, "e3")


def test_numbers_that_json_does_not_have_are_refused_in_their_own_event_only():
    body = f"[{json.dumps(event())}, {json.dumps(event(id='e2', kind='rating', value=float('inf')))}]".encode()
    assert b"Infinity" in body

    good, bad = parse_batch(body, now=NOW)

    assert isinstance(good, IncomingEvent)
    assert (bad.id, bad.field) == ("e2", "value")


@pytest.mark.parametrize(
    "spellings",
    [
        ("1", "1.0", "1e0", "10e-1"),
        ("0", "0.0", "-0.0", "-0"),
        ("10000000000000000", "1e16", "1.0e16"),
        ("-1234567890123456800", "-1.2345678901234568e18"),  # the shortest digits of that float
        ("1e22", "10000000000000000000000"),
        ("1e23", "100000000000000000000000", "1.0e23"),
        ("0.0000001", "1e-7"),
    ],
)
def test_equal_numbers_are_the_same_however_they_are_spelled(spellings):
    bodies = [json.dumps([event(context={"n": [7]})]).replace("7", spelling) for spelling in spellings]

    told = {json_text(parse_batch(body.encode(), now=NOW)[0].context) for body in bodies}

    assert len(told) == 1


@pytest.mark.parametrize(
    "numbers", [(1, 1.5), (10**16, 10**16 + 1), (2**53, 2**53 + 1), (1e22, 1.1e22), (0, 5e-324), (1, True), (1, "1")]
)
def test_other_numbers_are_told_apart(numbers):
    first, second = (json_text(parse_one(context={"n": number}).context) for number in numbers)

    assert first != second


@given(st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_in_the_digits_that_postgres_writes_is_the_same(number):
    # A numeric is written without an exponent; it keeps no sign of zero.
    digits = f"{abs(Decimal(repr(number))) if number == 0 else Decimal(repr(number)):f}"
    row = json.dumps([event(context={"n": ["N"]})])

    sent, back = (parse_batch(row.replace('"N"', text).encode(), now=NOW)[0] for text in (repr(number), digits))

    assert back == sent
    assert json_text(back.context) == json_text(sent.context)


def test_text_is_normalised_and_cleaned():
    decomposed, lone_surrogate = "Cafe\u0301\0", "a\ud800b"

    parsed = parse_one(item=decomposed, session=lone_surrogate, context={"k\0": decomposed})

    assert (parsed.item, parsed.session, parsed.context) == ("Café", "a\ufffdb", {"k": "Café"})


def test_broken_utf8_in_a_body_is_cleaned_where_it_stands():
    (parsed,) = parse_batch(json.dumps([event(session="X")]).encode().replace(b"X", b"\xff"), now=NOW)

    assert parsed.session == "\ufffd"


def test_ids_may_be_whole_numbers_of_any_size():
    small, large = parse_batch([event(id=1, customer=5), event(id=2, customer=1_000_000_007)], now=NOW)

    assert (small.customer, large.customer) == ("5", "1000000007")


def test_a_purchase_is_of_one_piece_unless_it_says_otherwise():
    assert parse_one(kind="purchase").value == 1.0
