from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection, connections, transaction

from marketing.errors import Conflict, NotFound
from marketing.events import parse_batch
from marketing.identities import customer_identity, link_visitor
from marketing.models import AuditEntry, Customer, CustomerMerge, Event, Identity, Outbox
from marketing.selectors import customer_called, subject_of_customer
from marketing.services.customers import parse_customers, upsert_customers
from marketing.services.events import record_events
from marketing.services.merges import merge_customers, undo_merge
from tests.factories.marketing import (
    CustomerFactory,
    CustomerIdentityFactory,
    ItemFactory,
    SourceFactory,
    VisitorFactory,
    WebhookEndpointFactory,
)
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(shop):
    """Customers a, b, c and d of the shop, each with an identity of their own."""
    return {name: named(name, shop) for name in "abcd"}


def named(name, shop):
    return CustomerIdentityFactory(customer__external_id=name, customer__source=shop).customer


def merge(people, merged, kept, user=None):
    return merge_customers(kept=people[kept], merged=people[merged], user=user)


def owners():
    """Identity's value → who has it."""
    return dict(Identity.objects.values_list("value", "customer__external_id"))


def standing():
    """Merged customer → whom they turned out to be."""
    merged = Customer.objects.exclude(merged_into=None)
    return dict(merged.values_list("external_id", "merged_into__external_id"))


def test_a_merge_moves_all_identities_and_writes_down_which(people, bo):
    visitor = VisitorFactory(value="vi", customer=people["a"])
    own = Identity.objects.get(value="a")

    done = merge(people, "a", "b", bo)

    assert owners() == {"a": "b", "vi": "b", "b": "b", "c": "c", "d": "d"}
    assert standing() == {"a": "b"}
    assert sorted(done.moved) == sorted([own.pk, visitor.pk])
    assert (done.merged_by, done.undone_at) == (bo, None)


def test_a_merge_and_its_undoing_are_audited(people, bo, ola):
    done = merge(people, "a", "b", bo)
    undo_merge(merge=done, user=ola)

    undone, merged = AuditEntry.objects.all()
    assert [(entry.action, entry.user) for entry in (merged, undone)] == [("merge-customers", bo), ("undo-merge", ola)]
    assert merged.object_id == undone.object_id == str(people["a"].pk)
    assert merged.after == {"kept": str(people["b"].pk), "identities": done.moved}
    assert (undone.before, undone.after["kept"]) == ({"kept": str(people["b"].pk)}, None)


def test_the_shop_hears_of_a_merge_and_of_its_undoing(people):
    WebhookEndpointFactory(topics=["customer.merged"])

    done = merge(people, "a", "b")
    undo_merge(merge=done, user=None)

    told = [row.payload for row in Outbox.objects.order_by("created_at", "id")]
    assert [(row["kept"], row["merged"], row["undone"]) for row in told] == [("b", "a", False), ("b", "a", True)]


def test_the_merged_customer_is_found_as_the_kept_one_with_all_names_of_both(people):
    merge(people, "a", "b")

    found = customer_called("a")

    assert found == people["b"]
    people["a"].refresh_from_db()
    for customer in people["a"], people["b"]:
        subject = subject_of_customer(customer)
        assert subject.customer_id == people["b"].pk
        assert len(subject.identity_ids) == 2


def test_whom_a_chain_of_merges_led_to_stands_for_all_of_it(people):
    for merged, kept in ("ab", "bc", "cd"):
        merge(people, merged, kept)

    assert standing() == {"a": "d", "b": "d", "c": "d"}
    assert set(owners().values()) == {"d"}


