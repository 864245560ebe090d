"""Where the time of one GraphQL answer goes: the door called in this process, without a network; prints JSON.

Before that it checks that GraphQL and the bare view send the same statements and give the same list.
"""

import functools
import io
import json
import re
import sys
import time
from collections import defaultdict
from contextlib import contextmanager

import django

django.setup()

from django.db import connection  # noqa: E402 - the rest needs the set-up

from config import schema as root  # noqa: E402
from config.wsgi import application  # noqa: E402
from marketing import access  # noqa: E402
from marketing.views import GraphQLView  # noqa: E402
from recsys import serving  # noqa: E402
from recsys.algorithms.ease.scorer import Scorer  # noqa: E402
from recsys.schema import lists as schema  # noqa: E402
from tests.benchmarks.serving.operation import FIRST, OPERATION  # noqa: E402

BODY = json.dumps({"query": OPERATION, "variables": {"first": FIRST}}).encode()
WARM_UP = 20
OUTERMOST = "Django, middleware, WSGI"


class Clock:
    """Time spent in spans, without that of the spans inside them."""

    def __init__(self):
        self.seconds = defaultdict(float)
        self.open = []

    @contextmanager
    def span(self, name):
        now = time.perf_counter()
        if self.open:
            outer, since = self.open[-1]
            self.seconds[outer] += now - since
        self.open.append((name, now))
        try:
            yield
        finally:
            now = time.perf_counter()
            _name, since = self.open.pop()
            self.seconds[name] += now - since
            if self.open:
                self.open[-1] = (self.open[-1][0], now)

    def watch(self, owner, attribute, name):
        watched = getattr(owner, attribute)

        @functools.wraps(watched)
        def inside(*arguments, **options):
            with self.span(name):
                return watched(*arguments, **options)

        setattr(owner, attribute, inside)

    def statement(self, execute, statement, parameters, many, context):
        table = re.search(r'(?:FROM|UPDATE|INTO) "?(\w+)', statement)
        with self.span(f"SQL {table[1] if table else statement[:20]}"):
            return execute(statement, parameters, many, context)


def main():
    tokens = json.load(sys.stdin)
    check_same(tokens[0])
    clock = Clock()
    clock.watch(connection, "connect", "connection from the pool")
    clock.watch(access, "resolve_caller", "who asks (token, ORM)")
    clock.watch(schema, "resolve_subject", "subject (ORM)")
    clock.watch(serving, "recommend", "serving (history, candidates, reasons)")
    clock.watch(Scorer, "score", "scoring")
    clock.watch(Scorer, "explain", "scoring")
    clock.watch(schema.RecommendationList, "from_ranked", "answer objects")
    clock.watch(root.schema, "execute_sync", "GraphQL execution")
    clock.watch(GraphQLView, "dispatch", "GraphQL over HTTP (parse, JSON)")
    with connection.execute_wrapper(clock.statement):
        for token in tokens[:WARM_UP]:
            ask_graphql(token)
        clock.seconds.clear()
        for token in tokens:
            with clock.span(OUTERMOST):
                ask_graphql(token)
    print(json.dumps({name: seconds / len(tokens) * 1000 for name, seconds in clock.seconds.items()}))


def check_same(token):
    """Stop when the bare view does less than GraphQL, or answers something else."""
    answers, statements = {}, {}
    for door, ask in {"GraphQL": ask_graphql, "bare": ask_bare}.items():
        ask(token)  # what is kept for a while is at hand from now on
        sent = []
        with connection.execute_wrapper(lambda execute, *call, sent=sent: (sent.append(call[0]), execute(*call))[1]):
            answers[door] = ask(token)
        statements[door] = sent
        answers[door]["data"]["recommendations"].pop("id")
    for what, found in {"sends other statements": statements, "answers something else": answers}.items():
        if found["GraphQL"] != found["bare"]:
            sys.exit(f"the bare view {what} than GraphQL: {json.dumps(found, indent=1)}")


def ask_graphql(token):
    return ask("POST", "/graphql", token=token, body=BODY)


def ask_bare(token):
    return ask("GET", "/bench/bare", token=token, body=b"")


def ask(method, path, *, token, body):
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    statuses = []
    response = application(environ, lambda status, _headers: statuses.append(status))
    try:
        answer = json.loads(b"".join(response))
    finally:
        response.close()
    if not statuses[0].startswith("200") or "errors" in answer:
        sys.exit(f"{path} answered {statuses[0]}: {answer}")
    return answer


main()
