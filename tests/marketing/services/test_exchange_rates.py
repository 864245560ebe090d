"""New rates make the days dirty whose sums they change."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from marketing.models import DirtyDay, ExchangeRate
from marketing.services.exchange_rates import import_rates
from tests.factories.marketing import OrderFactory

pytestmark = pytest.mark.django_db
RATES = ["day,currency,rate", "2026-05-01,USD,0.9"]


@pytest.fixture
def sold():
    """Two orders in dollars, before and after the day of the rate, and one in euros."""
    for day, currency in ((1, "USD"), (3, "USD"), (4, "EUR")):
        month = 4 if day == 1 else 5
        OrderFactory(currency=currency, placed_at=datetime(2026, month, day, 12, tzinfo=UTC))


def dirty_days():
    return set(DirtyDay.objects.values_list("day", flat=True))


def test_an_imported_rate_marks_the_days_of_orders_since(sold):
    import_rates(RATES, base="EUR")

    assert dirty_days() == {date(2026, 5, 3)}


def test_a_rate_that_says_nothing_new_marks_nothing(sold):
    import_rates(RATES, base="EUR")
    DirtyDay.objects.all().delete()

    import_rates(RATES, base="EUR")

    assert dirty_days() == set()


def test_a_rate_that_staff_move_to_a_later_day_marks_what_it_held_for_before(sold, client, ola):
    rate = ExchangeRate.objects.create(base="EUR", currency="USD", day=date(2026, 5, 1), rate=Decimal("0.9"))
    client.force_login(ola)

    client.post(
        reverse("admin:marketing_exchangerate_change", args=[rate.pk]),
        {"base": "EUR", "currency": "USD", "day": "2026-06-01", "rate": "0.9"},
    )

    rate.refresh_from_db()
    assert (rate.day, dirty_days()) == (date(2026, 6, 1), {date(2026, 5, 3)})


def test_a_rate_that_staff_delete_marks_what_it_held_for(sold, client, ola):
    rate = ExchangeRate.objects.create(base="EUR", currency="USD", day=date(2026, 5, 1), rate=Decimal("0.9"))
    client.force_login(ola)

    client.post(reverse("admin:marketing_exchangerate_delete", args=[rate.pk]), {"post": "yes"})

    assert not ExchangeRate.objects.exists()
    assert dirty_days() == {date(2026, 5, 3)}
