from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from marketing.models import Identity
from tests.callers import caller
from tests.factories.marketing import (
    ArtefactFactory,
    CategoryFactory,
    CustomerIdentityFactory,
    DeploymentFactory,
    EventFactory,
    ItemFactory,
    SourceFactory,
    TrainingRunFactory,
)

STOREFRONT = pytest.mark.urls("tests.config.storefront_urls")
pytestmark = pytest.mark.django_db


@pytest.fixture
def sample():
    return SourceFactory(code="sample-shop", name="Harbour & Pine", simulated=True)


def fan_of(category, *, name, events, source):
    identity = CustomerIdentityFactory(customer__name=name, customer__source=source)
    EventFactory.create_batch(events, identity=identity, item=ItemFactory(category=category, source=source))
    return identity.customer


@STOREFRONT
def test_the_shop_says_its_name_and_that_its_data_are_simulated(client, sample):
    ItemFactory(source=sample)

    page = client.get("/").content.decode()

    assert "Harbour &amp; Pine" in page
    assert "simulated data" in page


@STOREFRONT
def test_an_empty_shop_has_a_page(client):
    page = client.get("/")

    assert page.status_code == 200
    assert page.context["shoppers"] == []


@STOREFRONT
def test_the_customers_offered_differ_in_what_they_like(client, sample):
    lamps, rugs = CategoryFactory(name="Lamps"), CategoryFactory(name="Rugs")
    busiest = fan_of(lamps, name="Ada Lovelace", events=4, source=sample)
    fan_of(lamps, name="Cy", events=3, source=sample)
    other = fan_of(rugs, name="", events=2, source=sample)

    first, second, third = client.get("/").context["shoppers"]

    # Cy likes the same shelf as Ada, so the fan of rugs comes before him although he did more.
    assert (first.id, first.name, first.short, first.initials) == (busiest.external_id, "Ada Lovelace", "Ada", "AL")
    assert (second.name, second.taste) == (f"Customer {other.external_id}", "mostly Rugs")
    assert (third.name, third.taste) == ("Cy", "mostly Lamps")


@STOREFRONT
def test_the_page_makes_the_same_queries_for_5_customers_and_for_25(client, sample, django_assert_num_queries):
    for count in (5, 20):
        for number in range(count):
            fan_of(CategoryFactory(), name=f"Fan {number}", events=2, source=sample)

        with django_assert_num_queries(3):
            client.get("/")


@STOREFRONT
def test_what_a_shop_sends_can_not_break_out_of_the_page(client, sample):
    fan_of(CategoryFactory(), name="</script><script>alert(1)</script>", events=1, source=sample)
    item = ItemFactory(sku="x", title="<img src=x onerror=alert(1)>", description="<b>bold</b>", source=sample)

    pages = [client.get(path).content.decode() for path in ("/", f"/p/{item.sku}")]

    assert not any(trap in page for page in pages for trap in ("<script>alert", "<img src=x", "<b>bold"))


@STOREFRONT
def test_the_page_allows_nothing_inline_and_nothing_from_elsewhere(client):
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy


@STOREFRONT
@pytest.mark.parametrize("sku", ["lamp-1", "a/b c", "灯"])
def test_a_product_has_a_page_under_its_sku(sku, client, sample):
    ItemFactory(sku=sku, title="Lamp", source=sample, price="12.5", currency="EUR")

    page = client.get(f"/p/{sku}").content.decode()

    assert '<h1 id="product-title">Lamp</h1>' in page
    assert 'data-price="12.5000"' in page


@STOREFRONT
@pytest.mark.parametrize(
    "state",
    [
        {"available": False},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"published_at": timezone.now() + timedelta(days=1)},
        {"deleted_at": timezone.now()},
    ],
)
def test_a_product_that_is_not_offered_has_no_page(state, client):
    ItemFactory(sku="lamp", **state)

    assert client.get("/p/lamp").status_code == 404


@STOREFRONT
def test_a_shopper_gets_the_token_of_the_chosen_customer(client, ada):
    answer = client.post("/storefront/session", {"customer": "ada"})

    me = caller(answer.json()["token"]).ask("{ me { kind customer { externalId } } }")["me"]
    assert me == {"kind": "CUSTOMER", "customer": {"externalId": "ada"}}
    assert "no-store" in answer.headers["Cache-Control"]


@STOREFRONT
@pytest.mark.parametrize("form", [{}, {"customer": ""}, {"customer": "eve"}])
def test_nobody_gets_a_token_for_a_customer_who_is_not_there(form, client, ada):
    answer = client.post("/storefront/session", form)

    assert (answer.status_code, answer.json()) == (404, {"error": "customer: nobody has this id"})
    assert Identity.objects.count() == 1


@STOREFRONT
def test_another_site_can_not_ask_for_a_token(ada):
    answer = Client(enforce_csrf_checks=True).post("/storefront/session", {"customer": "ada"})

    assert answer.status_code == 403


@STOREFRONT
def test_a_page_that_waits_for_a_first_model_is_told_how_training_goes(client):
    before = client.get("/storefront/training").json()
    TrainingRunFactory(status="running", progress=0.4, stage="fitting", lease_expires_at=timezone.now())
    during = client.get("/storefront/training").json()
    DeploymentFactory(champion=ArtefactFactory(version=1))
    after = client.get("/storefront/training").json()

    assert before == {"serving": None, "run": None}
    assert during == {"serving": None, "run": {"status": "running", "percent": 40, "stage": "fitting"}}
    assert after["serving"] == "recommender v1"


def stored(name, content=b"x"):
    default_storage.save(name, ContentFile(content))


@STOREFRONT
@pytest.mark.parametrize(
    ("name", "content_type"), [("a/lamp.svg", "image/svg+xml"), ("lamp.png", "image/png"), ("lamp.JPG", "image/jpeg")]
)
def test_a_picture_is_served_so_that_nothing_in_it_can_act(name, content_type, client):
    stored(name, b"<svg onload='alert(1)'/>")

    answer = client.get(f"/media/{name}")

    assert b"".join(answer.streaming_content) == b"<svg onload='alert(1)'/>"
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@STOREFRONT
def test_a_file_that_is_no_picture_is_only_offered_for_download(client):
    stored("page.html", b"<script>alert(1)</script>")

    answer = client.get("/media/page.html")

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()


@STOREFRONT
@pytest.mark.parametrize("name", ["gone.svg", "../secret_key", "%2e%2e/secret_key", "a%00b.svg", "folder/"])
def test_no_file_outside_the_media_folder_is_served(name, client, tmp_path):
    (tmp_path / "secret_key").write_text("secret")
    stored("folder/lamp.svg")

    assert client.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/storefront/session", "/storefront/training", "/p/lamp", "/media/lamp.svg"])
def test_without_the_setting_there_is_no_shop(path, client):
    assert client.post(path).status_code == 404


def test_without_the_setting_the_root_leads_to_the_admin(client):
    assert client.get("/").headers["Location"] == "/admin/"
