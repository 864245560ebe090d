from dataclasses import dataclass

import numpy as np
import pytest

from marketing.runs.gate import Contender, decide


@dataclass(frozen=True)
class Bounds:
    low: float
    high: float


def never_asked(differences):
    raise AssertionError("with 200 subjects or more the means decide")


def two_standard_errors(differences):
    error = differences.std() / np.sqrt(len(differences))
    return Bounds(differences.mean() - 2 * error, differences.mean() + 2 * error)


def contender(label, mean, *, judged=200, coverage=0.5, spread=0.0):
    """Scores of the given mean; half of the subjects lie `spread` above it, half below."""
    return Contender(label, mean + spread * np.resize([1.0, -1.0], judged), coverage)


POPULARITY = contender("popularity", 0.10)


def test_the_very_first_has_only_popularity_to_beat():
    decision = decide(contender("ease", 0.20), baseline=POPULARITY, champions=[], bound_mean=never_asked)

    assert decision.deploy
    assert decision.reason == (
        "NDCG@10 0.200 of ease against 0.100 of popularity on 200 customers; its lists hold 50.0% of the items."
    )


@pytest.mark.parametrize("mean", [0.10, 0.09])
def test_whoever_does_not_beat_popularity_is_held_back(mean):
    decision = decide(contender("ease", mean), baseline=POPULARITY, champions=[], bound_mean=never_asked)

    assert not decision.deploy
    assert "ease does not beat popularity" in decision.reason


def test_popularity_itself_need_not_beat_itself():
    decision = decide(contender("popularity", 0.10), baseline=POPULARITY, champions=[], bound_mean=never_asked)

    assert decision.deploy


@pytest.mark.parametrize(
    ("mean", "deploys"),
    [(0.198, True), (0.1979, False), (0.21, True)],  # 1% below 0.200 is 0.198
)
def test_one_percent_below_the_best_is_the_most_that_is_allowed(mean, deploys):
    champions = [contender("item_cosine", 0.15), contender("ease", 0.20)]

    decision = decide(contender("new", mean), baseline=POPULARITY, champions=champions, bound_mean=never_asked)

    assert decision.deploy is deploys


def test_a_loss_is_measured_against_the_best_and_not_the_latest_champion():
    champions = [contender("latest", 0.198), contender("best", 0.20)]

    decision = decide(contender("new", 0.1965), baseline=POPULARITY, champions=champions, bound_mean=never_asked)

    assert not decision.deploy
    # 1 - 0.1965 / 0.2 = 1.75%
    assert "is 1.8% below the 0.200 of best, the best of the last champions" in decision.reason


def test_a_champion_of_the_same_configuration_is_an_equal():
    champions = [contender("ease", 0.20)]

    decision = decide(contender("ease", 0.20), baseline=POPULARITY, champions=champions, bound_mean=never_asked)

    assert decision.deploy


@pytest.mark.parametrize(("coverage", "deploys"), [(0.45, True), (0.449, False)])  # nine tenths of 0.5
def test_nine_tenths_of_the_champions_coverage_are_asked_for(coverage, deploys):
    champions = [contender("champion", 0.15, coverage=0.5), contender("older", 0.15, coverage=0.9)]
    candidate = contender("new", 0.20, coverage=coverage)

    decision = decide(candidate, baseline=POPULARITY, champions=champions, bound_mean=never_asked)

    assert decision.deploy is deploys
    assert deploys or "less than nine tenths of the champion's 50.0%" in decision.reason


@pytest.mark.parametrize(("spread", "deploys"), [(0.1, True), (1.0, False)])
def test_with_few_customers_the_interval_decides_whether_popularity_is_beaten(spread, deploys):
    # The difference is 0.1 with a standard error of spread / √50: 0.014 and 0.14.
    candidate = contender("ease", 0.20, judged=50, spread=spread)
    baseline = contender("popularity", 0.10, judged=50)

    decision = decide(candidate, baseline=baseline, champions=[], bound_mean=two_standard_errors)

    assert decision.deploy is deploys
    # 0.1 ± 2 · 1 / √50 = 0.1 ± 0.283
    assert deploys or "the difference lies between -0.183 and +0.383" in decision.reason


@pytest.mark.parametrize(("spread", "deploys"), [(0.001, True), (0.2, False)])
def test_with_few_customers_the_interval_decides_whether_too_much_is_lost(spread, deploys):
    # 0.2 - 0.99 · 0.2 = 0.002 with a standard error of spread / √100: 0.0001 and 0.02.
    candidate = contender("new", 0.20, judged=100, spread=spread)
    champions = [contender("champion", 0.20, judged=100)]
    baseline = contender("popularity", 0.01, judged=100)

    decision = decide(candidate, baseline=baseline, champions=champions, bound_mean=two_standard_errors)

    assert decision.deploy is deploys
    assert deploys or "may be more than 1% below" in decision.reason


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_candidate_without_a_number_is_held_back(bad):
    candidate = Contender("ease", np.array([0.2] * 300 + [bad]), 0.5)
    baseline = contender("popularity", 0.1, judged=301)

    decision = decide(candidate, baseline=baseline, champions=[], bound_mean=never_asked)

    assert not decision.deploy
    assert "is not a number" in decision.reason


def test_without_anybody_to_judge_by_nothing_is_decided_in_its_favour():
    nobody = Contender("ease", np.array([]), 0.5)

    decision = decide(nobody, baseline=nobody, champions=[], bound_mean=never_asked)

    assert not decision.deploy
    assert "there are no customers to judge by" in decision.reason


def test_all_objections_are_told_at_once():
    champions = [contender("champion", 0.20, coverage=0.9)]

    decision = decide(contender("new", 0.05), baseline=POPULARITY, champions=champions, bound_mean=never_asked)

    for part in ("does not beat popularity", "75.0% below", "less than nine tenths"):
        assert part in decision.reason
