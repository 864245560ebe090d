import json

import pytest

from marketing.errors import InvalidInput
from recsys.algorithms import ALGORITHMS
from recsys.configuration import Configuration, fitting


def test_the_default_is_ease():
    assert Configuration.of_run({}) == Configuration.of_run({"algorithm": "ease", "params": {"regularization": 400.0}})


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


def test_a_catalogue_too_large_for_dense_weights_gets_factors_and_the_log_says_so():
    wanted = Configuration.of_run({"algorithm": "ease", "params": {"max_items": 10}})
    lines = []

    assert fitting(wanted, n_items=10, log=lines.append) == wanted
    assert lines == []
    assert fitting(wanted, n_items=11, log=lines.append).algorithm == "ials"
    assert lines == ["11 items are more than the 10 that ease is allowed: ials instead."]


def test_a_blend_is_named_after_its_members_and_their_settings():
    members = [{"algorithm": "ease", "params": {"regularization": 9.0}}, {"algorithm": "user_bm25"}]

    assert Configuration.of_run({"algorithm": "blend"}).label == "blend"
    assert Configuration.of_run({"algorithm": "blend", "params": {"members": members}}).label == (
        "blend (members ease (regularization 9.0) + user_bm25)"
    )


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_a_configuration_survives_the_json_of_a_run_and_of_a_manifest(algorithm):
    wanted = Configuration.of_run({"algorithm": algorithm})
    told = json.loads(json.dumps(wanted.as_run_config()))

    assert Configuration.of_run(told) == wanted
    assert Configuration.of_manifest({"algorithm": told["algorithm"], "config": told["params"]}) == wanted
