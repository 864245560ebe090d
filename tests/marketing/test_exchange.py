from datetime import date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from marketing.exchange import in_base, sum_in_base, to_base
from marketing.models import ExchangeRate, Order
from tests.factories.marketing import OrderFactory

pytestmark = pytest.mark.django_db


def rate(currency, day, value, *, base="EUR"):
    return ExchangeRate.objects.create(base=base, currency=currency, day=date.fromisoformat(day), rate=value)


def order(currency, total, when="2026-05-10T12:00:00+00:00"):
    placed_at = datetime.fromisoformat(when)
    return OrderFactory(currency=currency, items_total=total, total=total, placed_at=placed_at)


def worth():
    return list(Order.objects.order_by("id").annotate(worth=in_base("total")).values_list("worth", flat=True))


def test_an_amount_is_converted_by_the_newest_rate_that_is_not_after_the_day():
    for day, value in (("2026-05-01", "0.80"), ("2026-05-09", "0.90"), ("2026-05-11", "0.95")):
        rate("USD", day, value)
    order("USD", 100)
    order("USD", 100, "2026-05-11T00:00:00+00:00")
    order("USD", 100, "2026-05-08T23:59:59+00:00")

    assert worth() == [90, 95, 80]


def test_the_base_currency_needs_no_rate():
    order("EUR", "12.34")

    assert worth() == [Decimal("12.34")]


def test_an_amount_without_a_rate_is_worth_nothing_that_is_known():
    rate("USD", "2026-05-11", "0.95")  # a day late
    rate("USD", "2026-05-01", "0.5", base="GBP")
    order("USD", 100)
    order("JPY", 100)

    assert worth() == [None, None]


def test_what_could_not_be_converted_is_counted_and_not_summed():
    rate("USD", "2026-05-01", "0.9")
    for currency, total in (("EUR", 10), ("USD", 100), ("USD", 10), ("JPY", 5000), ("GBP", 7), ("GBP", 8)):
        order(currency, total)

    found = sum_in_base(Order.objects.all(), "total")

    # 10 + 0.9 × 110 = 109; the yen and the pounds have no rate.
    assert (found.amount, found.counted) == (109, 3)
    assert (found.missing, found.missing_currencies) == (3, ["GBP", "JPY"])


def test_a_sum_of_nothing_is_zero():
    found = sum_in_base(Order.objects.none(), "total")

    assert (found.amount, found.counted, found.missing) == (0, 0, 0)


def test_the_sum_is_one_query(django_assert_num_queries):
    for number in range(5):
        order("EUR", number)

    with django_assert_num_queries(1):
        assert sum_in_base(Order.objects.all(), "total").amount == 10


def test_a_day_is_the_businesss():
    rate("USD", "2026-05-10", "0.8")
    rate("USD", "2026-05-11", "0.9")
    order("USD", 100, "2026-05-10T22:30:00+00:00")  # in Berlin half past midnight of the 11th

    with override_settings(TIME_ZONE="Europe/Berlin"):
        assert worth() == [90]


def test_one_amount_can_be_asked_for():
    rate("USD", "2026-05-01", "0.9")
    day = date(2026, 5, 10)

    assert to_base(Decimal(10), currency="USD", day=day) == 9
    assert to_base(Decimal(10), currency="EUR", day=day) == 10
    assert to_base(Decimal(10), currency="JPY", day=day) is None


# -- Importing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def imported(tmp_path):
    """Import a file of this text; gives what was said."""

    def run(text, *, encoding="utf-8", **options):
        path = tmp_path / "rates.csv"
        path.write_text(text, encoding=encoding)
        said, complaints = StringIO(), StringIO()
        try:
            call_command("import_rates", str(path), stdout=said, stderr=complaints, **options)
        except CommandError as error:
            complaints.write(str(error))
        return said.getvalue(), complaints.getvalue()

    return run


def rates():
    return list(ExchangeRate.objects.order_by("currency", "day").values_list("base", "currency", "day", "rate"))


def test_rates_are_imported_and_a_second_time_only_what_changed(imported):
    first = imported("day,currency,rate\n2026-05-01,USD,0.9\n2026-05-02,USD,0.91\n", encoding="utf-8-sig")
    second = imported("currency,rate,day,remark\nUSD,0.9,2026-05-01,x\nUSD,0.92,2026-05-02,y\nJPY,0.006,2026-05-01,\n")

    assert first == ("2 rates new, 0 changed, 0 as before.\n", "")
    assert second == ("1 rates new, 1 changed, 1 as before.\n", "")
    assert rates() == [
        ("EUR", "JPY", date(2026, 5, 1), Decimal("0.006")),
        ("EUR", "USD", date(2026, 5, 1), Decimal("0.9")),
        ("EUR", "USD", date(2026, 5, 2), Decimal("0.92")),
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("2026-05-01,XYZ,1", "line 3: currency: a currency's code of ISO 4217 (EUR, in capitals) expected, got “XYZ”"),
        ("2026-05-01,EUR,1", "line 3: currency: another currency than the base EUR expected"),
        ("05/01/2026,USD,1", "line 3: day: a day as in 2026-05-01 expected, got “05/01/2026”"),
        ("2026-05-01,USD,-1", "line 3: rate: a number above 0 and below 10000000000 expected, got -1"),
        ("2026-05-01,USD,0", "line 3: rate: a number above 0"),
        ("2026-05-01,USD,NaN", "line 3: rate: a number above 0"),
        ("2026-05-01,USD,1e-11", "line 3: rate: a number of at least 1e-10 expected"),
        ('2026-05-01,USD,"0,9"', "line 3: rate: a number expected, got “0,9”"),
        ("2026-05-01,USD", "line 3: rate: a number expected, got “”"),
        ("2026-05-01", "line 3: currency: a currency's code"),
    ],
)
def test_a_line_that_is_no_rate_is_told_and_the_others_are_stored(imported, line, complaint):
    said, complaints = imported(f"day,currency,rate\n2026-05-01,GBP,1.2\n{line}\n2026-05-01,CHF,1.1\n")

    assert said == "2 rates new, 0 changed, 0 as before.\n"
    assert complaints.startswith(complaint)
    assert complaints.endswith("1 lines were no rates; the others are stored.")
    assert [currency for _, currency, _, _ in rates()] == ["CHF", "GBP"]


def test_of_two_rates_of_one_day_the_later_line_counts(imported):
    imported("day,currency,rate\n2026-05-01,USD,0.9\n2026-05-01,USD,0.8\n")

    assert [value for *_, value in rates()] == [Decimal("0.8")]


def test_rates_can_be_given_in_another_base(imported):
    imported("day,currency,rate\n2026-05-01,EUR,1.1\n", base="USD")

    assert rates() == [("USD", "EUR", date(2026, 5, 1), Decimal("1.1"))]


@pytest.mark.parametrize(
    ("text", "encoding", "complaint"),
    [
        ("day,rate\n2026-05-01,1\n", "utf-8", "header: the columns day, currency, rate expected, currency missing"),
        ("", "utf-8", "header: the columns day, currency, rate expected"),
        ("day,currency,rate\n2026-05-01,USD,1\nDevisé,,\n", "mac-roman", "'utf-8' codec can't decode"),
    ],
)
def test_a_file_that_is_no_table_of_rates_stores_nothing(imported, text, encoding, complaint):
    _said, complaints = imported(text, encoding=encoding)

    assert complaint in complaints
    assert rates() == []


def test_a_base_that_is_no_currency_is_refused(imported):
    assert imported("day,currency,rate\n", base="XYZ")[1].startswith("base: a currency's code")
