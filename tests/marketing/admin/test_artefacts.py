import numpy as np
import pytest
from django.urls import reverse

from marketing.models import Deployment
from marketing.runs.deployments import current, deploy, start_canary
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


# -- Canaries ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def third(artefacts):
    """An artefact that nobody deployed yet."""
    return write_artefact(kind="recommender", arrays={"scores": np.ones(3) * 3}, manifest={"algorithm": "popularity"})


def step_url(name):
    return reverse(f"admin:marketing_deployment_{name}", args=[current("recommender").pk])


def list_page(browser):
    return browser.get(reverse("admin:marketing_deployment_changelist")).content.decode()


def test_rolling_back_asks_with_what_goes_and_what_comes(artefacts, enter, kim):
    question = enter(kim).get(roll_back_url()).content.decode()

    assert "From <strong>recommender v2</strong>" in question
    assert "back to <strong>recommender v1</strong>" in question


def test_the_list_offers_each_step_that_fits_in_the_row_that_serves(third, enter, kim):
    browser = enter(kim)
    before = list_page(browser)
    start_canary(slot="recommender", artefact=third, share=0.1)

    during = list_page(browser)

    def offered(page):
        return [name for name in ("roll_back", "promote", "stop", "try_canary") if f"/{name}" in page]

    assert offered(before) == ["roll_back", "try_canary"]
    assert offered(during) == ["roll_back", "promote", "stop", "try_canary"]
    assert during.count("/roll_back") == 2  # once as an address, once for the dialog: no older row offers it
    assert "recommender v3, 10%" in during


def test_a_canary_is_tried_from_the_list_of_deployments(artefacts, third, enter, press, kim):
    question = enter(kim).get(step_url("try_canary")).content.decode()

    page = press(kim, step_url("try_canary"), artefact=str(third.pk), percent="20")

    assert str(third) in question
    assert str(artefacts[1].pk) not in question  # the champion
    assert "recommender v3 is on trial with 20% of the people." in page.content.decode()
    now = current("recommender")
    assert (now.champion, now.canary, now.canary_share, now.deployed_by) == (artefacts[1], third, 0.2, kim)


def test_a_canary_is_tried_from_its_own_page(third, press, kim):
    press(kim, reverse("admin:marketing_artefact_try_this", args=[third.pk]), percent="5")

    assert (current("recommender").canary, current("recommender").canary_share) == (third, 0.05)


@pytest.mark.parametrize("percent", ["0", "51", "-3", "many", ""])
def test_a_share_out_of_range_is_asked_for_again(percent, third, press, kim):
    page = press(kim, step_url("try_canary"), artefact=str(third.pk), percent=percent)

    assert page.status_code == 200
    assert current("recommender").canary is None


@pytest.mark.parametrize(("step", "place"), [("promote", 2), ("stop", 1)])
def test_a_trial_is_ended_by_a_button(step, place, artefacts, third, press, kim):  # noqa: PLR0917
    start_canary(slot="recommender", artefact=third, share=0.1)

    press(kim, step_url(step))

    now = current("recommender")
    assert (now.champion, now.canary, now.deployed_by) == ([*artefacts, third][place], None, kim)


def test_a_button_pressed_on_a_page_that_is_out_of_date_does_nothing_to_the_next_canary(artefacts, third, press, kim):
    start_canary(slot="recommender", artefact=artefacts[0], share=0.1)
    old = step_url("promote")
    start_canary(slot="recommender", artefact=third, share=0.1)

    page = press(kim, old)

    assert "Another canary of recommender is on trial by now" in page.content.decode()
    assert current("recommender").canary == third


def test_promoting_without_a_canary_says_so(artefacts, press, kim):
    page = press(kim, step_url("promote"))

    assert "No canary of recommender is on trial." in page.content.decode()


@pytest.mark.parametrize("name", ["mia", "dee"])
def test_who_only_looks_sees_the_trial_and_no_buttons(name, request, third, enter, press):
    user = request.getfixturevalue(name)
    start_canary(slot="recommender", artefact=third, share=0.1)

    page = list_page(enter(user))
    answers = [press(user, step_url(step)).status_code for step in ("promote", "stop", "try_canary")]

    assert "recommender v3, 10%" in page
    assert "/promote" not in page
    assert answers == [403, 403, 403]
