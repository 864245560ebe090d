from smtplib import SMTPException

import pytest
from django.core import mail

from marketing.models import Deployment
from recsys.drift import report_drift
from recsys.models import DriftReport
from recsys.tasks import report_drift as task
from tests.factories.marketing import ArtefactFactory, DeploymentFactory
from tests.recsys.drift.conftest import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def drifting(champion, happen, settings):
    """Views for four weeks, and on the day a tenth of them."""
    settings.STAFF_ALERT_EMAILS = ["kim@shop.example", "dee@shop.example"]
    happen(450, days=range(-28, 0))
    happen(45, days=[0])
    return champion


def test_a_day_out_of_bounds_is_written_down_told_by_mail_and_logged(
    drifting, caplog, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        report_drift(day=DAY.date())

    report = DriftReport.objects.get()
    assert (report.day, report.artefact, report.alert) == (DAY.date(), drifting, True)
    volume = report.measures[0]
    assert (volume["name"], volume["value"], volume["alert"]) == ("volume", 0.1, True)
    (message,) = mail.outbox
    assert message.to == ["kim@shop.example", "dee@shop.example"]
    assert "volume: 0.1. 45 events; 450 on a usual day." in message.body
    assert f"Drift of {drifting} on 2026-06-10: volume: 0.1." in caplog.text


def test_reporting_a_day_again_renews_its_row_and_tells_nobody_twice(
    drifting, happen, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        report_drift(day=DAY.date())
        happen(405, days=[0], kind="click")
        report_drift(day=DAY.date())
        report_drift(day=DAY.date())

    assert DriftReport.objects.get().measures[0]["value"] == 1.0
    assert len(mail.outbox) == 1


def test_a_mail_server_that_does_not_answer_costs_no_report(drifting, settings, caplog):
    settings.EMAIL_BACKEND = "tests.recsys.drift.test_reports.DeadServer"

    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        report_drift(day=DAY.date())

    assert DriftReport.objects.get().alert
    assert "no mail could be sent" in caplog.text


class DeadServer:
    def __init__(self, **_):
        pass

    def send_messages(self, _messages):
        raise SMTPException("nobody there")


def test_of_a_canary_the_scores_are_reported_beside_the_champions(champion):
    standing, canary = Deployment.objects.get(), ArtefactFactory()
    DeploymentFactory(champion=champion, canary=canary, canary_share=0.1, previous=standing, reason="canary")

    reports = report_drift(day=DAY.date())

    assert [report.artefact for report in reports] == [champion, canary]
    assert [len(report.measures) for report in reports] == [10, 2]


def test_without_anything_that_serves_there_is_nothing_to_report(db):
    assert task() == 0
    assert not DriftReport.objects.exists()


def test_an_artefact_that_does_not_say_until_when_it_was_trained_is_taken_as_of_its_making(db):
    DeploymentFactory(champion=ArtefactFactory(manifest={}))

    assert task() == 0
    assert DriftReport.objects.get().measures[0]["value"] is None
