"""From a visit to the list, through the doors that a shop's page uses: REST for events, GraphQL for lists and logins."""

from datetime import UTC, datetime

import pytest

from tests.callers import caller
from tests.factories.marketing import EventFactory, ItemFactory

pytestmark = pytest.mark.usefixtures("fresh_process")

VISIT = "mutation { startVisit { token } }"
LINK = "mutation ($token: String!) { linkVisitor(visitorToken: $token) { customer { externalId } } }"
CONSENT = (
    "mutation ($granted: Boolean!) { setConsent(purpose: PERSONALISATION, granted: $granted) { consents { granted } } }"
)
LIST = """
query ($excludeSeen: Boolean! = true) {
  recommendations(first: 2, excludeSeen: $excludeSeen) { basis notes items { item { sku } reason { because { title } } } }
}
"""


@pytest.fixture
def items(db):
    return [ItemFactory(sku=sku, title=sku.upper()) for sku in "abcde"]


@pytest.fixture
def served(deploy, items):
    """An artefact in which a speaks for c and, less, for e; b speaks for d, more than a for c."""
    return deploy(
        items,
        [[0, 0, 0.4, 0, 0.2], [0, 0, 0, 0.5, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]],
    )


def did(asking, kind, sku):
    """Post an event at the REST door, as whoever asks."""
    event = {"id": f"{kind} {sku}", "kind": kind, "occurredAt": datetime.now(UTC).isoformat(), "item": sku}
    answer = asking.post("/api/events", event)
    assert answer.status_code == 201, answer.content


def list_of(asking, **wishes):
    return asking.ask(LIST, **wishes)["recommendations"]


def skus(answer):
    return [entry["item"]["sku"] for entry in answer["items"]]


@pytest.fixture
def visiting(db):
    """Whoever opened the shop's page a moment ago, and agreed that the page may be made personal."""
    asking = caller(caller().ask(VISIT)["startVisit"]["token"])
    asking.ask(CONSENT, granted=True)
    return asking


def test_a_visitors_first_event_makes_the_next_list_hers(served, visiting):
    before = list_of(visiting)

    did(visiting, "view", "a")
    after = list_of(visiting)

    assert before["basis"] == "TRENDING"
    assert (after["basis"], skus(after)) == ("PERSONAL", ["c", "e"])


def test_a_visitor_who_does_not_agree_gets_no_personal_list_whatever_she_does(served, visiting):
    visiting.ask(CONSENT, granted=False)

    did(visiting, "view", "a")
    answer = list_of(visiting)

    assert (answer["basis"], answer["notes"]) == ("TRENDING", ["NOT_PERSONAL"])


def test_after_a_login_the_list_is_made_from_what_was_done_before_and_in_the_visit(served, items, visiting, ada):
    did(visiting, "view", "a")
    EventFactory(identity=ada, item=items[1])
    at_home, visit = list_of(caller(ada)), list_of(visiting)

    caller(ada).ask(LINK, token=visiting.headers["Authorization"].removeprefix("Bearer "))
    both = list_of(caller(ada))

    assert skus(at_home)[0] == "d"
    assert skus(visit)[0] == "c"
    assert [(entry["item"]["sku"], entry["reason"]["because"]["title"]) for entry in both["items"]] == [
        ("d", "B"),
        ("c", "A"),
    ]


def test_what_she_said_no_to_in_the_visit_is_not_listed_after_the_login(served, items, visiting, ada):
    EventFactory(identity=ada, item=items[0])
    did(visiting, "not_interested", "c")

    caller(ada).ask(LINK, token=visiting.headers["Authorization"].removeprefix("Bearer "))

    assert "c" not in skus(list_of(caller(ada)))
    assert "c" not in skus(list_of(caller(ada), excludeSeen=False))


@pytest.mark.parametrize("excludeSeen", [True, False])
def test_an_item_is_gone_from_the_very_next_list_when_she_is_not_interested(excludeSeen, served, visiting):  # noqa: N803
    did(visiting, "view", "a")
    before = list_of(visiting, excludeSeen=excludeSeen)

    did(visiting, "not_interested", "c")
    after = list_of(visiting, excludeSeen=excludeSeen)

    assert "c" in skus(before)
    assert "c" not in skus(after)
    assert "e" in skus(after)
