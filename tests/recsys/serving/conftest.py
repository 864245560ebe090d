"""Six items and an artefact that ranks them. EASE weights: row = item of the history, column = candidate."""

import pytest

from tests.factories.marketing import ItemFactory


@pytest.fixture
def items(db):
    return [ItemFactory(sku=sku) for sku in "abcdef"]


@pytest.fixture
def chain(deploy, items):
    """Each item speaks for those after it, the nearer the more: a for b .5, c .4, d .3, e .2, f .1; b for c .5 …"""
    weights = [[0.1 * (6 - (column - row)) if column > row else 0.0 for column in range(6)] for row in range(6)]
    return deploy(items, weights)
