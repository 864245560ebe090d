from decimal import Decimal

import pytest

from marketing.models import ExchangeRate, Item, Order, OrderLine, Refund


@pytest.mark.parametrize(
    ("number", "told"),
    [("2.000", "2"), ("0.250", "0.25"), ("100.000", "100"), ("1E+2", "100"), ("1000000.000", "1000000")],
)
def test_rows_of_orders_are_called_by_plain_numbers(number, told):
    number = Decimal(number)

    line = OrderLine(quantity=number, item=Item(sku="kettle", title="Kettle"))
    refund = Refund(amount=number, order=Order(external_id="o1"))
    rate = ExchangeRate(base="EUR", currency="USD", rate=number)

    assert str(line) == f"{told} × {line.item}"
    assert str(refund) == f"{told} of o1"
    assert str(rate) == f"1 USD = {told} EUR"
