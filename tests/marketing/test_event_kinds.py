import pytest

from marketing.errors import InvalidInput
from marketing.event_kinds import KINDS, Field, custom_kind


def described(**changes):
    parts = {
        "name": "store_visit",
        "label": "visited a store",
        "needs_item": False,
        "value_unit": "",
        "value_minimum": None,
        "value_maximum": None,
        "payload": {},
    }
    return custom_kind(**{**parts, **changes})


@pytest.mark.parametrize(
    "name",
    [
        *(
            "view",
            "page_view",
            "click",
            "search",
            "add_to_cart",
            "remove_from_cart",
            "purchase",
            "refund",
            "rating",
            "review",
        ),
        *("like", "not_interested", "comment", "share", "follow", "subscribe", "ad_impression", "ad_click", "message"),
    ],
)
def test_each_kind_is_built_in_and_names_itself(name):
    assert KINDS[name].name == name
    assert KINDS[name].label


def test_a_payload_is_cleaned_and_what_is_null_left_out():
    checked = KINDS["search"].check_payload({"query": " Cafe\u0301\0 ", "results": None})

    assert checked == {"query": "Café"}


def test_five_thousand_emoji_are_a_review_like_any_other():
    assert KINDS["review"].check_payload({"text": "😀" * 5000}) == {"text": "😀" * 5000}


def test_numbers_of_one_value_are_one_number():
    assert KINDS["review"].check_payload({"text": "fine", "stars": 4}) == {"text": "fine", "stars": 4.0}
    assert KINDS["search"].check_payload({"query": "lamp", "results": 3.0})["results"] == 3


@pytest.mark.parametrize(
    ("kind", "payload", "field", "message"),
    [
        ("search", None, "payload.query", "missing"),
        ("search", {"query": ""}, "payload.query", "blank"),
        ("search", {"query": "x" * 501}, "payload.query", "at most 500 characters expected, got 501"),
        ("search", {"query": 5}, "payload.query", "text expected, got a number"),
        ("search", {"query": "lamp", "results": -1}, "payload.results", "from 0 to 1e+09"),
        ("search", {"query": "lamp", "results": 1.5}, "payload.results", "got a fraction"),
        ("search", {"query": "lamp", "results": True}, "payload.results", "got true or false"),
        ("search", {"query": "lamp", "results": float("nan")}, "payload.results", "whole number from"),
        ("search", {"query": "lamp", "page": 2}, "payload.page", "there are query, results"),
        ("click", {"x": 1}, "payload.x", "a click has none"),
        ("click", [], "payload", "a JSON object expected, got a list"),
        ("review", {"text": "fine", "stars": "ada@example.org"}, "payload.stars", "a number expected, got a text"),
        ("review", {"text": "fine", "stars": 6}, "payload.stars", "from 0.5 to 5"),
    ],
)
def test_a_payload_that_the_kind_does_not_have_is_refused_by_its_field(kind, payload, field, message):
    with pytest.raises(InvalidInput) as refused:
        KINDS[kind].check_payload(payload)

    assert refused.value.field == field
    assert message in refused.value.message


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://a.example", "no address", "http://", "//a.example"])
def test_an_address_that_is_none_of_the_web_is_refused(address):
    kind = described(payload={"page": {"type": "url"}})

    with pytest.raises(InvalidInput, match=r"http\(s\)"):
        kind.check_payload({"page": address})


def test_a_kind_of_staff_checks_what_they_described():
    kind = described(
        value_unit="minutes",
        value_minimum=1,
        value_maximum=600,
        payload={"store": {"type": "text", "required": True, "maximum": 20}, "member": {"type": "boolean"}},
    )

    assert (kind.value.minimum, kind.value.maximum) == (1, 600)
    assert kind.payload["store"] == Field("text", required=True, maximum=20)
    assert kind.check_payload({"store": "Köln", "member": True}) == {"store": "Köln", "member": True}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value_unit": "minutes", "value_minimum": 5, "value_maximum": 5}, "value_maximum"),
        ({"value_unit": "minutes", "value_maximum": float("inf")}, "value_maximum"),
        ({"payload": []}, "payload"),
        ({"payload": {"a": {"type": "colour"}}}, "payload"),
        ({"payload": {"a": {}}}, "payload"),
        ({"payload": {"a": {"type": "text", "length": 5}}}, "payload"),
        ({"payload": {"a b": {"type": "text"}}}, "payload"),
        ({"payload": {"a": {"type": "text", "maximum": 10**6}}}, "payload"),
        ({"payload": {"a": {"type": "number", "minimum": 5, "maximum": 1}}}, "payload"),
    ],
)
def test_a_description_of_no_kind_is_refused_by_its_field(changes, field):
    with pytest.raises(InvalidInput) as refused:
        described(**changes)

    assert refused.value.field == field


def test_without_words_a_payload_says_nothing_of_anybody():
    assert KINDS["search"].without_words({"query": "my illness", "results": 3}) == {"results": 3}
