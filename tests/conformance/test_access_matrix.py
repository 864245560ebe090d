"""Who may do what: every GraphQL root field and every REST route × every kind of caller.

One table says it all. A field or route that is missing from it fails, and so does a caller who gets in or is kept out
against it. Each cell really runs the operation with arguments that are right.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import jwt
import pytest
from django.conf import settings
from django.urls import URLPattern, get_resolver
from strawberry import relay

from config.schema import schema
from marketing.graphql import Door
from marketing.services.keys import create_api_key
from marketing.tokens import mint_token
from tests.callers import caller, token_of
from tests.factories.marketing import ItemFactory, OrderFactory

# Ada and Cy are customers, Vi a visitor; Bo is an agent, Mia a marketer, Dee an analyst, Kim works with data, Ola owns
# all. Sam's key has every scope, Bea's has none. Nobody has no credential; Eve's tokens are expired or forged.
PEOPLE = {"nobody", "vi", "ada", "cy"}
STAFF = {"bo", "mia", "dee", "kim", "ola"}
KEYS = {"sam", "bea"}
EVE = {"eve_expired", "eve_forged", "eve_guesses"}
EVERYBODY = PEOPLE | STAFF | KEYS
CALLERS = sorted(EVERYBODY | EVE)


@dataclass(frozen=True)
class Asked:
    """An operation or request, and who gets what they ask for. All others must be refused."""

    what: str
    allowed: set[str]
    values: dict = field(default_factory=dict)
    case: str = ""
    path: str = ""  # where the route has parts to fill in


def event(name):
    """A view by whoever sends it; a shop's server says whose it is."""
    seen = {"id": "e1", "kind": "view", "occurredAt": datetime.now(UTC).isoformat(), "item": "kettle"}
    return {**seen, "customer": "ada"} if name in KEYS else seen


LIST = "{ items { rank } }"
ADAS = {"externalId": "ada"}
CUSTOMER_READERS = {"bo", "mia", "dee", "ola"}
ORDER_READERS = {"bo", "mia", "dee", "ola"}
PLACED = datetime(2026, 5, 1, 12, tzinfo=UTC)
ADAS_ORDER = uuid.UUID(int=1)

FIELDS: dict[str, list[Asked]] = {
    "Query.me": [Asked("{ me { kind } }", EVERYBODY)],
    "Query.item": [Asked('{ item(sku: "kettle") { id } }', EVERYBODY)],
    "Query.items": [Asked("{ items(first: 1) { edges { node { id } } } }", EVERYBODY)],
    "Query.searchItems": [Asked('{ searchItems(query: "kettle") { edges { node { id } } } }', EVERYBODY)],
    "Query.customer": [
        Asked("query($of: CustomerRef!) { customer(ref: $of) { id } }", {"ada"} | CUSTOMER_READERS, {"of": ADAS}),
    ],
    "Query.eventKinds": [Asked("{ eventKinds { name } }", EVERYBODY)],
    "Query.customers": [Asked("{ customers { edges { node { id } } } }", CUSTOMER_READERS)],
    "Query.customerFeatures": [
        Asked(
            "query($of: CustomerRef!) { customerFeatures(customer: $of) { events } }", CUSTOMER_READERS, {"of": ADAS}
        ),
    ],
    "Query.topics": [Asked("{ topics { id } }", CUSTOMER_READERS | {"kim", "sam"})],
    "Query.sentimentTrend": [
        Asked("{ sentimentTrend { periods { texts } } }", {"ada", "cy"} | CUSTOMER_READERS | {"kim", "sam"}),
        Asked(
            "query($of: CustomerRef!) { sentimentTrend(customer: $of) { periods { texts } } }",
            {"ada"} | CUSTOMER_READERS | {"kim", "sam"},
            {"of": ADAS},
            case="of Ada",
        ),
        Asked(
            '{ sentimentTrend(item: {sku: "kettle"}) { periods { texts } } }',
            CUSTOMER_READERS | {"kim", "sam"},
            case="of an item",
        ),
    ],
    "Query.orders": [
        Asked(
            "query($of: CustomerRef!) { orders(customer: $of) { edges { node { total } } } }",
            {"ada"} | ORDER_READERS,
            {"of": ADAS},
        ),
    ],
    "Query.order": [
        Asked(
            "query($id: ID!) { order(id: $id) { total } }",
            {"ada"} | ORDER_READERS,
            {"id": str(relay.GlobalID("Order", str(ADAS_ORDER)))},
        ),
    ],
    "Query.liveCounts": [Asked("{ liveCounts { count } }", STAFF)],
    "Query.recommendations": [
        Asked("{ recommendations" + LIST + "}", EVERYBODY, case="for the viewer"),
        Asked(
            "query($of: CustomerRef!) { recommendations(customer: $of)" + LIST + "}",
            {"ada", "sam"} | CUSTOMER_READERS,
            {"of": ADAS},
            "for Ada",
        ),
    ],
    "Query.similarItems": [Asked('{ similarItems(item: {sku: "kettle"})' + LIST + "}", EVERYBODY)],
    "Query.boughtTogether": [Asked('{ boughtTogether(item: {sku: "kettle"})' + LIST + "}", EVERYBODY)],
    "Query.recentlyViewed": [
        Asked("{ recentlyViewed" + LIST + "}", EVERYBODY, case="for the viewer"),
        Asked(
            "query($of: CustomerRef!) { recentlyViewed(customer: $of)" + LIST + "}",
            {"ada", "sam"} | CUSTOMER_READERS,
            {"of": ADAS},
            "for Ada",
        ),
    ],
    "Query.trending": [Asked("{ trending" + LIST + "}", EVERYBODY)],
    "Mutation.trackEvents": [
        Asked(
            "mutation($event: EventInput!) { trackEvents(events: [$event]) { results { status } } }",
            {"vi", "ada", "cy", "sam"},
            {"event": event},
        )
    ],
    "Mutation.startVisit": [Asked("mutation { startVisit { token } }", EVERYBODY - {"bea"})],
    "Query.myConsent": [Asked("{ myConsent { granted } }", {"vi", "ada", "cy"})],
    "Mutation.setConsent": [
        Asked(
            "mutation { setConsent(purpose: MARKETING, granted: true) { consents { granted } } }", {"vi", "ada", "cy"}
        )
    ],
    "Mutation.linkVisitor": [
        Asked(
            "mutation($vi: String!) { linkVisitor(visitorToken: $vi) { customer { id } } }",
            {"ada", "cy"},
            {"vi": lambda _name: mint_token("visitor", source="browser", subject="vi").token},
        )
    ],
}

