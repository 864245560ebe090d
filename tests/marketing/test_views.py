"""The GraphQL door as HTTP sees it."""

import pytest

from tests.callers import caller


def test_answers_are_json_and_no_page_may_frame_them(db):
    response = caller().graphql("{ me { kind } }")

    assert response["Content-Type"] == "application/json"
    assert response["X-Frame-Options"] == "DENY"


def test_the_operation_named_is_the_one_that_runs(db):
    body = {"query": "query A { me { kind } } query B { __typename }", "operationName": "B"}

    assert caller().post("/graphql", body).json() == {"data": {"__typename": "Query"}}


def test_an_operation_that_is_not_there_is_a_bad_request(db):
    body = {"query": "query A { me { kind } } query B { __typename }", "operationName": "C"}

    assert caller().post("/graphql", body).status_code == 400


@pytest.mark.parametrize("name", [5, [], {}, True])
def test_an_operation_name_that_is_no_text_is_a_bad_request(db, name):
    body = {"query": "query A { me { kind } }", "operationName": name}

    assert caller().post("/graphql", body).status_code == 400


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_allowed(client, db, method):
    assert getattr(client, method)("/graphql").status_code == 405
