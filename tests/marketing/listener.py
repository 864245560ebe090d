"""A real HTTP server on this machine that hears webhooks: what it answers is set by the test, what it heard is kept."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook


@dataclass
class Heard:
    path: str
    headers: dict[str, str]
    body: str

    def verified(self, secret):
        """The payload, when the signature is that of the secret, by the library that listeners use."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Listener:
    """`answers` are given one after the other, the last one for ever: a status, or a function of the handler."""

    url: str = ""
    answers: list = field(default_factory=lambda: [200])
    heard: list[Heard] = field(default_factory=list)
    asked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self):
        return [one.headers["webhook-id"] for one in self.heard]


@contextmanager
def listening():
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            listener.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            answer = listener.answers.pop(0) if len(listener.answers) > 1 else listener.answers[0]
            listener.asked.release()
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_port}/hooks?shop=1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield listener
    finally:
        listener.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
