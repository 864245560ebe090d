"""What the GraphQL door allows at all: limits, what production hides, errors, CSRF, CORS, the schema itself."""

import json
import logging
from pathlib import Path

import pytest
import strawberry
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import RequestFactory
from graphql import ASTValidationRule

from config import limits
from config import schema as composed
from config.schema import Schema
from marketing.access import NOBODY
from marketing.errors import ArtefactCorrupt, Conflict, InvalidInput, TemporarilyUnavailable
from marketing.views import MAX_OPERATION, GraphQLView
from tests.callers import caller

SNAPSHOT = Path(__file__).parent.parent / "schema.graphql"


def messages(operation, **variables):
    return [error["message"] for error in caller().graphql(operation, **variables).json().get("errors", [])]


# -- Limits ------------------------------------------------------------------------------------------------------------


def test_an_operation_within_all_limits_is_answered(db):
    assert messages("{ items(first: 100) { edges { node { id title sku category { name } } } } }") == []


def test_deep_operations_are_refused(db):
    # __schema { types { fields { type { ofType … } } } }: 4 levels and one more for each ofType, then name.
    deep = "{ __schema { types { fields { type { " + "ofType { " * 6 + "name" + " }" * 10 + " }"

    assert messages(deep) == ["The operation has more than 10 levels of fields."]
    assert messages(deep.replace("ofType { ofType { ", "ofType { ", 1).replace("} }", "}", 1)) == []


def test_many_aliases_are_refused(db):
    def operation(count):
        return "{ " + " ".join(f"a{number}: __typename" for number in range(count)) + " }"

    assert messages(operation(20)) == []
    assert messages(operation(21)) == ["The operation has more than 20 aliases."]


def test_aliases_in_fragments_count_for_each_spread(db):
    operation = "{ me { ...a } b: me { ...a } } fragment a on Me { " + " ".join(f"k{n}: kind" for n in range(10)) + " }"

    assert messages(operation) == ["The operation has more than 20 aliases."]


def test_costly_operations_are_refused(db):
    one = "items(first: 100) { edges { cursor node { id sku title description brand tags url imageUrl price } } }"
    # A page costs 1 + 100 × (edges 1 + cursor 1 + node 1 + 9 fields) = 1,201; nine of them are more than 10,000.
    few, many = (" ".join(f"a{n}: {one}" for n in range(count)) for count in (8, 9))

    assert messages(f"{{ {few} }}") == []
    assert messages(f"{{ {many} }}") == ["The operation has more than 10,000 fields in a full answer."]


def test_a_page_size_in_a_variable_counts_as_the_largest(db):
    one = "items(first: $n) { edges { cursor node { id sku title description brand tags url imageUrl price } } }"
    many = " ".join(f"a{number}: {one}" for number in range(9))

    assert messages(f"query($n: Int!) {{ {many} }}", n=1) == [
        "The operation has more than 10,000 fields in a full answer."
    ]


def test_long_operations_are_refused(db):
    # The operation is 3 tokens, and each comment one more.
    assert messages("{ __typename }" + "\n#" * 990) == []
    assert "more than 1000 tokens" in messages("{ __typename }" + "\n#" * 1000)[0]


def test_operations_of_many_characters_are_refused_unparsed(db):
    response = caller().graphql("{ __typename } #" + "x" * MAX_OPERATION)

    assert response.status_code == 400
    assert "characters" in response.json()["errors"][0]["message"]


def test_fragments_that_double_each_other_cost_no_time(db):
    # Written out, these are 2⁶⁰ fields: counted one by one, this test would not end.
    chain = "".join(f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    operation = "{ ...F0 }" + chain + " fragment F60 on Query { me { kind } }"

    assert messages(operation) == ["The operation has more than 10,000 fields in a full answer."]


@pytest.mark.parametrize(
    "operation",
    [
        "{ ...Nowhere }",
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ ...A } fragment A on Nothing { x }",
        "{ ... on Nothing { x } }",
        "{ nothing { at { all } } }",
        "subscription { x }",
        "fragment A on Query { me { kind } }",
        "type Query { x: Int }",
        "",
        "{",
        "{ me { kind } } { me { kind } }",
        "{" + " a {" * 300 + " b " + "}" * 301,
        'query($x: [[[[Int]]]] = [[[["a"]]]]) { me { kind } }',
    ],
)
def test_an_operation_that_makes_no_sense_is_answered_with_what_is_wrong(db, operation):
    response = caller().graphql(operation)

    said = response.json()["errors"][0]
    assert response.status_code in (200, 400)
    assert said["message"]
    assert said.get("extensions", {}).get("code") in (None, "BAD_REQUEST")


