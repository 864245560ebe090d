import ipaddress
import socket
from urllib.parse import urlsplit

import pytest

from marketing.errors import InvalidInput
from marketing.webhooks import Delivery, check_url, is_public, new_secret, resolve, send
from tests.marketing.listener import listening


@pytest.fixture
def listener():
    with listening() as listener:
        yield listener


def delivery(url, **changes):
    return Delivery(**{"id": "d1", "url": url, "secrets": [new_secret()], "body": '{"type":"ping"}', **changes})


def test_a_delivery_arrives_whole_and_its_signature_holds(listener):
    sent = delivery(listener.url, body='{"type":"ping","data":{"name":"café 茶"}}')

    outcome = send(sent, private_allowed=True, total_seconds=10)

    assert outcome.delivered
    (heard,) = listener.heard
    assert heard.path == "/hooks?shop=1"
    assert heard.verified(sent.secrets[0])["data"] == {"name": "café 茶"}
    assert heard.headers["webhook-id"] == "d1"
    assert heard.headers["host"] == urlsplit(listener.url).netloc


def test_a_changed_body_no_longer_fits_the_signature(listener):
    from standardwebhooks import WebhookVerificationError

    sent = delivery(listener.url)
    send(sent, private_allowed=True, total_seconds=10)

    (heard,) = listener.heard
    heard.body = heard.body.replace("ping", "pong")

    with pytest.raises(WebhookVerificationError):
        heard.verified(sent.secrets[0])


def test_while_a_secret_is_changed_both_hold(listener):
    secrets = [new_secret(), new_secret()]
    send(delivery(listener.url, secrets=secrets), private_allowed=True, total_seconds=10)

    assert [listener.heard[0].verified(secret) for secret in secrets] == [{"type": "ping"}] * 2


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_a_refusal_is_told_with_its_status(listener, status):
    listener.answers = [status]

    outcome = send(delivery(listener.url), private_allowed=True, total_seconds=10)

    assert not outcome.delivered
    assert outcome.error.startswith(f"HTTP {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(listener, status):
    def lead_away(handler):
        handler.send_response(status)
        handler.send_header("Location", listener.url)
        handler.end_headers()

    listener.answers = [lead_away, 200]

    outcome = send(delivery(listener.url), private_allowed=True, total_seconds=10)

    assert not outcome.delivered
    assert "redirect" in outcome.error
    assert len(listener.heard) == 1


def test_who_does_not_answer_is_left_when_time_is_up(listener):
    listener.answers = [lambda _handler: listener.released.wait(30)]

    outcome = send(delivery(listener.url), private_allowed=True, total_seconds=0.3)

    assert outcome.error == "no whole answer within 0.3 seconds"


def test_an_answer_that_trickles_in_does_not_buy_time(listener):
    def trickle(handler):
        try:
            while not listener.released.wait(0.05):
                handler.wfile.write(b"H")
                handler.wfile.flush()
        except OSError:
            handler.close_connection = True

    listener.answers = [trickle]

    outcome = send(delivery(listener.url), private_allowed=True, total_seconds=0.5)

    assert outcome.error == "no whole answer within 0.5 seconds"


def test_of_a_long_answer_only_the_first_kilobyte_is_read(listener):
    def talk(handler):
        handler.send_response(500)
        handler.end_headers()
        try:
            while not listener.released.is_set():
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            handler.close_connection = True

    listener.answers = [talk]

    outcome = send(delivery(listener.url), private_allowed=True, total_seconds=10)

    assert outcome.error == "HTTP 500: answered " + "x" * 1024


def test_what_is_no_http_is_an_outcome_and_no_crash(listener):
    listener.answers = [lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")]

    outcome = send(delivery(listener.url), private_allowed=True, total_seconds=10)

    assert not outcome.delivered
    assert outcome.error


def test_a_port_where_nobody_listens_is_an_outcome():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = send(delivery(f"http://127.0.0.1:{unused.getsockname()[1]}/"), private_allowed=True, total_seconds=10)

    assert not outcome.delivered


def test_plain_http_behind_an_https_address_is_refused_by_tls(listener):
    outcome = send(delivery(listener.url.replace("http:", "https:")), private_allowed=True, total_seconds=10)

    assert "SSL" in outcome.error
    assert listener.heard == []


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://shop.example/", "file:///etc/passwd", "gopher://shop.example/", "shop.example/hooks", "", "http://"),
        *("http://user:password@shop.example/", "https://shop.example:99999/", "https://shop.example:0/"),
        *("http://shop.example/a b", "http://shop.example/\r\nhost: x", "http://läden.example/", "http://[::1/"),
    ],
)
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(InvalidInput, match=r"^url: "):
        check_url(url, private_allowed=True)

    assert not send(delivery(url), private_allowed=True, total_seconds=10).delivered


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]"),
        *("[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:7f00:1::]", "[2001:db8::1]"),
    ],
)
def test_a_private_address_in_any_notation_is_refused_unless_the_settings_allow_it(host):
    url = f"http://{host}/"

    with pytest.raises(InvalidInput, match="a public address expected"):
        check_url(url, private_allowed=False)

    assert check_url(url, private_allowed=True).scheme == "http"


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_a_name_or_odd_number_that_leads_to_a_private_address_is_refused_when_sending(host, listener):
    url = listener.url.replace("127.0.0.1", host)

    outcome = send(delivery(url), private_allowed=False, total_seconds=10)

    assert not outcome.delivered
    assert "not public" in outcome.error or "was not found" in outcome.error
    assert listener.heard == []


def test_a_host_that_does_not_exist_is_told():
    outcome = send(delivery("https://nowhere.invalid/"), private_allowed=False, total_seconds=10)

    assert "nowhere.invalid was not found" in outcome.error


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(ipaddress.ip_address(address))


def test_the_connection_goes_to_the_address_that_was_looked_up():
    assert resolve(urlsplit("http://127.0.0.1:8000/"), private_allowed=True) == ["127.0.0.1"]
