import uuid

import pytest
from django.test import Client
from django.urls import reverse

from recsys.models import Evaluation
from tests.factories.marketing import TrainingRunFactory
from tests.factories.recsys import EvaluationFactory
from tests.query_counts import pinned_queries

pytestmark = pytest.mark.django_db
Role = Evaluation.Role
LIST, CURVES = "/admin/recsys/evaluation/", "/admin/recsys/evaluation/curves/"


def enter(user):
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def browser(mia):
    return enter(mia)


def judged_run(*, candidate=0.25, champion=0.125, gain=(0.125, 0.0625, 0.1875), status="held", **options):
    """A run with candidate, champion and baseline, the candidate's gain on the latter two given."""
    run, together = TrainingRunFactory(status=status), uuid.uuid4()
    shared = {"run": run, "judged_together": together, **options}
    EvaluationFactory(**shared, role=Role.BASELINE, label="popularity", algorithm="popularity", ndcg=0.0625, gain=gain)
    EvaluationFactory(
        **shared, role=Role.CHAMPION, label="item_cosine", algorithm="item_cosine", ndcg=champion, gain=gain
    )
    return EvaluationFactory(**shared, role=Role.CANDIDATE, label="ease", ndcg=candidate)


def together(evaluation, **query):
    return reverse("admin:recsys_evaluation_together", args=[evaluation.judged_together], query=query)


def test_the_list_tells_part_figures_with_intervals_and_how_rows_were_held_out(browser):
    judged_run()
    EvaluationFactory(role=Role.MANUAL, label="popularity", holdout="per_user_random", data="ml-100k")

    page = browser.get(LIST).content.decode()

    assert "0.250" in page
    assert "0.188–0.312" in page
    assert ">former champion<" not in page
    assert all(text in page for text in (">candidate<", ">champion<", ">baseline<", ">by hand<"))
    assert "cut in time" in page
    assert ">leaky<" in page


def test_a_judgements_page_shows_metrics_and_segments(browser):
    row = judged_run()

    page = browser.get(reverse("admin:recsys_evaluation_change", args=[row.pk])).content.decode()

    assert all(
        text in page for text in ("NDCG@10", "Recall@20", "Gini of exposure@10", "100 customers: fewer than 5 items")
    )


def test_judgements_are_found_by_their_run(browser):
    row = judged_run()
    judged_run()

    page = browser.get(LIST, {"run__id__exact": str(row.run_id)})

    assert {found.run_id for found in page.context["cl"].result_list} == {row.run_id}


def test_a_runs_page_leads_to_its_judgements_for_those_who_may_see_them(dee):
    row = judged_run()

    page = enter(dee).get(reverse("admin:marketing_trainingrun_change", args=[row.run_id])).content.decode()

    assert f"{LIST}?run__id__exact={row.run_id}" in page


class TestCurves:
    def test_candidates_and_champions_are_drawn_run_by_run_and_told_in_a_table(self, browser):
        judged_run(candidate=0.125)
        newest = judged_run(candidate=0.25, champion=0.125)

        page = browser.get(CURVES)

        assert [chart["title"] for chart in page.context["charts"]] == ["NDCG@10", "Recall@20", "Coverage@10"]
        text = page.content.decode()
        assert "The newest candidate, ease, has NDCG@10 0.250" in text
        assert "the champion of its time, item_cosine, 0.125 on the same rows" in text
        assert text.count("<polyline") == 6
        # Coverage has no interval, so that its band has no width.
        assert ": 0.500</title>" in text
        assert text.count(together(newest)) == 1 + 2 * 3

    def test_a_first_run_without_a_champion_is_drawn(self, browser):
        EvaluationFactory(run=TrainingRunFactory())

        page = browser.get(CURVES)

        assert page.status_code == 200
        assert "champion of its time, " not in page.context["summary"]

    def test_judgements_by_hand_are_no_runs(self, browser):
        EvaluationFactory(role=Role.MANUAL)

        assert "No run has judged a candidate yet." in browser.get(CURVES).content.decode()

    @pytest.mark.parametrize("count", [2, 12])
    def test_the_page_makes_the_same_few_queries_for_2_runs_and_for_12(self, browser, count):
        for _ in range(count):
            judged_run()
        browser.get(reverse("admin:index"))

        with pinned_queries("admin judgement curves"):
            page = browser.get(CURVES)

        assert len(page.context["rows"]) == count


