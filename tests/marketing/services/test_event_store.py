import psycopg
import pytest
from django.db import OperationalError, connection

from marketing.problems import problem_of
from marketing.services.event_store import copy_events
from tests.factories.marketing import SourceFactory


class EndOfTheConnection(list):
    """Rows at whose end somebody ends the connection that they are written to."""

    def __iter__(self):
        yield from super().__iter__()
        settings = connection.get_connection_params()
        names = {name: settings[name] for name in ("dbname", "user", "host", "port") if settings.get(name)}
        with psycopg.connect(**names, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_while_rows_are_written_is_something_to_try_again():
    source = SourceFactory(code="shop")

    with pytest.raises(OperationalError) as raised:
        copy_events(EndOfTheConnection(), [], source=source)

    connection.close()
    problem = problem_of(raised.value)
    assert (problem.status, problem.code, problem.retryable) == (503, "UNAVAILABLE", True)
