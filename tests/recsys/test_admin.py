import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.marketing import ItemFactory
from tests.factories.recsys import RecommendationLogFactory

LISTS = "/admin/recsys/recommendationlog/"


@pytest.fixture
def browser(mia):
    client = Client()
    client.force_login(mia, backend="django.contrib.auth.backends.ModelBackend")
    return client


def entry(item, score=1.0):
    return {"item": str(item.pk), "score": score, "reason": "trending"}


def test_a_list_is_told_by_the_titles_of_its_first_items(browser):
    RecommendationLogFactory(items=[entry(ItemFactory(title=title)) for title in ("Lamp", "Rug", "Vase", "Pot")])

    page = browser.get(LISTS).content.decode()

    assert "Lamp, Rug, Vase" in page
    assert "Pot" not in page


def test_a_lists_page_shows_rank_reason_and_score_of_all_items(browser):
    log = RecommendationLogFactory(items=[entry(ItemFactory(title="Lamp"), 0.75), entry(ItemFactory(title="Rug"), 0.5)])

    page = browser.get(reverse("admin:recsys_recommendationlog_change", args=[log.pk])).content.decode()

    assert "<td>1</td><td>Lamp</td><td>trending</td><td class='attune-number'>0.7500</td>" in page
    assert "<td>2</td><td>Rug</td>" in page


def test_an_item_that_is_gone_does_not_break_the_list(browser):
    lamp = ItemFactory()
    RecommendationLogFactory(items=[entry(lamp)])
    lamp.delete()

    page = browser.get(LISTS)

    assert page.status_code == 200
    assert "an item that is gone" in page.content.decode()


def test_a_list_is_found_by_its_id_and_by_the_person(browser, ada):
    log = RecommendationLogFactory(identity=ada)
    RecommendationLogFactory()

    by_id = browser.get(LISTS, {"q": str(log.list_id)})
    by_person = browser.get(LISTS, {"q": "ada"})

    assert list(by_id.context["cl"].result_list) == list(by_person.context["cl"].result_list) == [log]


def test_lists_can_not_be_changed(browser):
    log = RecommendationLogFactory()

    answer = browser.post(reverse("admin:recsys_recommendationlog_change", args=[log.pk]), {"placement": "x"})

    assert answer.status_code == 403
