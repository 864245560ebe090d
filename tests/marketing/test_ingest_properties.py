"""However a sender orders, repeats and cuts up its events, the same rows are stored."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketing.events import parse_batch
from marketing.services.events import record_events
from tests.factories.marketing import ItemFactory, SourceFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
# All columns but the row's number and when it came; the identity by its value, since its number is drawn anew.
ROWS = """
SELECT event.event_id, event.kind, event.value, event.occurred_at, event.session, event.context::text,
       event.payload::text, event.quality, event.claimed_at, event.source_id, event.item_id, identity.kind,
       identity.value, customer.external_id
FROM marketing_event event
JOIN marketing_identity identity ON identity.id = event.identity_id
LEFT JOIN marketing_customer customer ON customer.id = identity.customer_id
ORDER BY event.event_id
"""
KEYS = "SELECT key, body, occurred_at FROM marketing_eventkey ORDER BY key"
# Further apart than what counts as told twice: of two such events the first to come counts.
STEP = timedelta(seconds=10)

kinds = st.one_of(
    st.fixed_dictionaries({"kind": st.just("view")}, optional={"value": st.floats(0, 86_400)}),
    st.fixed_dictionaries({"kind": st.just("click")}),
    st.fixed_dictionaries({"kind": st.just("rating"), "value": st.sampled_from([0.5, 3, 5])}),
    st.fixed_dictionaries({"kind": st.just("add_to_cart")}, optional={"value": st.integers(1, 9)}),
)
people = st.one_of(
    st.fixed_dictionaries({"customer": st.sampled_from(["ada", "cy", "Ünal", "陈"])}),
    st.fixed_dictionaries({"visitor": st.sampled_from(["vi", "v 2"])}),
)
details = st.fixed_dictionaries(
    {"item": st.sampled_from(["lamp", "sofa"])},
    optional={
        "session": st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
        "context": st.dictionaries(
            st.sampled_from(["page", "ref"]), st.one_of(st.text("aé\N{GRINNING FACE}", max_size=5), st.integers(0, 9))
        ),
    },
)


@st.composite
def events(draw):
    """Distinct events: what differs is at least the id and the instant."""
    count = draw(st.integers(1, 8))
    return [
        {
            "id": f"e{number}",
            "occurredAt": (NOW - STEP * number).isoformat(),
            **draw(details),
            **draw(kinds),
            **draw(people),
        }
        for number in range(count)
    ]


@st.composite
def deliveries(draw):
    """A set of events, and batches in which each of them comes at least once."""
    told = draw(events())
    repeated = told + draw(st.lists(st.sampled_from(told), max_size=6))
    shuffled = draw(st.permutations(repeated))
    cuts = sorted(draw(st.sets(st.integers(1, len(shuffled)), max_size=4)))
    batches = [shuffled[first:last] for first, last in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    return told, [batch for batch in batches if batch]


@pytest.fixture
def source(db):
    ItemFactory(sku="lamp")
    ItemFactory(sku="sofa")
    return SourceFactory(code="shop")


def stored_by(batches, *, source):
    """What stands in both tables when the batches have come; gone again afterwards."""
    with transaction.atomic():
        statuses = [
            result.status for batch in batches for result in record_events(parse_batch(batch, now=NOW), source=source)
        ]
        with connection.cursor() as cursor:
            cursor.execute(ROWS)
            rows = cursor.fetchall()
            cursor.execute(KEYS)
            keys = cursor.fetchall()
        transaction.set_rollback(True)
    return statuses, rows, keys


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(delivery=deliveries())
def test_any_order_repetition_and_cutting_up_of_events_stores_the_same_rows(source, delivery):
    told, batches = delivery

    _, rows, keys = stored_by([told], source=source)
    statuses, delivered_rows, delivered_keys = stored_by(batches, source=source)

    assert len(rows) == len(keys) == len(told)
    assert (delivered_rows, delivered_keys) == (rows, keys)
    assert statuses.count("stored") == len(told)
    assert set(statuses) <= {"stored", "already_stored"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=events(), other=st.sampled_from(["sofa", "lamp"]), place=st.integers(0, 7))
def test_a_changed_body_under_a_stored_id_changes_nothing(source, told, other, place):
    changed = told[place % len(told)]
    impostor = {**changed, "item": other, "session": "another"}

    _, rows, keys = stored_by([told], source=source)
    statuses, attacked_rows, attacked_keys = stored_by([told, [impostor]], source=source)

    same = impostor == changed
    assert (attacked_rows, attacked_keys) == (rows, keys)
    assert statuses[-1] == ("already_stored" if same else "conflict")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=events(), broken=st.lists(st.sampled_from([None, 7, {}, {"id": "x"}, [], "\0"]), max_size=4), seed=st.randoms()
)
def test_broken_events_between_them_hold_nothing_back(source, told, broken, seed):
    mixed = [*told, *broken]
    seed.shuffle(mixed)

    _, rows, keys = stored_by([told], source=source)
    statuses, mixed_rows, mixed_keys = stored_by([mixed], source=source)

    assert (mixed_rows, mixed_keys) == (rows, keys)
    assert statuses.count("refused") == len(broken)
