from datetime import date

import pytest
from django.urls import reverse

from marketing.models import ExchangeRate, Order
from tests.factories import marketing as make
from tests.query_counts import pinned_queries

ORDERS = "/admin/marketing/order/"
RATES = "/admin/marketing/exchangerate/"


def page_of(order):
    return reverse("admin:marketing_order_change", args=[order.pk])


def shown(page):
    return [order.external_id for order in page.context["cl"].result_list]


def test_an_order_is_listed_with_who_how_much_and_what_came_back(enter, bo):
    ada = make.CustomerIdentityFactory(customer__name="Ada Lovelace")
    make.OrderFactory(identity=ada, external_id="1001", currency="JPY", items_total=500, total=500, refunded=20)

    text = enter(bo).get(ORDERS).content.decode()

    assert all(part in text for part in ("1001", "Ada Lovelace", "500 JPY", "20 JPY", ">placed<"))


@pytest.mark.parametrize("term", ["o1", "ada", "vi"])
def test_an_order_is_found_by_its_number_and_by_who_it_is_of(enter, bo, ada, vi, term):
    make.OrderFactory(identity=ada, external_id="o1")
    make.OrderFactory(identity=vi, external_id="o2")

    found = shown(enter(bo).get(ORDERS, {"q": term}))

    assert found == (["o2"] if term == "vi" else ["o1"])


@pytest.mark.parametrize(("choice", "expected"), [("no", ["none"]), ("part", ["part"]), ("all", ["all"])])
def test_orders_are_filtered_by_what_came_back(enter, bo, choice, expected):
    for number, refunded in (("none", 0), ("part", 4), ("all", 10)):
        make.OrderFactory(external_id=number, refunded=refunded)

    assert shown(enter(bo).get(ORDERS, {"refunded": choice})) == expected


@pytest.mark.parametrize("count", [2, 20])
def test_an_orders_page_makes_the_same_few_queries_however_long_it_is(enter, ola, count):
    order = make.OrderFactory(refunded=2 * count, items_total=50, total=50)
    for number in range(1, count + 1):
        line = make.OrderLineFactory(order=order, number=number)
        make.RefundFactory(order=order, line=line)
        make.RefundFactory(order=order)
    browser = enter(ola)
    browser.get(page_of(order))  # what the first page of a process fetches once is not this one's

    with pinned_queries("admin order page"):
        page = browser.get(page_of(order))

    assert page.content.decode().count("Title of sku-") >= count


@pytest.mark.parametrize("name", ["ola", "mia", "bo", "dee"])
def test_nobody_changes_or_deletes_an_order_here(db, enter, request, name):
    order = make.OrderFactory()
    line = make.OrderLineFactory(order=order)
    browser = enter(request.getfixturevalue(name))

    page = browser.get(page_of(order))

    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert browser.post(page_of(order), {"external_id": "changed"}).status_code == 403
    assert browser.post(f"{ORDERS}{order.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Order.objects.get().lines.get() == line


def rate(**changes):
    return {"currency": "USD", "day": "2026-05-01", "rate": "0.91", "base": "EUR", **changes}


def test_a_rate_is_added_with_the_base_currency_filled_in(enter, ola, settings):
    settings.BASE_CURRENCY = "CHF"
    browser = enter(ola)

    form = browser.get(f"{RATES}add/")
    browser.post(f"{RATES}add/", rate(base="CHF"))

    assert form.context["adminform"].form["base"].value() == "CHF"
    stored = ExchangeRate.objects.get()
    assert (stored.base, stored.currency, stored.day, str(stored.rate)) == (
        "CHF",
        "USD",
        date(2026, 5, 1),
        "0.9100000000",
    )
    assert "0.91" in browser.get(RATES).content.decode()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"currency": "XYZ"}, "code of ISO 4217"),
        ({"base": "eur"}, "code of ISO 4217"),
        ({"currency": "EUR"}, "Another currency than the base"),
        ({"rate": "0"}, "exchange_rate_positive"),
        ({"rate": "-1"}, "exchange_rate_positive"),
        ({"rate": "NaN"}, "Enter a number"),
        ({"day": "soon"}, "Enter a valid date"),
    ],
)
def test_what_is_no_rate_is_refused_on_the_form(enter, ola, changes, complaint):
    page = enter(ola).post(f"{RATES}add/", rate(**changes))

    assert complaint in page.content.decode()
    assert not ExchangeRate.objects.exists()


def test_who_only_reads_adds_no_rate(enter, dee):
    assert enter(dee).post(f"{RATES}add/", rate()).status_code == 403
