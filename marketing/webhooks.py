"""One webhook over the wire: signed as Standard Webhooks says, to an address that is allowed, within seconds.

https://www.standardwebhooks.com: the headers webhook-id, webhook-timestamp and webhook-signature.
"""

import base64
import ipaddress
import secrets
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Final
from urllib.parse import SplitResult, urlsplit

from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from marketing.errors import InvalidInput

CONNECT_SECONDS: Final = 3.0
ANSWER_BYTES: Final = 1024
PREFIX: Final = "whsec_"
# Ports of both schemes; an endpoint may name another one.
PORTS: Final = {"http": 80, "https": 443}
# What stands in an IPv6 address of these networks is an IPv4 address (RFC 6052), which decides.
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Delivery:
    """What goes to whom. `id` stays the same however often it is sent; `secrets` are all that may verify it."""

    id: str
    url: str
    secrets: Sequence[str]
    body: str


@dataclass(frozen=True)
class Outcome:
    """Whether the endpoint took it, and if not, why."""

    delivered: bool
    error: str = ""


class _Refused(Exception):
    """The endpoint can't be asked, or did not take the delivery."""


def new_secret() -> str:
    """256 random bits in the notation of Standard Webhooks."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def check_url(url: str, *, private_allowed: bool) -> SplitResult:
    """The address in its parts. Where a name leads is looked up with each delivery, since it can change.

    Raises:
        InvalidInput: naming `url`: not http(s), without a host, with a password, or a private address.

    """
    if not url.isascii() or any(sign <= " " for sign in url):
        raise InvalidInput("url", "an address in ASCII without spaces expected (punycode, percent-encoding)")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidInput("url", f"an address expected: {error}") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise InvalidInput("url", "an http or https address with a host expected")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("url", "an address without a name or password expected: deliveries are signed instead")
    with suppress(ValueError):  # a name and no number
        literal = ipaddress.ip_address(parts.hostname)
        if not private_allowed and not is_public(literal):
            raise InvalidInput("url", f"a public address expected, got {literal}")
    return parts


def send(delivery: Delivery, *, private_allowed: bool, total_seconds: float) -> Outcome:
    """Deliver once. Any 2xx means taken; a redirect is not followed, since it could lead anywhere."""
    try:
        parts = check_url(delivery.url, private_allowed=private_allowed)
        addresses = resolve(parts, private_allowed=private_allowed)
        status, answer = _post(delivery, parts, addresses[0], total_seconds=total_seconds)
    except InvalidInput as error:
        return Outcome(delivered=False, error=str(error))
    except _Refused as error:
        return Outcome(delivered=False, error=str(error))
    except (HTTPError, HTTPException, OSError) as error:
        return Outcome(delivered=False, error=f"{type(error).__name__}: {error}")
    if 200 <= status < 300:
        return Outcome(delivered=True)
    kind = "a redirect, which is not followed" if 300 <= status < 400 else f"answered {answer}"
    return Outcome(delivered=False, error=f"HTTP {status}: {kind}")


def resolve(parts: SplitResult, *, private_allowed: bool) -> list[str]:
    """The addresses behind the host, of which each must be public: the connection goes to one of these and no other."""
    assert parts.hostname is not None
    try:
        port = parts.port or PORTS[parts.scheme]
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Refused(f"the host {parts.hostname} was not found: {error}") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not private_allowed and not is_public(ipaddress.ip_address(address.partition("%")[0])):
            raise _Refused(f"{parts.hostname} leads to {address}, which is not public")
    return addresses


def is_public(address: Address) -> bool:
    """Whether the address lies in the open internet, seen through the notations of IPv4 in IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def headers_of(delivery: Delivery, *, now: datetime) -> dict[str, str]:
    signatures = [Webhook(secret).sign(delivery.id, now, delivery.body) for secret in delivery.secrets]
    return {
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
        "content-type": "application/json",
        "user-agent": "Attune",
    }


def _post(delivery: Delivery, parts: SplitResult, address: str, *, total_seconds: float) -> tuple[int, str]:
    """The answer's status and its first kilobyte."""
    connection = _connection(parts, address)
    deadline = _Deadline(connection, total_seconds)
    try:
        with deadline:
            connection.connect()
            assert connection.sock is not None
            connection.sock.settimeout(total_seconds)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"host": parts.netloc, **headers_of(delivery, now=datetime.now(UTC))}
            connection.request("POST", path, body=delivery.body.encode(), headers=headers, preload_content=False)
            response = connection.getresponse()
            answer = response.read(ANSWER_BYTES, decode_content=False) if response.status >= 300 else b""
            return response.status, answer.decode(errors="replace")
    except (HTTPError, HTTPException, OSError):
        if deadline.passed:
            raise _Refused(f"no whole answer within {total_seconds:g} seconds") from None
        raise
    finally:
        connection.close()


def _connection(parts: SplitResult, address: str) -> HTTPConnection:
    """To the address that was checked; the certificate is asked for the host's name all the same."""
    port = parts.port or PORTS[parts.scheme]
    if parts.scheme == "http":
        return HTTPConnection(address, port, timeout=CONNECT_SECONDS)
    return HTTPSConnection(
        address,
        port,
        timeout=CONNECT_SECONDS,
        cert_reqs="CERT_REQUIRED",
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
    )


class _Deadline:
    """Cuts the connection when time is up: a socket's own timeout begins anew with every byte that trickles in."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        self.passed = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.passed = True
        if self._connection.sock is not None:
            with suppress(OSError):  # closed by the other side in this very moment
                self._connection.sock.shutdown(socket.SHUT_RDWR)
