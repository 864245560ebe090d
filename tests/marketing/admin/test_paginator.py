import pytest
from django.core.paginator import EmptyPage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketing.admin.paginator import DEEPEST_ROW, EXACT_UP_TO, EstimatePaginator
from marketing.models import Source
from tests.factories.marketing import SourceFactory

MANY = EXACT_UP_TO + 10_000


@pytest.fixture
def many_sources(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO marketing_source (code, name, simulated, consent)"
            " SELECT 's' || n, 'Source ' || n, n %% 4 = 0, '{}' FROM generate_series(1, %s) n",
            [MANY],
        )
        cursor.execute("ANALYZE marketing_source")
    return Source.objects.order_by("code")


def test_a_small_list_is_counted_exactly(db):
    for number in range(7):
        SourceFactory(code=f"shop{number}")

    paginator = EstimatePaginator(Source.objects.order_by("code"), 3)

    assert (paginator.total, paginator.is_exact, paginator.num_pages) == (7, True, 3)


def test_a_large_list_is_estimated_and_not_counted(many_sources):
    with CaptureQueriesContext(connection) as captured:
        paginator = EstimatePaginator(many_sources, 50)
        total = paginator.total

    assert total == pytest.approx(MANY, rel=0.05)
    assert not paginator.is_exact
    assert not any("COUNT(" in query["sql"] for query in captured)


def test_an_estimate_follows_the_filter(many_sources):
    # One in four is simulated: 15,000, few enough to be counted.
    assert EstimatePaginator(many_sources.filter(simulated=True), 50).total == MANY // 4


def test_a_large_list_has_no_page_that_would_be_slow(many_sources):
    paginator = EstimatePaginator(many_sources, 50)

    assert paginator.num_pages == DEEPEST_ROW // 50
    with pytest.raises(EmptyPage):
        paginator.page(paginator.num_pages + 1)


def test_a_large_list_says_about_how_many_there_are(many_sources, enter, ola):
    page = enter(ola).get("/admin/marketing/source/")

    assert "the first 10,000 of about 6" in page.content.decode()


def test_nothing_needs_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert EstimatePaginator(Source.objects.none(), 50).total == 0
