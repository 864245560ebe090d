"""What holds for every report of every app: it computes over nothing and over something, as a page and as a file."""

import csv
import io
from datetime import date

import pytest
from django.conf import settings

from marketing.errors import NotFound
from marketing.models import User
from marketing.reports import load_report
from marketing.reports.csv_file import csv_lines
from marketing.reports.frame import Outcome
from tests.factories.marketing import EventFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=sorted(settings.REPORTS))
def report(request):
    return load_report(request.param)


@pytest.fixture(params=["an empty installation", "one with events"])
def installation(request):
    if request.param == "one with events":
        EventFactory.create_batch(3)


def computed(report) -> Outcome:
    return report.compute(report.parameters.parse({}))


def test_a_report_computes_and_each_row_has_each_column(report, installation):
    outcome = computed(report)

    assert outcome.summary.endswith(".")
    assert all(set(row) >= {column.name for column in report.columns} for row in outcome.rows)
    assert all(column.shown(row[column.name]) for row in outcome.rows for column in report.columns if row[column.name])


def test_a_report_says_the_same_twice(report, installation):
    assert computed(report).rows == computed(report).rows


def test_the_file_has_the_columns_and_rows_of_the_page(report, installation):
    outcome = computed(report)

    header, *lines = csv.reader(io.StringIO("".join(csv_lines(outcome)).removeprefix("\ufeff")))

    assert header == [column.title for column in report.columns]
    assert len(lines) == len(outcome.rows)


def test_a_figures_series_are_as_long_as_its_days(report, installation):
    figure = computed(report).figure

    if figure is not None:
        assert {len(series.values) for series in figure.series} == {len(figure.days)}


def test_a_report_is_registered_under_its_own_code_with_words_and_a_permission_that_exists(report):
    assert settings.REPORTS[report.code].rpartition(".")[2] == type(report).__name__
    assert report.title
    assert report.description.endswith(".")
    assert report.permission in User(is_superuser=True, is_active=True).get_all_permissions()
    assert len({column.name for column in report.columns}) == len(report.columns)


def test_parameters_are_read_from_an_address(report):
    parsed = report.parameters.parse({"first": "2026-05-01", "last": "2026-05-02"})

    assert (parsed.first, parsed.last) == (date(2026, 5, 1), date(2026, 5, 2))


def test_an_unknown_report_is_refused_with_those_there_are():
    with pytest.raises(NotFound, match=r"no report “fortune”; there are .*data_quality"):
        load_report("fortune")