# -- The request itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"1",
        b"null",
        b'"text"',
        b"{}",
        b'{"query": 1}',
        b'{"query": "{ me { kind } }", "variables": []}',
        b'{"query": "{ me { kind } }", "variables": {"a": NaN}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"query": "{ me { kind } }", "variables": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        b'[{"query": "{ me { kind } }"}, {"query": "{ me { kind } }"}]',
    ],
)
def test_a_body_that_is_no_operation_is_a_bad_request(db, body):
    response = caller().post("/graphql", body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_a_body_that_is_too_large_is_refused_saying_so(db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

    response = caller().post("/graphql", b'{"query": "' + b"x" * (2 * 1024 * 1024) + b'"}')

    assert response.status_code == 413
    assert response.json()["errors"][0]["message"] == "The body is larger than 2 MB; send less at once."


def test_operations_come_by_post_only(db, client):
    response = client.get("/graphql", {"query": "{ me { kind } }"})

    assert response.status_code == 400
    assert "GET" in response.json()["errors"][0]["message"]


def test_uploads_are_refused(db, client):
    response = client.post("/graphql", {"operations": '{"query": "{ me { kind } }"}', "map": "{}"})

    assert response.status_code == 400


def test_a_page_of_another_site_may_ask_when_it_is_on_the_list(db, client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]

    def asked_by(origin):
        return client.options(
            "/graphql", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        ).headers.get("Access-Control-Allow-Origin")

    assert asked_by("https://shop.example") == "https://shop.example"
    assert asked_by("https://eve.example") is None


def test_a_browser_gets_an_editor_where_introspection_is_on(db, client):
    response = client.get("/graphql", headers={"Accept": "text/html"})

    assert response.status_code == 200
    assert "GraphiQL" in response.text
    assert "csrftoken" in response.cookies


# -- What production hides ---------------------------------------------------------------------------------------------


@pytest.fixture
def closed(rf: RequestFactory):
    """Asks a schema that is set up as in production."""
    view = GraphQLView.as_view(schema=Schema(introspection=False), graphql_ide=None)

    def ask(operation, **variables):
        body = json.dumps({"query": operation, "variables": variables})
        request = rf.post("/graphql", body, content_type="application/json")
        request.caller = NOBODY
        return json.loads(view(request).content)

    ask.page = lambda: view(with_nobody(rf.get("/graphql", headers={"Accept": "text/html"})))
    return ask


def with_nobody(request):
    request.caller = NOBODY
    return request


@pytest.mark.parametrize("asked", ["{ __schema { types { name } } }", '{ __type(name: "Item") { name } }'])
def test_production_does_not_tell_its_schema(closed, asked):
    assert "introspection" in closed(asked)["errors"][0]["message"].lower()
    assert "errors" not in caller().graphql(asked).json()


@pytest.mark.parametrize(
    ("asked", "variables"),
    [
        ("{ mee { kind } }", {}),
        ("{ me { kindd } }", {}),
        ("{ items(frist: 1) { edges { cursor } } }", {}),
        ("query($r: CustomerReff) { customer(ref: $r) { id } }", {}),
        ("query($r: CustomerRef) { customer(ref: $r) { id } }", {"r": {"externalIdd": "x"}}),
        ("{ customer(ref: {externalIdd: 1}) { id } }", {}),
    ],
)
def test_production_does_not_suggest_names(closed, asked, variables):
    closed_says = [error["message"] for error in closed(asked, **variables)["errors"]]
    open_says = messages(asked, **variables)

    assert not any("Did you mean" in message for message in closed_says)
    assert any("Did you mean" in message for message in open_says)


def test_production_has_no_editor(closed):
    assert closed.page().status_code == 404


def test_production_answers_what_is_asked_rightly(db, closed):
    assert closed("{ me { kind } }") == {"data": {"me": {"kind": "NOBODY"}}}


# -- Errors ------------------------------------------------------------------------------------------------------------


def raising(error):
    """A field's answer when something below it raises the error: what `process_errors` makes of it."""

    @strawberry.type
    class Query:
        @strawberry.field
        def broken(self) -> str:
            raise error

    class Broken(Schema):
        def __init__(self):
            strawberry.Schema.__init__(self, query=Query)
            self.introspection = True

    (said,) = Broken().execute_sync("{ broken }").errors
    return said


@pytest.mark.parametrize(
    ("error", "message", "extensions"),
    [
        (
            InvalidInput("price", "is -1; expected 0 or more"),
            "price: is -1; expected 0 or more",
            {"code": "INVALID_INPUT", "field": "price", "retryable": False},
        ),
        (Conflict("It exists."), "It exists.", {"code": "CONFLICT", "field": None, "retryable": False}),
        (TemporarilyUnavailable("Later."), "Later.", {"code": "UNAVAILABLE", "field": None, "retryable": True}),
    ],
)
def test_errors_of_the_house_are_told_with_code_and_field(error, message, extensions):
    said = raising(error)

    assert (said.message, said.extensions, said.path) == (message, extensions, ["broken"])


@pytest.mark.parametrize("error", [ValueError("secret"), ArtefactCorrupt("secret"), KeyError("secret")])
def test_unforeseen_errors_are_masked_with_an_id_that_stands_in_the_log(error, caplog):
    said = raising(error)

    assert "secret" not in str(said.formatted)
    assert said.extensions["code"] == "INTERNAL"
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert said.extensions["id"] in record.getMessage()
    assert record.exc_info[1] is error


def test_a_database_that_does_not_answer_is_worth_another_try_and_tells_nothing(caplog):
    said = raising(OperationalError("connection to server at 10.0.0.1 failed"))

    assert said.extensions["code"] == "UNAVAILABLE"
    assert said.extensions["retryable"] is True
    assert "10.0.0.1" not in str(said.formatted)


def test_faults_of_variables_are_told(db):
    assert "$n" in messages("query($n: Int!) { items(first: $n) { edges { cursor } } }", n="many")[0]
    assert "$n" in messages("query($n: Int!) { items(first: $n) { edges { cursor } } }")[0]


# -- Caching -----------------------------------------------------------------------------------------------------------


def test_an_operation_is_validated_once_however_often_it_is_asked():
    seen = []

    class Witness(ASTValidationRule):
        def __init__(self, context):
            super().__init__(context)
            seen.append(context)

    schema = Schema(introspection=True)
    schema.rules = (*schema.rules, Witness)
    asked = "query($yes: Boolean!) { a: __typename @include(if: $yes) }"
    answers = [schema.execute_sync(asked, {"yes": yes}).data for yes in (True, False, True)]

    assert answers == [{"a": "Query"}, {}, {"a": "Query"}]
    assert len(seen) == 1


def test_a_faulty_operation_is_found_faulty_again(db):
    assert messages("{ nothing }") == messages("{ nothing }") != []


def test_two_schemas_do_not_share_what_they_found_valid(closed, db):
    asked = "{ __schema { queryType { name } } }"

    assert messages(asked) == []
    assert closed(asked)["errors"]
    assert messages(asked) == []


# -- The schema itself -------------------------------------------------------------------------------------------------


def test_the_pinned_schema_is_up_to_date():
    call_command("export_schema", path=SNAPSHOT, check=True)


def test_a_schema_that_differs_from_the_pinned_one_is_reported(tmp_path):
    file = tmp_path / "schema.graphql"
    call_command("export_schema", path=file)
    file.write_text(file.read_text() + "type More { x: Int }\n")

    with pytest.raises(CommandError, match="export_schema"):
        call_command("export_schema", path=file, check=True)


def test_every_type_list_field_of_the_roots_has_a_page_size_with_a_default():
    for root in (composed.schema._schema.query_type, composed.schema._schema.mutation_type):
        for name, found in root.fields.items():
            if limits.PAGE_ARGUMENT in found.args:
                assert found.args["first"].default_value in range(1, 101), name
