"""The people of the house at the doors: how each of them calls GraphQL and REST."""

import json
from dataclasses import dataclass

from django.test import Client

from marketing.models import Identity, User
from marketing.tokens import mint_token


@dataclass
class Caller:
    """A client with somebody's credential. Checks of CSRF are on, as in production."""

    client: Client
    headers: dict[str, str]

    def graphql(self, operation, **variables):
        """The whole HTTP answer to an operation."""
        return self.post("/graphql", {"query": operation, "variables": variables})

    def ask(self, operation, **variables):
        """The data of an operation that must succeed."""
        answer = self.graphql(operation, **variables).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def refused(self, operation, **variables):
        """The only error of an operation that must fail."""
        (error,) = self.graphql(operation, **variables).json()["errors"]
        return error

    def post(self, path, body):
        """`body` is JSON's value, or bytes as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post(path, raw, content_type="application/json", headers=self.headers)

    def get(self, path, **headers):
        return self.client.get(path, headers={**self.headers, **headers})


def caller(who=None):
    """The client of a user (by session), an identity (by its token), a secret or token (as it is), or nobody."""
    client = Client(enforce_csrf_checks=True)
    if who is None:
        return Caller(client, {})
    if isinstance(who, User):
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["csrftoken"] = "c" * 32
        return Caller(client, {"X-CSRFToken": "c" * 32})
    return Caller(client, {"Authorization": f"Bearer {token_of(who)}"})


def token_of(who):
    if isinstance(who, Identity):
        return mint_token(who.kind, source=who.source.code, subject=who.value).token
    return who
