import numpy as np
import pytest
from django.urls import reverse

from marketing.models import Deployment
from marketing.runs.deployments import current, deploy
from marketing.runs.store import write_artefact
from tests.callers import caller


@pytest.fixture
def artefacts(db):
    """Two artefacts that really are in the store; the second one serves, after the first."""
    made = [
        write_artefact(kind="recommender", arrays={"scores": np.ones(3) * n}, manifest={"algorithm": "popularity"})
        for n in (1, 2)
    ]
    for artefact in made:
        deploy(slot="recommender", artefact=artefact, reason=Deployment.Reason.GATE)
    return made


def deploy_url(artefact):
    return reverse("admin:marketing_artefact_deploy_this", args=[artefact.pk])


def roll_back_url():
    return reverse("admin:marketing_deployment_roll_back", args=[current("recommender").pk])


def test_deploying_asks_first_and_then_serves(artefacts, enter, press, kim):
    question = enter(kim).get(deploy_url(artefacts[0]))
    served_meanwhile = current("recommender").champion
    page = press(kim, deploy_url(artefacts[0]))

    assert "The artefact is verified" in question.content.decode()
    assert served_meanwhile == artefacts[1]
    assert "recommender v1 serves now." in page.content.decode()
    newest = current("recommender")
    assert (newest.champion, newest.reason, newest.deployed_by) == (artefacts[0], Deployment.Reason.STAFF, kim)


def test_rolling_back_puts_the_one_before_in_place(artefacts, press, kim):
    page = press(kim, roll_back_url())

    assert "Rolled back." in page.content.decode()
    assert current("recommender").champion == artefacts[0]
    assert current("recommender").reason == Deployment.Reason.ROLL_BACK


def test_a_roll_back_with_nothing_before_says_so(press, kim):
    only = write_artefact(kind="recommender", arrays={"scores": np.ones(3)}, manifest={})
    deploy(slot="recommender", artefact=only, reason=Deployment.Reason.GATE)

    page = press(kim, roll_back_url())

    assert "Nothing served recommender before the present champion." in page.content.decode()
    assert Deployment.objects.count() == 1


@pytest.mark.parametrize("name", ["mia", "dee"])
def test_who_only_looks_is_offered_no_button_and_refused_its_address(name, request, artefacts, enter, press):
    user = request.getfixturevalue(name)
    page = enter(user).get(reverse("admin:marketing_deployment_change", args=[current("recommender").pk]))

    answers = [press(user, roll_back_url()), press(user, deploy_url(artefacts[0]))]

    assert page.status_code == 200
    assert "Roll back" not in page.content.decode()
    assert [answer.status_code for answer in answers] == [403, 403]
    assert current("recommender").champion == artefacts[1]


def test_a_forged_form_of_another_site_rolls_nothing_back(artefacts, kim):
    browser = caller(kim).client

    answer = browser.post(roll_back_url(), {"_form_submitted": "True"})

    assert answer.status_code == 403
    assert current("recommender").champion == artefacts[1]


def test_only_what_serves_is_rolled_back_and_only_what_does_not_is_deployed(artefacts, enter, kim):
    browser = enter(kim)
    old, new = Deployment.objects.order_by("pk")

    def page(name, row):
        return browser.get(reverse(f"admin:marketing_{name}_change", args=[row.pk])).content.decode()

    assert "Roll back" not in page("deployment", old)
    assert "Roll back" in page("deployment", new)
    assert deploy_url(artefacts[0]) in page("artefact", artefacts[0])
    assert deploy_url(artefacts[1]) not in page("artefact", artefacts[1])


def test_htmx_is_told_where_to_go_by_a_header(artefacts, enter, kim):
    answer = enter(kim).post(deploy_url(artefacts[0]), {"_form_submitted": "True"}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == reverse("admin:marketing_artefact_change", args=[artefacts[0].pk])