@pytest.mark.parametrize(
    ("earlier", "pair", "message"),
    [
        ([], "aa", "the same one twice"),
        (["ab"], "ab", "“a” is merged into “b” already"),
        (["ab"], "ac", "“a” is merged into “b” already"),
        (["ab"], "ba", "“a” is merged into “b” itself"),
        (["ab", "bc"], "ca", "“a” is merged into “c” itself"),
        (["ab"], "ca", "merge into “b” instead"),
        (["ab", "bc"], "da", "merge into “c” instead"),
    ],
    ids=["itself", "twice", "away twice", "back", "back through a chain", "into one merged away", "the end of a chain"],
)
def test_a_merge_that_makes_no_sense_is_refused_and_says_whom_to_take(people, earlier, pair, message):
    for one in earlier:
        merge(people, *one)
    before = owners(), standing()

    with pytest.raises(Conflict, match=message):
        merge(people, *pair)

    assert (owners(), standing()) == before
    assert CustomerMerge.objects.count() == len(earlier)


def test_a_customer_who_is_gone_is_merged_with_nobody(people):
    gone = CustomerFactory()
    Customer.objects.filter(pk=gone.pk).delete()

    with pytest.raises(NotFound, match=str(gone.pk)):
        merge_customers(kept=people["a"], merged=gone, user=None)


def test_undoing_gives_back_what_moved_and_nothing_else(people):
    VisitorFactory(value="of a", customer=people["a"])
    VisitorFactory(value="of b", customer=people["b"])
    done = merge(people, "a", "b")
    VisitorFactory(value="since", customer=people["b"])

    undo_merge(merge=done, user=None)

    assert owners() == {"a": "a", "of a": "a", "b": "b", "of b": "b", "since": "b", "c": "c", "d": "d"}
    assert standing() == {}


def test_undoing_leaves_alone_what_has_moved_on_since(people):
    visitor = VisitorFactory(value="vi", customer=people["a"])
    done = merge(people, "a", "b")
    Identity.objects.filter(pk=visitor.pk).update(customer=people["c"])

    undo_merge(merge=done, user=None)

    assert owners() == {"a": "a", "vi": "c", "b": "b", "c": "c", "d": "d"}


def test_a_name_of_the_merged_customer_that_came_up_after_the_merge_goes_back_with_the_others(people):
    done = merge(people, "a", "b")
    identity = customer_identity(SourceFactory(code="app"), "a")
    assert identity.customer == people["b"]

    undo_merge(merge=done, user=None)

    identity.refresh_from_db()
    assert identity.customer == people["a"]


def test_merges_into_one_customer_are_undone_in_any_order(people):
    first, second = merge(people, "a", "c"), merge(people, "b", "c")

    undo_merge(merge=first, user=None)
    assert (owners(), standing()) == ({"a": "a", "b": "c", "c": "c", "d": "d"}, {"b": "c"})

    undo_merge(merge=second, user=None)
    assert (owners(), standing()) == ({name: name for name in "abcd"}, {})


def test_a_merge_with_a_later_one_on_top_is_undone_only_after_that(people):
    first, second = merge(people, "a", "b"), merge(people, "b", "c")

    with pytest.raises(Conflict, match="“b” was merged on since; undo that merge first"):
        undo_merge(merge=first, user=None)

    undo_merge(merge=second, user=None)
    assert (owners(), standing()) == ({"a": "b", "b": "b", "c": "c", "d": "d"}, {"a": "b"})
    undo_merge(merge=first, user=None)
    assert (owners(), standing()) == ({name: name for name in "abcd"}, {})


def test_an_undone_merge_is_not_undone_again_but_can_be_made_again(people):
    done = merge(people, "a", "b")
    undo_merge(merge=done, user=None)

    with pytest.raises(Conflict, match="undone already"):
        undo_merge(merge=done, user=None)
    again = merge(people, "a", "b")

    assert standing() == {"a": "b"}
    assert again.pk != done.pk
    merge(people, "b", "c")