# Method and path. What isn't here must be the admin's, the shop window's or Django's own.
ROUTES: dict[str, list[Asked]] = {
    "api/events": [Asked("POST", {"vi", "ada", "cy", "sam"}, {"event": event})],
    "api/beacon": [Asked("POST", PEOPLE | STAFF, {"event": lambda _name: {"events": [event("vi")]}})],
    "api/items": [Asked("POST", {"sam"}, {"items": [{"sku": "pot", "title": "Pot"}]})],
    "api/catalogue/sync": [Asked("POST", {"sam"}, {"sku": "kettle", "title": "Kettle"})],
    "api/social": [
        Asked(
            "POST",
            {"sam"},
            {
                "interactions": [
                    {
                        "platform": "insta",
                        "item": "kettle",
                        "user": "@ada",
                        "kind": "like",
                        "time": "2026-05-01T12:00:00Z",
                    }
                ]
            },
        )
    ],
    "api/customers": [Asked("POST", {"sam"}, {"customers": [{"externalId": "dan"}]})],
    "api/consent": [
        Asked(
            "POST",
            {"sam"},
            {
                "consents": [
                    {"customer": "ada", "purpose": "marketing", "granted": True, "givenAt": "2026-05-01T12:00:00Z"}
                ]
            },
        )
    ],
    "api/orders": [
        Asked(
            "POST",
            {"sam"},
            {
                "orders": [
                    {
                        "id": "o2",
                        "customer": "ada",
                        "placedAt": PLACED.isoformat(),
                        "currency": "EUR",
                        "lines": [{"item": "kettle", "quantity": 1, "unitPrice": 10}],
                    }
                ]
            },
        )
    ],
    "api/refunds": [
        Asked(
            "POST",
            {"sam"},
            {"refunds": [{"id": "r1", "order": "o1", "amount": 1, "refundedAt": PLACED.isoformat()}]},
        )
    ],
    "api/cancellations": [
        Asked("POST", {"sam"}, {"cancellations": [{"order": "o1", "cancelledAt": PLACED.isoformat()}]})
    ],
    "api/tokens": [Asked("POST", {"sam"}, {"externalId": "ada"})],
    "api/visitors": [Asked("POST", EVERYBODY - {"bea"})],
    "api/exports/<selection>": [Asked("GET", {"sam"}, path="/api/exports/items?format=jsonl")],
    "api/schema": [Asked("GET", EVERYBODY)],
    "api/docs": [Asked("GET", EVERYBODY)],
    "attune.js": [Asked("GET", EVERYBODY | EVE)],
    "graphql": [Asked("POST", EVERYBODY, {"query": "{ __typename }"})],
    "healthz": [Asked("GET", EVERYBODY | EVE)],
    "readyz": [Asked("GET", EVERYBODY | EVE)],
    "metrics": [Asked("GET", STAFF)],
}
# Pages for people, whose rights their own tests ask for.
PAGES = ("admin/", "storefront/", "media/", "p/")


