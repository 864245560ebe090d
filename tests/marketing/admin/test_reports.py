from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from marketing.models import IngestBatch
from marketing.tasks import watch_data_quality
from tests.factories.marketing import SourceFactory, UserFactory
from tests.query_counts import pinned_queries

pytestmark = pytest.mark.django_db

PAGE, FILE = "/admin/reports/data_quality/", "/admin/reports/data_quality.csv"


@pytest.fixture
def enter():
    def browser_of(user):
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return browser_of


@pytest.fixture
def yesterdays_batch(db):
    """Half of what came could be used."""
    source = SourceFactory(code="shop")
    row = IngestBatch.objects.create(source=source, door="rest", counts={"stored": 50, "refused:item": 50})
    IngestBatch.objects.filter(pk=row.pk).update(received_at=timezone.now() - timedelta(days=1))


def test_an_analyst_reads_the_report_of_the_last_thirty_days(enter, dee, yesterdays_batch):
    browser = enter(dee)

    with pinned_queries("admin report data_quality"):
        page = browser.get(PAGE)

    text = page.content.decode()
    assert page.status_code == 200
    assert "50.0% of 100 events could be used; most of the rest: 50 refused." in text
    assert "item 50" in text
    assert text.count("attune-tone-bad") == 2  # in the legend, and one bar


def test_the_file_is_for_download_and_has_the_same_days(enter, dee, yesterdays_batch):
    day = timezone.localdate() - timedelta(days=1)

    answer = enter(dee).get(FILE, {"first": day.isoformat(), "last": day.isoformat()})

    assert answer["Content-Disposition"] == f'attachment; filename="data_quality-{day}-{day}.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f"{day},shop,0.5,50,0,0,50,item 50,0," in b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("said", [{"first": "soon"}, {"first": "2026-02-01", "last": "2026-01-01"}, {"last": "<b>"}])
def test_days_that_make_no_range_are_told_on_the_page_and_refused_for_the_file(enter, dee, said):
    page, answer = enter(dee).get(PAGE, said), enter(dee).get(FILE, said)

    assert (page.status_code, answer.status_code) == (200, 422)
    assert 'role="alert"' in page.content.decode()
    assert "<b>" not in page.content.decode().partition('role="alert"')[2]


@pytest.mark.parametrize("url", [PAGE, FILE])
def test_whoever_may_not_see_events_sees_no_report_and_no_way_there(enter, url):

    nobody_special = enter(UserFactory())

    assert nobody_special.get(url).status_code == 403
    assert PAGE not in nobody_special.get("/admin/").content.decode()
    assert Client().get(url).status_code == 302


def test_a_report_that_is_not_there_is_not_found(enter, dee):
    assert enter(dee).get("/admin/reports/fortune/").status_code == 404
    assert enter(dee).get("/admin/reports/fortune.csv").status_code == 404


def test_the_home_page_and_the_sidebar_lead_to_it(enter, dee, yesterdays_batch):
    home = enter(dee).get("/admin/").content.decode()

    assert home.count(PAGE) >= 2
    assert "50.0% of yesterday’s events usable" in home
    assert 'data-colour="danger"' in home


def test_a_bad_day_is_warned_of_and_a_good_one_only_noted(yesterdays_batch, caplog, settings):
    with caplog.at_level("INFO", logger="attune.tasks"):
        assert watch_data_quality() == {"share": 0.5}
        settings.USABLE_EVENTS_SHARE = 0.5
        watch_data_quality()

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "50 of 100 events usable" in caplog.text