class TestTogether:
    @pytest.mark.parametrize(
        ("gain", "said"),
        [
            ((0.125, 0.0625, 0.1875), "The candidate, ease, ranks better than the champion, item_cosine: NDCG@10 is"),
            ((-0.125, -0.25, -0.0625), "The candidate, ease, ranks worse than the champion, item_cosine: NDCG@10 is"),
            ((0.03, -0.01, 0.07), "The candidate, ease, and the champion, item_cosine can’t be told apart: NDCG@10 is"),
        ],
    )
    def test_the_paired_interval_says_who_ranks_better(self, browser, gain, said):
        row = judged_run(gain=gain)

        page = browser.get(together(row))

        assert page.context["verdict"].startswith(said)
        assert f"between {gain[1]:+.3f} and {gain[2]:+.3f} with 95% confidence" in page.context["verdict"]

    def test_every_metric_and_segment_stands_beside_the_champions(self, browser):
        page = browser.get(together(judged_run()))

        assert [pair.title for pair in page.context["by_metric"]] == [
            "NDCG@10",
            "Recall@20",
            "Coverage@10",
            "Gini of exposure@10",
        ]
        assert [(pair.title, pair.judged) for pair in page.context["by_segment"]] == [("New", 100)]
        assert len(page.context["everyone"]) == 3
        assert "+0.062 to +0.188" in page.content.decode()

    def test_any_other_may_be_compared_with(self, browser):
        row = judged_run()
        baseline = Evaluation.objects.get(role=Role.BASELINE)

        page = browser.get(together(row, against=baseline.pk))

        assert page.context["theirs"] == baseline
        assert "than the baseline, popularity" in page.context["verdict"]

    @pytest.mark.parametrize("against", ["999999", "x", ""])
    def test_who_is_not_there_leaves_the_champion(self, browser, against):
        page = browser.get(together(judged_run(), against=against))

        assert page.context["theirs"].role == Role.CHAMPION

    def test_the_same_configuration_tried_again_is_said(self, browser):
        row = judged_run()
        Evaluation.objects.filter(role=Role.CHAMPION).update(algorithm="ease", label="ease")

        verdict = browser.get(together(row)).context["verdict"]

        assert verdict.startswith("The candidate and the champion are the same configuration, ease")

    def test_what_was_judged_by_hand_is_compared_without_parts(self, browser):
        shared = {"judged_together": uuid.uuid4(), "role": Role.MANUAL, "holdout": "per_user_random"}
        EvaluationFactory(**shared, label="popularity", algorithm="popularity", ndcg=0.125, gain=(0.125, 0.0625, 0.25))
        best = EvaluationFactory(**shared, label="ease", ndcg=0.25)

        page = browser.get(together(best))

        assert page.context["ours"] == best
        assert page.context["verdict"].startswith("ease ranks better than popularity: NDCG@10 is 0.250 against 0.125")
        assert "what the customer, and others, did later is learned from" in page.content.decode()

    def test_one_judged_alone_has_a_page(self, browser):
        row = EvaluationFactory()

        page = browser.get(together(row))

        assert (page.status_code, page.context["verdict"]) == (200, "ease was judged alone.")

    def test_judgements_that_are_not_there_are_not_found(self, browser):
        assert browser.get(reverse("admin:recsys_evaluation_together", args=[uuid.uuid4()])).status_code == 404

    def test_labels_stand_as_text_on_the_page(self, browser):
        row = EvaluationFactory(label="<script>alert(1)</script>", data="<img src=x>")

        pages = [browser.get(url).content.decode() for url in (together(row), LIST)]

        assert not any(trap in page for page in pages for trap in ("<script>alert", "<img src=x"))

    @pytest.mark.parametrize("count", [2, 9])
    def test_the_page_makes_the_same_few_queries_for_2_judgements_and_for_9(self, browser, count):
        shared = {"judged_together": uuid.uuid4(), "run": TrainingRunFactory()}
        rows = [EvaluationFactory(**shared, role=Role.FORMER, gain=(0.1, 0.0, 0.2)) for _ in range(count)]
        EvaluationFactory(**shared)
        browser.get(reverse("admin:index"))

        with pinned_queries("admin judged together"):
            page = browser.get(together(rows[0]))

        assert len(page.context["everyone"]) == count + 1


@pytest.mark.parametrize("url", [CURVES, reverse("admin:recsys_evaluation_together", args=[uuid.UUID(int=7)])])
def test_who_may_not_see_judgements_is_refused(bo, url):
    assert enter(bo).get(url).status_code == 403


def test_buttons_lead_from_the_list_to_the_curves_and_from_a_row_to_those_judged_together(browser):
    row = judged_run()

    to_curves = browser.get(reverse("admin:recsys_evaluation_curves"))
    listed = browser.get(LIST).content.decode()
    opened = browser.get(reverse("admin:recsys_evaluation_change", args=[row.pk])).content.decode()

    assert to_curves.status_code == 200
    assert "Curves over runs" in listed
    assert "Compare" in opened
