import pytest

from marketing.errors import NotFound
from marketing.importers import IMPORTERS, load_importer


@pytest.mark.parametrize("name", IMPORTERS)
def test_each_format_names_an_importer(name):
    assert callable(load_importer(name))


def test_an_unknown_format_is_told_which_there_are():
    with pytest.raises(NotFound, match="movielens"):
        load_importer("excel")
