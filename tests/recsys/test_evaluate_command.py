import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from recsys.models import Evaluation
from tests.factories.marketing import EventFactory, ItemFactory, VisitorFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def shop():
    """Eight people buy one of five items a day, each beginning with another one."""
    items = [ItemFactory() for _ in range(5)]
    for number in range(8):
        person = VisitorFactory()
        for day in range(4):
            EventFactory(
                identity=person,
                source=person.source,
                item=items[(number + day) % 5],
                kind="purchase",
                occurred_at=START + timedelta(days=day, seconds=number),
            )


@pytest.fixture
def movies(tmp_path):
    folder = tmp_path / "movies"
    folder.mkdir()
    rows = [f"{user},{(user + n) % 7},5,{100 * n + user}" for user in range(9) for n in range(5)]
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *rows]))
    return folder


def evaluate(*arguments):
    out, err = StringIO(), StringIO()
    call_command("evaluate", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_shops_events_are_judged_in_both_usual_ways_and_rows_are_saved(shop):
    said, _ = evaluate("--algorithm", "ease", "--algorithm", "popularity")

    rows = Evaluation.objects.all()
    assert {(row.algorithm, row.holdout) for row in rows} == {
        (algorithm, way) for algorithm in ("ease", "popularity") for way in ("time", "last_one_out")
    }
    assert {(row.role, row.data, row.run) for row in rows} == {("manual", "the shop's events", None)}
    assert len({row.judged_together for row in rows}) == 2
    assert "the shop's events, cut in time" in said
    assert "each one's last (partly leaky: what others did after" in said
    assert "Saved 4 judgements" in said


def test_a_table_tells_figures_with_intervals_and_segments(shop):
    said, _ = evaluate("--algorithm", "popularity", "--holdout", "last_one_out", "--no-save")

    head = next(line for line in said.splitlines() if "ndcg@10" in line)
    line = next(line for line in said.splitlines() if line.startswith("  popularity"))
    assert head.split() == ["ndcg@10", "recall@20", "precision@10", "map@10"]
    # Everybody has three of the five items, so that the list holds the one that is looked for: recall is 1.
    assert "1.000 (1.000–1.000)" in line
    assert "new (8)" in said
    assert not Evaluation.objects.exists()


def test_the_others_rows_tell_what_the_best_gains_on_them(movies):
    evaluate("--data", str(movies), "--algorithm", "ease", "--algorithm", "popularity", "--holdout", "last_one_out")

    newest, other = Evaluation.objects.all()
    assert newest.metrics["ndcg@10"]["mean"] >= other.metrics["ndcg@10"]["mean"]
    assert "candidate_gain" not in newest.metrics["ndcg@10"]
    gain = other.metrics["ndcg@10"]["candidate_gain"]
    assert gain["low"] <= gain["mean"] <= gain["high"]


def test_the_random_holdout_is_labelled_leaky(movies):
    said, _ = evaluate("--data", str(movies), "--algorithm", "popularity", "--holdout", "per_user_random", "--no-save")

    assert "movies, random part of each one's (leaky: " in said


def test_settings_reach_the_algorithms_that_have_them(movies):
    arguments = ["--algorithm", "ease", "--algorithm", "popularity", "--set", "regularization=90", "--set", "seed=7"]

    evaluate("--data", str(movies), *arguments, "--holdout", "last_one_out")

    rows = {row.algorithm: row for row in Evaluation.objects.all()}
    assert rows["ease"].params["regularization"] == 90
    assert (rows["ease"].params["seed"], rows["popularity"].params) == (7, {"seed": 7})
    assert {row.data for row in rows.values()} == {"movies"}


def test_json_gives_the_rows(movies):
    said, _ = evaluate(
        "--data", str(movies), "--algorithm", "popularity", "--holdout", "last_one_out", "--k", "3", "--json"
    )

    (row,) = json.loads(said)
    assert (row["algorithm"], row["holdout"], row["judged"]) == ("popularity", "last_one_out", 9)
    assert {"ndcg@3", "recall@6", "coverage@3"} <= set(row["metrics"])


def test_what_can_not_be_fitted_is_said_and_left_out(movies):
    arguments = ["--algorithm", "ease", "--algorithm", "popularity", "--set", "max_items=2"]

    said, warned = evaluate("--data", str(movies), *arguments, "--holdout", "time")

    assert "ease (max_items 2) is left out: max_items" in warned
    assert "popularity" in said
    assert Evaluation.objects.count() == 1


def test_nothing_that_can_be_fitted_is_an_error(movies):
    with pytest.raises(CommandError, match="None of the algorithms could be judged"):
        evaluate("--data", str(movies), "--algorithm", "ease", "--set", "max_items=2")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--algorithm", "magic"], "algorithm: 'magic' is not known; expected one of"),
        (["--algorithm", "ease", "--set", "neighbours=3"], "neighbours: is not a setting of ease"),
        (["--algorithm", "ease", "--set", "regularization"], "set: is 'regularization'; expected name=value"),
        (["--algorithm", "ease", "--set", "regularization=-1"], "regularization: is -1"),
        (["--holdout", "monthly"], "holdout: 'monthly' is not known; expected one of time, last_one_out"),
        (["--k", "0"], "k: is 0; expected a whole number from 1 to 1000"),
        (["--data", "/nowhere/at/all"], "folder: a folder expected, got “/nowhere/at/all”"),
        ([], "events: none tells a preference yet"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused_by_name(arguments, said):
    with pytest.raises(CommandError) as refused:
        evaluate(*arguments)

    assert str(refused.value).startswith(said)
