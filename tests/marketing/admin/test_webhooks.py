import pytest
from django.urls import reverse

from marketing.models import Outbox, WebhookEndpoint
from marketing.services.deliveries import deliver_due
from marketing.services.webhooks import tell
from tests.factories.marketing import WebhookEndpointFactory
from tests.marketing.listener import listening

pytestmark = pytest.mark.django_db
ADD = "/admin/marketing/webhookendpoint/add/"


def fill(**changes):
    return {
        "name": "warehouse",
        "url": "https://shop.example/hooks",
        "topics": ["order.placed"],
        "active": "on",
        **changes,
    }


def secret_in(page):
    return page.content.decode().partition('value="whsec_')[2].partition('"')[0]


@pytest.fixture
def listener(settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with listening() as listener:
        yield listener


def page_of(row, button="change"):
    return reverse(f"admin:marketing_{row._meta.model_name}_{button}", args=[row.pk])


def test_a_new_endpoints_secret_is_shown_once_and_verifies_what_it_hears(enter, ola, listener):
    browser = enter(ola)

    page = browser.post(ADD, fill(url=listener.url))

    secret = f"whsec_{secret_in(page)}"
    tell(topic="order.placed", payload={"order": "o1"})
    deliver_due()
    assert listener.heard[0].verified(secret)["data"] == {"order": "o1"}
    assert "no-store" in page.headers["Cache-Control"]
    row = WebhookEndpoint.objects.get()
    later = [page_of(row), reverse("admin:marketing_webhookendpoint_changelist"), page_of(Outbox.objects.get())]
    assert not any(secret_in(browser.get(address)) for address in later)
    assert not any(secret.removeprefix("whsec_") in browser.get(address).content.decode() for address in later)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "http://127.0.0.1/hooks"}, "a public address expected"),
        ({"url": "https://name:word@shop.example/"}, "without a name or password"),
        ({"url": "ftp://shop.example/"}, "Enter a valid URL|http or https"),
        ({"topics": ["everything"]}, "Select a valid choice"),
        ({"topics": []}, "This field is required"),
    ],
)
def test_a_form_that_cannot_work_is_refused_at_the_field(enter, ola, changes, said):
    page = enter(ola).post(ADD, fill(**changes))

    assert any(words in page.content.decode() for words in said.split("|"))
    assert not WebhookEndpoint.objects.exists()


def test_changing_an_endpoint_keeps_its_secret(enter, ola):
    row = WebhookEndpointFactory(secret="whsec_kept")

    enter(ola).post(page_of(row), fill(name="books"))

    row.refresh_from_db()
    assert (row.name, row.secret) == ("books", "whsec_kept")


def test_a_new_secret_is_made_after_asking_and_shown_once(enter, ola):
    row = WebhookEndpointFactory(secret="whsec_b2xkb2xkb2xkb2xk")
    browser = enter(ola)

    question = browser.get(page_of(row, "rotate"))
    unchanged = WebhookEndpoint.objects.get().secret
    answer = browser.post(page_of(row, "rotate"))

    assert not secret_in(question)
    assert unchanged == row.secret
    assert WebhookEndpoint.objects.get().secret == f"whsec_{secret_in(answer)} {row.secret}"


def test_a_test_is_sent_and_its_delivery_shown(enter, press, ola, listener):
    enter(ola).post(ADD, fill(url=listener.url))
    row = WebhookEndpoint.objects.get()

    page = press(ola, page_of(row, "ping"))
    deliver_due()

    assert [delivery.topic for delivery in page.context["cl"].result_list] == ["ping"]
    assert '"type":"ping"' in listener.heard[0].body


def test_no_test_is_sent_to_an_endpoint_that_is_off(press, ola):
    row = WebhookEndpointFactory(active=False)

    page = press(ola, page_of(row, "ping"))

    assert "this endpoint is off" in page.content.decode()
    assert not Outbox.objects.exists()


@pytest.fixture
def parked():
    WebhookEndpointFactory()
    tell(topic="order.placed", payload={"order": "<script>alert(1)</script>"})
    Outbox.objects.update(status="parked", attempts=10, last_error="HTTP 500: <script>alert(2)</script>")
    return Outbox.objects.get()


def test_a_parked_delivery_is_sent_again_from_its_page(press, ola, parked):
    press(ola, page_of(parked, "replay"))

    parked.refresh_from_db()
    assert (parked.status, parked.attempts, parked.last_error) == ("waiting", 0, "")


def test_chosen_deliveries_are_sent_again_from_the_list(enter, ola, parked):
    url = reverse("admin:marketing_outbox_changelist")

    page = enter(ola).post(url, {"action": "replay_chosen", "_selected_action": [str(parked.pk)]}, follow=True)

    assert "1 wait to be sent again" in page.content.decode()
    assert Outbox.objects.get().status == "waiting"


def test_who_may_only_look_cannot_send_again(enter, dee, parked):
    browser = enter(dee)

    shown = browser.get(page_of(parked))
    tried = browser.post(page_of(parked, "replay"), {"_form_submitted": "True"})

    assert shown.status_code == 200
    assert page_of(parked, "replay") not in shown.content.decode()
    assert tried.status_code == 403
    assert Outbox.objects.get().status == "parked"


def test_what_others_sent_stands_as_text_on_the_page(enter, ola, parked):
    pages = [enter(ola).get(url) for url in (page_of(parked), reverse("admin:marketing_outbox_changelist"))]

    assert not any("<script>alert" in page.content.decode() for page in pages)


@pytest.mark.parametrize("name", ["mia", "bo", "dee", "kim"])
def test_endpoints_are_for_the_owner(name, request, enter):
    row = WebhookEndpointFactory()

    browser = enter(request.getfixturevalue(name))

    assert browser.get(page_of(row)).status_code == 403
    assert browser.post(page_of(row, "rotate")).status_code == 403
