import pytest

from marketing.errors import InvalidInput
from recsys.configuration import Configuration, fitting


def test_the_default_is_ease():
    assert Configuration.of_run({}).as_run_config() == {
        "algorithm": "ease",
        "params": {"seed": 42, "regularization": 400.0, "max_items": 12000, "device": "auto"},
    }


def test_what_differs_from_the_defaults_is_named():
    plain = Configuration.of_run({"algorithm": "ease"})
    changed = Configuration.of_run({"algorithm": "ease", "params": {"regularization": 50.0, "seed": 42}})

    assert plain.label == "ease"
    assert changed.label == "ease (regularization 50.0)"


def test_a_manifest_gives_back_the_configuration_that_it_was_written_with():
    wanted = Configuration.of_run({"algorithm": "item_cosine", "params": {"neighbours": 7}})

    assert Configuration.of_manifest({"algorithm": "item_cosine", "config": wanted.params.as_dict()}) == wanted


@pytest.mark.parametrize("manifest", [{}, {"algorithm": "withdrawn"}, {"algorithm": "ease", "config": {"old": 1}}])
def test_a_manifest_of_something_known_no_more_is_refused(manifest):
    with pytest.raises(InvalidInput):
        Configuration.of_manifest(manifest)


def test_a_catalogue_too_large_for_dense_weights_gets_the_sparse_algorithm_and_the_log_says_so():
    wanted = Configuration.of_run({"algorithm": "ease", "params": {"max_items": 10}})
    lines = []

    assert fitting(wanted, n_items=10, log=lines.append) == wanted
    assert lines == []
    assert fitting(wanted, n_items=11, log=lines.append).algorithm == "item_cosine"
    assert lines == ["11 items are more than the 10 that ease is allowed: item_cosine instead."]