def test_events_that_come_later_under_either_name_are_the_kept_customers(people, shop):
    ItemFactory(sku="kettle")
    merge(people, "a", "b")
    app = SourceFactory(code="app")

    for source in shop, app:
        sent = {"kind": "view", "occurredAt": "2026-05-01T12:00:00Z", "item": "kettle", "customer": "a"}
        record_events(parse_batch([{"id": "late", **sent}], now=datetime.now(UTC)), source=source)

    assert set(Event.objects.values_list("identity__value", "identity__customer__external_id")) == {("a", "b")}
    assert Event.objects.count() == 2


def test_a_row_about_the_merged_customer_gives_a_new_source_the_kept_ones_pointer(people):
    app = SourceFactory(code="app")
    merge(people, "a", "b")

    upsert_customers(parse_customers([{"externalId": "a", "name": "Ada"}]), source=app)

    assert Identity.objects.get(source=app).customer == people["b"]


def test_a_visitor_who_logs_in_as_the_merged_customer_is_the_kept_ones(people, vi):
    merge(people, "a", "b")

    link_visitor(vi, people["a"])
    link_visitor(vi, people["b"])

    vi.refresh_from_db()
    assert vi.customer == people["b"]


def at_once(*calls):
    """What each call gave or which house error it raised, all begun together on connections of their own."""
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(timeout=20)
            return call()
        except Conflict as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pairs", [("ab", "ba"), ("ab", "bc", "ca"), ("ab", "ac"), ("ab", "ab", "ab")], ids=str)
@pytest.mark.parametrize("turn", range(3))
def test_merges_that_cross_end_without_a_loop_and_one_of_each_contradiction_is_refused(people, pairs, turn):
    done = at_once(*[lambda pair=pair: merge(people, *pair) for pair in pairs])

    assert all(isinstance(one, CustomerMerge | Conflict) for one in done)
    refused = sum(isinstance(one, Conflict) for one in done)
    # Of two that contradict each other one stands; of three equal ones one; of a ring of three, at most two.
    assert len(pairs) - refused == CustomerMerge.objects.count() == len(standing())
    assert refused >= 1
    ends = set(standing().values())
    assert ends
    assert not ends & set(standing())
    assert all(owner not in standing() for owner in owners().values())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_merges_along_a_chain_at_once_lead_all_to_the_end_or_are_refused(people, turn):
    done = at_once(lambda: merge(people, "a", "b"), lambda: merge(people, "b", "c"))

    # b into c first: then “merge into c instead”. a into b first: then both stand, and a is c's as well.
    expected = {"b": "c"} if isinstance(done[0], Conflict) else {"a": "c", "b": "c"}
    assert isinstance(done[1], CustomerMerge)
    assert standing() == expected
    assert owners() == {name: expected.get(name, name) for name in "abcd"}


@pytest.mark.django_db(transaction=True)
def test_undoing_twice_at_once_undoes_once(people):
    made = merge(people, "a", "b")

    done = at_once(*[lambda: undo_merge(merge=made, user=None)] * 2)

    assert sorted(type(one).__name__ for one in done) == ["Conflict", "CustomerMerge"]
    assert owners() == {name: name for name in "abcd"}


def waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["event", "token", "login"])
def test_a_name_that_comes_up_while_its_customer_is_merged_waits_and_is_the_kept_ones(people, way, vi):
    ItemFactory(sku="kettle")
    app = SourceFactory(code="app")
    sent = {"id": "e", "kind": "view", "occurredAt": "2026-05-01T12:00:00Z", "item": "kettle", "customer": "a"}
    ways = {
        "event": lambda: record_events(parse_batch([sent], now=datetime.now(UTC)), source=app),
        "token": lambda: customer_identity(app, "a"),
        "login": lambda: link_visitor(vi, people["a"]),
    }

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            merge(people, "a", "b")
            late = pool.submit(lambda: (ways[way](), connections.close_all()))
            wait_until(waits_for_a_lock)
        late.result(timeout=20)

    new = Identity.objects.get(pk=vi.pk) if way == "login" else Identity.objects.get(source=app)
    assert new.customer == people["b"]
    assert not Identity.objects.filter(customer=people["a"]).exists()
