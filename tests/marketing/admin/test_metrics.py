from marketing.admin.metrics import metric_rows


def test_the_telling_metrics_come_first_and_numbers_are_rounded():
    rows = metric_rows({"fit_s": 2.27, "judged": 1682, "ndcg@10": 0.183438, "holdout": "last_part"})

    assert rows == [("ndcg@10", "0.1834"), ("judged", "1,682"), ("holdout", "last part"), ("fit_s", "2.27")]


def test_nested_metrics_are_told_by_their_whole_name():
    assert metric_rows({"champion": {"ndcg@10": 0.5}, "passed": True}) == [
        ("champion.ndcg@10", "0.5"),
        ("passed", "yes"),
    ]


def test_metrics_that_are_none_give_no_rows():
    assert metric_rows(None) == metric_rows([1, 2]) == metric_rows({"curve": [1, 2]}) == []
