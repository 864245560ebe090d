from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from recsys.admin.rollout_words import drift_state, drift_summary
from tests.callers import caller
from tests.factories.marketing import ArtefactFactory, DeploymentFactory
from tests.factories.recsys import CanaryCheckFactory, DriftReportFactory, OnlineResultFactory

pytestmark = pytest.mark.django_db


def measure(name, value, *, alert=False):
    return {"name": name, "value": value, "limit": 0.25, "alert": alert, "note": f"Said of {name}."}


@pytest.fixture
def page(dee):
    """An analyst's view of a list, or of one of its rows."""
    browser = caller(dee).client

    def get(model, row=None):
        name = f"admin:recsys_{model}_{'change' if row else 'changelist'}"
        return browser.get(reverse(name, args=[row.pk] if row else [])).content.decode()

    return get


def test_results_are_shares_of_the_lists_with_who_serves_now(page):
    champion, canary = ArtefactFactory(), ArtefactFactory()
    DeploymentFactory(champion=champion, canary=canary, canary_share=0.1)
    OnlineResultFactory(artefact=champion, lists=400, clicked_lists=100, bought_lists=10, revenue=500)
    OnlineResultFactory(artefact=canary)

    shown = page("onlineresult")

    assert [figure in shown for figure in ("25.00%", "2.50%", "1.25", ">serving now<", ">canary now<")] == [True] * 5


def test_champion_and_canary_are_drawn_day_by_day(page):
    champion, canary = ArtefactFactory(), ArtefactFactory()
    DeploymentFactory(champion=champion, canary=canary, canary_share=0.1)
    today = timezone.localdate()
    for back in range(3):
        day = today - timedelta(days=back)
        OnlineResultFactory(day=day, artefact=champion, lists=900, clicked_lists=90)
        OnlineResultFactory(day=day, artefact=canary, lists=100, clicked_lists=20)

    shown = page("onlineresult")

    assert shown.count('class="attune-lines"') == 3
    assert f"{today:%a %d %b %Y}, champion: 10.000" in shown
    assert f"{today:%a %d %b %Y}, canary: 20.000" in shown


def test_results_of_long_ago_are_a_table_alone(page):
    OnlineResultFactory(day=date(2020, 1, 1))

    assert "attune-lines" not in page("onlineresult")


def test_checks_show_interval_verdict_and_reason(page):
    check = CanaryCheckFactory(verdict="stop", reason="Worse: <b>by far</b>.")

    shown = page("canarycheck")

    assert "−5.00 to +15.00" in shown
    assert "stopped: worse" in shown
    assert "Worse: &lt;b&gt;by far&lt;/b&gt;." in shown
    assert str(check.deployment.canary) in shown


def test_drift_is_shown_measure_by_measure(page):
    report = DriftReportFactory(
        alert=True, measures=[measure("kinds", 0.31, alert=True), measure("popularity", 0.12), measure("volume", None)]
    )

    shown = page("driftreport", report)

    assert [word in shown for word in (">drifts<", ">watch<", ">too little to tell<", "0.310", "Said of kinds.")] == [
        True
    ] * 5


def test_home_and_list_say_that_something_drifts_until_a_day_is_as_before(page, dee):
    DriftReportFactory(day=date(2026, 5, 1), alert=True, measures=[measure("kinds", 0.31, alert=True)])
    home = caller(dee).client.get(reverse("admin:index")).content.decode()
    listed = page("driftreport")

    DriftReportFactory(day=date(2026, 5, 2))
    later = caller(dee).client.get(reverse("admin:index")).content.decode()

    assert "What serves is drifting" in home
    assert "On 1 May 2026 what happened lay far" in listed
    assert "What serves is drifting" not in later


def test_who_may_not_see_reports_hears_nothing_of_drift(bo):
    DriftReportFactory(alert=True, measures=[measure("kinds", 0.31, alert=True)])

    assert "drifting" not in caller(bo).client.get(reverse("admin:index")).content.decode()


def test_a_report_is_as_bad_as_its_worst_measure():
    few, fine, watch, off = (
        measure("kinds", None),
        measure("kinds", 0.02),
        measure("popularity", 0.1),
        measure("volume", 3.0, alert=True),
    )

    assert [drift_state(found) for found in ([], [few], [few, fine], [fine, watch], [watch, off])] == [
        "too little to tell",
        "too little to tell",
        "as before",
        "watch",
        "drifts",
    ]
    assert [drift_summary(found) for found in ([few], [fine, watch], [watch, off])] == [
        "–",
        "What is popular: 0.100",
        "Number of events",
    ]
