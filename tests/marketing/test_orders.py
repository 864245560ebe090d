"""What a shop may say in an order, and what is refused with which words."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from marketing.errors import InvalidInput
from marketing.incoming import Refused
from marketing.orders import ParsedOrder, parse_orders

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def line(**changes):
    return {"item": "kettle", "quantity": 2, "unitPrice": "19.90", **changes}


def order(*lines, **changes):
    said = {"id": "o1", "customer": "ada", "placedAt": "2026-05-01T10:00:00Z", "currency": "EUR"}
    return {**said, "lines": list(lines) or [line()], **changes}


def parsed(row):
    (result,) = parse_orders(json.dumps([row]).encode(), now=NOW)
    return result


def refused(row):
    result = parsed(row)
    assert isinstance(result, Refused), result
    return result.field, result.message


@pytest.mark.parametrize(
    ("currency", "quantity", "price", "discount", "total"),
    [
        ("EUR", 3, "0.335", 0, "1.01"),  # 1.005, halves up
        ("EUR", 1, "0.0049", 0, "0.00"),
        ("EUR", "0.333", "1", 0, "0.33"),
        ("EUR", 2, "1.25", "0.125", "2.38"),  # 2.375
        ("JPY", 3, "10.5", 0, "32"),  # 31.5: yen have no smaller unit
        ("TND", 1, "1.2345", 0, "1.235"),  # dinars have three digits
        ("EUR", 10, 0.1, 0, "1.00"),  # as a float it would be 0.30000000000000004 thrice
    ],
)
def test_a_line_is_rounded_to_the_currencys_smallest_unit_halves_up(currency, quantity, price, discount, total):
    result = parsed(order(line(quantity=quantity, unitPrice=price, discount=discount), currency=currency))

    assert isinstance(result, ParsedOrder), result
    assert (result.items_total, result.total) == (Decimal(total), Decimal(total))


def test_lines_are_rounded_before_they_are_summed():
    # Three times 0.335: each 0.34, together 1.02; rounded once at the end it would be 1.01.
    result = parsed(order(*[line(quantity=1, unitPrice="0.335")] * 3))

    assert result.items_total == Decimal("1.02")


def test_a_total_that_does_not_add_up_is_refused_with_both_figures():
    field, message = refused(order(discount="5", shipping="4.90", tax=1, total="40"))

    # 2 × 19.90 = 39.80; 39.80 − 5.00 + 4.90 + 1.00 = 40.70.
    assert field == "total"
    assert message == ("40.70 expected, which is lines 39.80 − discount 5.00 + shipping 4.90 + tax 1.00; got 40.00")


@pytest.mark.parametrize("money", [-1, "-0.01", -0.01])
@pytest.mark.parametrize("field", ["discount", "shipping", "tax", "total"])
def test_negative_money_is_refused(field, money):
    assert refused(order(**{field: money})) == (field, f"an amount from 0 to below 10000000000 expected, got {money}")


@pytest.mark.parametrize("field", ["unitPrice", "discount"])
def test_negative_money_of_a_line_is_refused_naming_the_line(field):
    assert refused(order(line(), line(**{field: "-1"})))[0] == f"lines[1].{field}"


def test_zero_money_is_fine_and_minus_zero_is_zero():
    result = parsed(order(line(unitPrice=0), shipping="-0", tax="0.00", total=-0.0))

    assert (result.items_total, result.shipping, result.total) == (0, 0, 0)
    assert not result.shipping.is_signed()
    assert result.body == parsed(order(line(unitPrice="0.0"))).body


@pytest.mark.parametrize("word", ["NaN", "-Infinity", "Infinity", '"NaN"', '"sNaN"', '"Infinity"', "1e400", '"1e400"'])
@pytest.mark.parametrize("field", ["quantity", "unitPrice", "shipping", "total"])
def test_what_is_no_finite_amount_is_refused(field, word):
    row = order(line(quantity="@")) if field == "quantity" else order(line(unitPrice="@"))
    if field in ("shipping", "total"):
        row = order(**{field: "@"})

    (result,) = parse_orders(json.dumps([row]).replace('"@"', word).encode(), now=NOW)

    assert isinstance(result, Refused)
    assert result.field == (field if field in ("shipping", "total") else f"lines[0].{field}")


@pytest.mark.parametrize("quantity", [0, -1, "0.000", "0.0001", 1_000_001, "1.2345"])
def test_a_quantity_is_above_zero_and_has_at_most_three_digits_after_the_point(quantity):
    assert refused(order(line(quantity=quantity)))[0] == "lines[0].quantity"


@pytest.mark.parametrize("money", ["0.001", 0.001, "1.005"])
@pytest.mark.parametrize("field", ["discount", "shipping", "tax", "total"])
def test_an_orders_money_has_no_more_digits_than_its_currency(field, money):
    assert refused(order(**{field: money})) == (field, f"at most 2 digits after the point expected, got {money}")


def test_a_unit_price_may_be_finer_than_a_coin_but_not_any_finer():
    assert parsed(order(line(quantity=400, unitPrice="0.0125"))).total == 5
    assert refused(order(line(unitPrice="0.01251")))[0] == "lines[0].unitPrice"


@pytest.mark.parametrize("currency", ["EURO", "eur", "", "XYZ", "XXX", "XAU", "DEM", "€", "\0\0\0"])
def test_an_unknown_currency_is_refused(currency):
    field, message = refused(order(currency=currency))

    assert field == "currency"
    assert message.startswith("a currency's code of ISO 4217 (EUR, in capitals) expected, got")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (order(line(discount="39.81")), "lines[0].discount"),
        (order(discount="39.81"), "discount"),
        (order(line(unitPrice=9_999_999_999, quantity=1_000_000)), "total"),
        (order(line(unitPrice=10**10)), "lines[0].unitPrice"),
        (order(lines=[]), "lines"),
        (order(*[line()] * 501), "lines"),
        (order(lines=None), "lines"),
        (order(line(item=" ")), "lines[0].item"),
        (order(line(item="a\nb")), "lines[0].item"),
        (order(line(quantity="two")), "lines[0].quantity"),
        (order(line(), line(quantity=True)), "lines[1].quantity"),
        (order(line(unheard=1)), "lines[0]"),
        (order(unheard=1), "unheard"),
        (order(customer=None), "customer"),
        (order(visitor="vi"), "customer"),
        (order(customer="  "), "customer"),
        (order(placedAt="yesterday"), "placedAt"),
        (order(placedAt="1969-12-31T23:59:59Z"), "placedAt"),
        (order(placedAt="2100-01-01T00:00:00Z"), "placedAt"),
        (order(placedAt="2026-05-01T10:00:00"), "placedAt"),
        (order(shipping="ada@example.com"), "shipping"),
        (order(total=[]), "total"),
        (order(id=""), "id"),
        (order(id="x" * 129), "id"),
        (order(attributes={"a": [[[[[[1]]]]]]}), "attributes"),
        (order(attributes={"a": "😀" * 5000}), "attributes"),
        ("an order", ""),
    ],
)
def test_what_an_order_cannot_be_is_refused_naming_the_field(row, field):
    assert refused(row)[0] == field


@pytest.mark.parametrize("missing", ["id", "placedAt", "currency", "lines"])
def test_an_order_says_its_id_time_currency_and_lines(missing):
    assert refused({name: value for name, value in order().items() if name != missing})[0] == missing


def test_whole_numbers_are_good_ids():
    result = parsed(order(line(item=7), id=1001, customer=5))

    assert (result.id, result.customer, result.lines[0].item) == ("1001", "5", "7")


def test_text_is_cleaned_of_what_a_database_cannot_hold():
    result = parsed(order(attributes={"note": "a\0b", "e\u0301": "\ud83d"}))

    assert result.attributes == {"note": "ab", "é": "\ufffd"}


def test_a_body_that_is_no_batch_is_refused_as_a_whole():
    for raw in (b"", b"{", b'"orders"', b'{"orders": {}}', b"[" * 100_000):
        with pytest.raises(InvalidInput):
            parse_orders(raw, now=NOW)
