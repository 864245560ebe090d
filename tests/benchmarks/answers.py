"""HTTP answers off a plain socket: an HTTP library in Python would take more time for a request than the server does."""

import socket


def read_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Status and body of one answer with a Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    parts, missing = [body], length - len(body)
    while missing > 0:
        parts.append(receive(connection))
        missing -= len(parts[-1])
    return head.split(b" ", 2)[1], b"".join(parts)


def receive(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionError("the server closed the connection")
    return chunk
