from datetime import timedelta
from typing import get_args

import numpy as np
import pytest

from marketing.models import Deployment
from recsys.drift.scores import FirstDays, list_measures, score_measures
from recsys.models import RecommendationLog
from recsys.serving.lists import MADE_BY_MODEL, ReasonCode
from tests.factories.marketing import ArtefactFactory
from tests.factories.recsys import RecommendationLogFactory
from tests.recsys.drift.conftest import DAY

pytestmark = pytest.mark.django_db
TODAY = {"begin": DAY, "end": DAY + timedelta(days=1)}


@pytest.fixture
def first(champion):
    """The champion has served since ten days before."""
    Deployment.objects.update(created_at=DAY - timedelta(days=10))
    return FirstDays.of(champion.pk, before=DAY)


@pytest.fixture
def give_out(champion, vi):
    """Lists on a day before or after DAY, one for each top score; the other items have half of it."""

    def lists(tops, *, day, length=4, fill="because_you", **options):
        values = {"basis": "personal", "artefact": champion, "placement": "", **options}
        RecommendationLog.objects.bulk_create(
            RecommendationLogFactory.build(
                identity=vi,
                served_at=DAY + timedelta(days=day, hours=1),
                items=[
                    {"item": "", "score": top / (1 + (place > 0)), "reason": "because_you" if place == 0 else fill}
                    for place in range(length)
                ],
                **values,
            )
            for top in tops
        )

    return lists


def test_the_first_week_begins_with_the_deployment_and_ends_before_the_day(champion, first):
    assert (first.begin, first.end) == (DAY - timedelta(days=10), DAY - timedelta(days=3))

    Deployment.objects.update(created_at=DAY - timedelta(days=2))
    young = FirstDays.of(champion.pk, before=DAY)

    assert (young.begin, young.end) == (DAY - timedelta(days=2), DAY)


def test_scores_as_in_the_first_week_do_not_drift_and_others_do(champion, first, give_out):
    usual = np.linspace(1, 2, 500)
    give_out(usual, day=-8)
    give_out(usual, day=0)
    same = score_measures(champion.pk, first=first, **TODAY)
    RecommendationLog.objects.filter(served_at__gte=DAY).delete()
    give_out(usual * 2, day=0)

    moved = score_measures(champion.pk, first=first, **TODAY)

    assert [(measure.name, measure.value, measure.alert) for measure in same] == [
        ("top_score", 0.0, False),
        ("mean_score", 0.0, False),
    ]
    assert [measure.alert for measure in moved] == [True, True]
    assert moved[0].note == "3 on the mean of 500 lists; 1.5 in the artefact's first week."


@pytest.mark.parametrize("fill", sorted(set(get_args(ReasonCode)) - MADE_BY_MODEL))
def test_what_no_artefact_ranked_and_what_others_made_has_no_score_here(champion, first, give_out, fill):
    usual = np.linspace(1, 2, 500)
    give_out(usual, day=-8)
    give_out(usual, day=0, fill=fill)
    give_out(usual * 9, day=0, artefact=ArtefactFactory())
    give_out(usual * 9, day=0, placement="admin preview")

    top, mean = score_measures(champion.pk, first=first, **TODAY)

    assert top.value == 0
    # Only the first place is the artefact's own: with four it was 1 + 3 · 1/2, a mean of 5/8 of the top.
    assert mean.note == "1.5 on the mean of 500 lists; 0.9375 in the artefact's first week."


def test_fewer_personal_lists_and_shorter_ones_are_seen(first, give_out):
    give_out(np.ones(500), day=-8, length=10)
    give_out(np.ones(200), day=0, length=10)
    give_out(np.ones(300), day=0, length=3, basis="trending", artefact=None)

    not_personal, length = list_measures(first=first, **TODAY)

    assert (not_personal.alert, length.alert) == (True, True)
    assert not_personal.note == "60.0% of the lists were not personal; 0.0% in the artefact's first week."
    # (200 · 10 + 300 · 3) / 500
    assert length.note == "5.8 items in a list on the mean; 10.0 in the artefact's first week."


def test_without_a_first_week_there_is_too_little_to_tell(champion, give_out):
    give_out(np.ones(500), day=0)
    Deployment.objects.update(created_at=DAY)
    first = FirstDays.of(champion.pk, before=DAY)

    measures = [*score_measures(champion.pk, first=first, **TODAY), *list_measures(first=first, **TODAY)]

    assert all(measure.value is None and not measure.alert for measure in measures)