@pytest.fixture
def bea(shop):
    return create_api_key(source=shop, name="Bea", scopes=[])[1]


@pytest.fixture
def kettle(shop):
    return ItemFactory(sku="kettle", source=shop)


@pytest.fixture
def call(request, ada, cy, vi, kettle):
    """A caller by name. Their rows are made now, so that what one asks for is there for all."""
    OrderFactory(pk=ADAS_ORDER, identity=ada, external_id="o1", placed_at=PLACED)

    def by_name(name):
        match name:
            case "nobody":
                return caller()
            case "eve_expired":
                return caller(changed(token_of(ada), exp=1))
            case "eve_forged":
                return caller(changed(token_of(ada), secret="guessed"))
            case "eve_guesses":
                return caller("atk_guessed")
        return caller(request.getfixturevalue(name))

    return by_name


def changed(token, *, secret=None, **claims):
    """The token with other claims, signed by us or with another secret."""
    from marketing.tokens import _key

    said = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode({**said, **claims}, _key(secret or settings.SECRET_KEY), algorithm="HS256")


def cases(table):
    return [
        pytest.param(asked, name, id=f"{door}{f' {asked.case}' if asked.case else ''}-{name}".replace(" ", "_"))
        for door, many in table.items()
        for asked in many
        for name in CALLERS
    ]


def filled(values, name):
    return {key: value(name) if isinstance(value, Callable) else value for key, value in values.items()}


@pytest.mark.parametrize(("asked", "name"), cases(FIELDS))
def test_a_field_opens_to_those_in_the_table_and_to_nobody_else(call, asked, name):
    response = call(name).graphql(asked.what, **filled(asked.values, name))

    answer = response.json()
    codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
    if name in asked.allowed:
        assert not codes, answer
        assert all(value is not None for value in answer["data"].values()), answer
        assert "REFUSED" not in response.text
    else:
        assert codes == {"UNAUTHENTICATED" if name in EVE | {"nobody"} else "FORBIDDEN"}, answer
        assert response.status_code == (401 if name in EVE else 200)
        assert not answer["data"] or not any(answer["data"].values())


@pytest.mark.parametrize(("asked", "name"), cases({door: asked for door, asked in ROUTES.items() if door != "readyz"}))
def test_a_route_opens_to_those_in_the_table_and_to_nobody_else(call, asked, name, request):
    door = request.node.callspec.id.partition("-")[0]
    values = filled(asked.values, name)

    who = call(name)
    path = asked.path or f"/{door}"
    response = who.post(path, values.get("event", values)) if asked.what == "POST" else who.get(path)

    if name in asked.allowed:
        text = response.getvalue().decode()
        assert response.status_code < 300, text
        assert "refused" not in text or door in ("api/schema", "attune.js", "metrics")
    else:
        assert response.status_code == (401 if name in EVE | {"nobody"} else 403)


def test_readiness_is_told_to_anybody_without_naming_what_stands_behind_it(client, db):
    response = client.get("/readyz")

    # No worker runs for the tests.
    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "checks": {"database": "ok", "cache": "ok", "worker": "failing"},
    }


def root_fields():
    for operation in (schema.query, schema.mutation, schema.subscription):
        if operation is not None:
            for found in operation.__strawberry_definition__.fields:
                yield operation.__name__, schema.config.name_converter.from_field(found), found


def test_the_table_has_every_root_field():
    assert {f"{kind}.{name}" for kind, name, _ in root_fields()} == set(FIELDS)


def test_every_root_field_names_a_rule():
    without = [f"{kind}.{name}" for kind, name, found in root_fields() if not any_door(found)]

    assert not without, f"these root fields have no rule: {without}; make them with marketing.graphql.field(rule=…)"


def any_door(found):
    return any(isinstance(extension, Door) for extension in found.extensions)


def paths(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from paths(pattern.url_patterns, path)


def test_the_table_has_every_route():
    found = {path for path in paths(get_resolver().url_patterns) if path and not path.startswith(PAGES)}

    assert found == set(ROUTES)


def test_every_rest_route_names_a_rule():
    api = get_resolver("marketing.rest.urls").url_patterns

    assert all(getattr(pattern.callback.view_class, "rule", None) for pattern in api)


def test_the_table_expects_no_caller_who_does_not_exist():
    named = {name for table in (FIELDS, ROUTES) for many in table.values() for asked in many for name in asked.allowed}

    assert named <= set(CALLERS), json.dumps(sorted(named - set(CALLERS)))
