import pytest
from django.db import DataError, transaction

from marketing.exports.copied import copied

pytestmark = pytest.mark.django_db


def test_chunks_hold_as_many_rows_as_they_may(db):
    chunks = list(copied("SELECT n FROM generate_series(1, 5) n", {}, options="FORMAT csv", rows=2))

    assert [(chunk.data, chunk.rows) for chunk in chunks] == [(b"1\n2\n", 2), (b"3\n4\n", 2), (b"5\n", 1)]


def test_what_fails_on_the_way_is_an_error_of_the_database_as_django_knows_it():
    chunks = copied("SELECT 1 / (n - 3) FROM generate_series(1, 5) n", {}, options="FORMAT csv", rows=1)

    with pytest.raises(DataError, match="division by zero"), transaction.atomic():
        list(chunks)
