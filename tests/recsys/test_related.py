"""From relations and staff's rules to a list that says them: training, deploying, GraphQL."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from marketing.models import Item, RelationRule
from marketing.services.relation_rules import save_rule
from recsys.algorithms import config_class, load_fit
from recsys.dataset import Interactions
from recsys.item_features import ItemFeatures, Relations, as_labels
from recsys.models import RecommendationLog
from recsys.serving.log import list_log
from tests.callers import caller
from tests.factories.marketing import ConsentFactory, EventFactory, ItemFactory, ItemRelationFactory, VisitorFactory
from tests.query_counts import pinned_queries
from tests.recsys.test_training import Watched, write_and_deploy

pytestmark = pytest.mark.usefixtures("fresh_process")

LIST = """
query ($first: Int! = 10) {
  recommendations(first: $first) {
    basis
    items {
      item { title }
      reason { code kind text because { title } path { relation forward item { id title } } }
    }
  }
}
"""


@pytest.fixture
def stationery(mia):
    """Pens of three makers with their ink, which staff's rule knows to be needed, and a case that goes with Pen A."""
    pens = [ItemFactory(title=f"Pen {maker}", tags=["pen"], brand=maker) for maker in "ABC"]
    inks = [ItemFactory(title=f"Ink {maker}", tags=["ink"], brand=maker) for maker in "ABC"]
    case = ItemFactory(title="Case")
    ItemRelationFactory(head=pens[0], relation="goes_with", tail=case)
    rule = RelationRule(
        name="Pens need ink", head_tag="pen", tail_tag="ink", same_brand=True, sentence="ink for your {title}"
    )
    save_rule(rule, user=mia)
    return pens, inks, case


@pytest.fixture
def served(stationery):
    """Sixty people bought a pen and later its ink, some the case between: trained on that and deployed."""
    pens, inks, case = stationery
    start = timezone.now() - timedelta(days=10)
    for number in range(60):
        person, maker = VisitorFactory(), number % 3
        bought = [pens[maker], *([case] if maker == 0 else []), inks[maker]]
        for day, item in enumerate(bought):
            EventFactory(
                identity=person, item=item, kind="purchase", occurred_at=start + timedelta(days=day, minutes=number)
            )
    verdict = Watched(forced=True, algorithm="knowledge_graph", params={"label_items": 0}).train()
    write_and_deploy(verdict)
    return verdict


def graph_of_an_accessory_for_two():
    """Arrays of a graph in which item 0 is an accessory of items 1 and 2."""
    arrows = Relations(
        *(np.array(column, np.int32) for column in ([0, 0], [0, 0], [1, 2])), np.ones(2, np.float32), ("accessory_of",)
    )
    features = ItemFeatures(np.zeros((3, 0), np.float32), as_labels(*np.empty((2, 0), np.int32), shape=(3, 0)), arrows)
    one = np.zeros(1, np.int32)
    rows = Interactions(one, one, np.ones(1, np.float32), np.zeros(1), 1, 3, features)
    return load_fit("knowledge_graph")(rows, config_class("knowledge_graph")())


def reasons(answer):
    return {row["item"]["title"]: row["reason"] for row in answer["recommendations"]["items"]}


def bought(person, item):
    EventFactory(identity=person, item=item, kind="purchase")


def test_staffs_rule_is_the_reason_in_staffs_words_with_its_path(served, stationery, ada):
    pens, _inks, _case = stationery
    bought(ada, pens[1])

    answer = caller(ada).ask(LIST)

    ink = reasons(answer)["Ink B"]
    assert answer["recommendations"]["basis"] == "PERSONAL"
    assert answer["recommendations"]["items"][0]["item"]["title"] == "Ink B"
    assert (ink["code"], ink["kind"], ink["text"]) == ("RELATED", "purchase", "ink for your Pen B")
    assert ink["because"] == {"title": "Pen B"}
    [step] = ink["path"]
    assert (step["relation"], step["forward"], step["item"]["title"]) == ("needs", True, "Ink B")


def test_a_path_of_two_arrows_names_the_item_between_while_it_is_on_offer(deploy, ada):
    ink, pen, brush = (ItemFactory(title=title) for title in ("Ink", "Pen", "Brush"))
    deploy([ink, pen, brush], algorithm="knowledge_graph", **graph_of_an_accessory_for_two())
    bought(ada, pen)
    own = caller(ada)

    named = reasons(own.ask(LIST))["Brush"]
    Item.objects.filter(pk=ink.pk).update(available=False)
    hidden = reasons(own.ask(LIST))["Brush"]

    assert named["text"] == "what Ink is an accessory for, which is an accessory for Pen, which you bought"
    assert [(step["forward"], step["item"]["title"]) for step in named["path"]] == [(False, "Ink"), (True, "Brush")]
    assert hidden["text"] == "because you bought Pen"
    assert [step["item"] and step["item"]["title"] for step in hidden["path"]] == [None, "Brush"]


def test_items_of_other_reasons_have_no_path(ada):
    ItemFactory()

    [row] = caller(ada).ask(LIST)["recommendations"]["items"]

    assert (row["reason"]["code"], row["reason"]["path"]) == ("NEW", [])


def test_a_list_with_paths_makes_no_more_queries_than_one_without(served, stationery, ada, settings):
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    pens, _inks, _case = stationery
    bought(ada, pens[0])
    own = caller(ada)
    own.ask(LIST, first=2)  # what the first list of a process fetches once is not this one's

    with pinned_queries("graphql recommendations"):
        answer = own.ask(LIST, first=2)

    assert any(reason["path"] for reason in reasons(answer).values())


def test_the_list_is_logged_with_its_reason(served, stationery, ada):
    pens, _inks, _case = stationery
    bought(ada, pens[2])

    caller(ada).ask(LIST, first=1)
    list_log.flush()

    assert RecommendationLog.objects.get().items[0]["reason"] == "related"


def test_lists_for_everybody_say_the_same(served, stationery, ada, capsys):
    pens, _inks, _case = stationery
    ConsentFactory(identity=ada)
    bought(ada, pens[1])

    call_command("recommend", "--all", "--first", "1", "--format", "csv")

    assert "ink for your Pen B" in capsys.readouterr().out


def test_training_names_what_is_missing_where_the_catalogue_relates_nothing(ada, cy):
    items = [ItemFactory() for _ in range(3)]
    for person in (ada, cy):
        for item in items:
            bought(person, item)

    with pytest.raises(Exception, match="features: relate no item to another"):
        Watched(forced=True, algorithm="knowledge_graph").train()
