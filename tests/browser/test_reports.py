import csv
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from marketing.models import IngestBatch
from tests.factories.marketing import SourceFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three_days(db):
    shop = SourceFactory(code="shop")
    for back in range(3):
        row = IngestBatch.objects.create(source=shop, door="rest", counts={"stored": 80, "refused:item": 20})
        IngestBatch.objects.filter(pk=row.pk).update(received_at=timezone.now() - timedelta(days=back))


def test_the_data_quality_report_is_found_read_narrowed_down_and_taken_home(page, log_in, three_days):
    log_in(UserFactory(username="dee", roles=["analyst"]))
    page.get_by_role("link", name="Data quality").click()

    expect(page.get_by_text("80.0% of 300 events could be used")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Events that came"))).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)

    page.get_by_label("From").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("80.0% of 100 events could be used")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        assert [(line["Stored"], line["Refused for"]) for line in csv.DictReader(file)] == [("80", "item 20")]
