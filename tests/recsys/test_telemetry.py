import pytest
from django.utils import timezone

from tests.callers import caller
from tests.factories.marketing import ArtefactFactory, DeploymentFactory
from tests.factories.recsys import DriftReportFactory, OnlineResultFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbers(ola):
    """What /metrics says of the recommender, name → value."""

    def read():
        lines = caller(ola).client.get("/metrics").content.decode().splitlines()
        own = (line.rpartition(" ") for line in lines if line.startswith("attune_"))
        return {name: float(value) for name, _space, value in own}

    return read


def test_canary_lists_and_drift_are_told(numbers):
    champion = ArtefactFactory(version=7)
    DeploymentFactory(champion=champion, canary=ArtefactFactory(), canary_share=0.1)
    OnlineResultFactory(artefact=champion, day=timezone.localdate(), lists=40, clicked_lists=9, bought_lists=2)
    measure = {"name": "kinds", "value": 0.3, "limit": 0.25, "alert": True, "note": ""}
    DriftReportFactory(alert=True, measures=[measure, measure, {**measure, "alert": False}])

    assert numbers() == {
        "attune_canary_share": 0.1,
        'attune_recommendation_lists{artefact="recommender v7",outcome="given"}': 40,
        'attune_recommendation_lists{artefact="recommender v7",outcome="clicked"}': 9,
        'attune_recommendation_lists{artefact="recommender v7",outcome="bought"}': 2,
        "attune_drift_alerts": 2,
    }


def test_an_installation_that_serves_nothing_yet_tells_zeros(numbers):
    assert numbers() == {"attune_canary_share": 0, "attune_drift_alerts": 0}
